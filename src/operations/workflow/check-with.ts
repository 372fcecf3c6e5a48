/**
 * Holds the check of what a step gives to what it uses, before it runs.
 * In: a use, `with` as written and compiled. Out: unknown and missing keys, values of a wrong kind,
 * values that telemetry must not choose.
 */
import type * as z from "zod";
import { findNearNames } from "../../core/report/find-near-names.ts";
import type { BoundUse } from "./step-use.ts";
import { pathsOfTemplate, type Template } from "./template.ts";
import type { WorkflowProblem } from "./workflow.ts";

/** Values with templates are checked when they are filled. */
export function checkWith(
  { input, name, trustedKeys }: BoundUse,
  given: Readonly<Record<string, unknown>>,
  template: Template,
  path: readonly string[],
): readonly WorkflowProblem[] {
  const shape: Readonly<Record<string, z.ZodType>> = input.shape;
  const templates = new Map(template.kind === "map" ? template.entries : []);
  const problems: WorkflowProblem[] = [];
  for (const [key, value] of Object.entries(given)) {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    const compiled = templates.get(key);
    const reads = compiled === undefined ? [] : pathsOfTemplate(compiled);
    const note = (message: string) => problems.push({ path: [...path, key], message });
    if (schema === undefined) {
      const [near] = findNearNames(key, Object.keys(shape));
      note(`${name} takes no such key${near === undefined ? "" : `; did you mean ${near}?`}`);
    } else if (reads.length === 0 && !holdsTemplate(compiled)) {
      const result = schema.safeParse(value);
      if (!result.success) note(result.error.issues[0]?.message ?? "not as expected");
    } else if (trustedKeys.includes(key) && reads.some(({ parts }) => parts[0] === "steps")) {
      note("this must not be made of what a step gave: telemetry would choose it");
    }
  }
  const missing = Object.keys(shape).filter(
    (key) => !Object.hasOwn(given, key) && shape[key]?.safeParse(undefined).success === false,
  );
  for (const key of missing) problems.push({ path, message: `${name} needs ${key}` });
  return problems;
}

function holdsTemplate(template: Template | undefined): boolean {
  switch (template?.kind) {
    case "whole":
    case "text":
      return true;
    case "list":
      return template.items.some(holdsTemplate);
    case "map":
      return template.entries.some(([, one]) => holdsTemplate(one));
    default:
      return false;
  }
}

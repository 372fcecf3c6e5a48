/**
 * Holds the document of operations: what each asks, takes and does, from the table itself.
 * In: the table. Out: Markdown for `docs/operations.md`. Must never say what the schemas do not.
 */
import * as z from "zod";
import { wrap } from "../core/report/text-layout.ts";
import type { OperationInfo } from "./operation.ts";

interface Property {
  readonly type?: string;
  readonly description?: string;
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

/** **Unit**: columns of the document's lines. */
const width = 116;

export function describeOperations(operations: readonly OperationInfo[]): string {
  const list = operations.map(({ name, summary }) => `- [\`${name}\`](#${name}): ${summary}`);
  const intro =
    "What waggle can be asked. On the command line each input is an option of the same name, in " +
    "small letters with hyphens (`tetragonMetrics` is `--tetragon-metrics`), or follows the " +
    "command's name without one; `waggle help NAME` shows which, with examples.";
  const parts = operations.map(describeOperation);
  return ["# Operations", "", ...paragraph(intro), "", ...list, "", ...parts].join("\n");
}

function describeOperation({ name, description, effect, input }: OperationInfo): string {
  const schema = z.toJSONSchema(input, { io: "input" }) as ObjectSchema;
  const items = Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const needed = schema.required?.includes(key) ? ", required" : "";
    const type = property.type === "array" ? "list" : (property.type ?? "");
    const [first = "", ...rest] = paragraph(
      `\`${key}\` (${type}${needed}): ${property.description ?? ""}`,
    );
    return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
  });
  return [
    `## ${name}`,
    "",
    ...paragraph(description),
    "",
    effect === "read" ? "Changes nothing outside." : "Changes something outside.",
    "",
    ...items,
    "",
  ].join("\n");
}

function paragraph(text: string): readonly string[] {
  return wrap(text, width, 40);
}

/**
 * Holds the record of a run as it is made: steps, what was found, what of it matters.
 * In: a workflow, inputs, how steps are done. Out: the record; failures of steps are in it.
 */
import { formatTime } from "../../core/event/format-time.ts";
import { fingerprint } from "../../core/judge/fingerprint.ts";
import type { SourceInput } from "../sources.ts";
import type { PathExpression } from "./expression.ts";
import { hashText } from "./hash-value.ts";
import type { InputValues } from "./read-inputs.ts";
import { ExpressionError, runCondition, type Values } from "./run-expression.ts";
import type { StepEngine } from "./run-step.ts";
import { runSteps, valuesOf } from "./run-steps.ts";
import { fillTemplate, pathsOf, pathsOfTemplate } from "./template.ts";
import type { Workflow } from "./workflow.ts";
import { runSchemaVersion, type StepRun, type WorkflowRun } from "./workflow-run.ts";

export interface RecordRequest {
  readonly workflow: Workflow;
  readonly inputs: InputValues;
  readonly trigger: { readonly kind: string };
  readonly sources: SourceInput;
  readonly dryRun: boolean;
}

/** Runs all steps by the given engine, and says what came of it. */
export async function recordRun(request: RecordRequest, engine: StepEngine): Promise<WorkflowRun> {
  const { workflow, inputs, trigger, sources, dryRun } = request;
  const startedUs = engine.clock.nowUs();
  const steps = await runSteps({ workflow, inputs, trigger }, engine);
  const done = new Map(steps.map((one) => [one.id, one]));
  const hasFailed = steps.some(({ status, tolerated }) => status === "failed" && !tolerated);
  const end = endOf(workflow, valuesOf(inputs, trigger, done), done);
  const startedAt = formatTime(startedUs);
  const isFailed = hasFailed || end.notes.length > 0;
  return {
    kind: "waggle-workflow-run",
    schemaVersion: runSchemaVersion,
    id: idOf(workflow, startedAt, steps),
    workflow: {
      ...{ name: workflow.name, source: workflow.source, text: workflow.text },
      sha256: hashText(workflow.text),
    },
    ...{ trigger, sources, dryRun, inputs, startedAt },
    endedAt: formatTime(engine.clock.nowUs()),
    status: isFailed ? "failed" : "succeeded",
    ...end,
    steps,
  };
}

function idOf(
  { name, text }: Workflow,
  startedAt: string | null,
  steps: readonly StepRun[],
): string {
  const time = (startedAt ?? "").replace(/\D/g, "").slice(0, 17);
  const mark = fingerprint([text, ...steps.map(({ withSha256 }) => withSha256)]).slice(0, 8);
  return `${time}-${name}-${mark}`;
}

/** What stands on a step that did not run is null, and no trouble: the step says why. */
function endOf(
  { found, outputs }: Workflow,
  values: Values,
  done: ReadonlyMap<string, StepRun>,
): Pick<WorkflowRun, "found" | "outputs" | "notes"> {
  const notes: string[] = [];
  const isMissing = (paths: readonly PathExpression[]) =>
    paths.some(({ parts }) => {
      return parts[0] === "steps" && done.get(String(parts[1]))?.status !== "succeeded";
    });
  const attempt = <Value>(
    what: string,
    paths: readonly PathExpression[],
    ask: () => Value,
  ): Value | null => {
    if (isMissing(paths)) return null;
    try {
      return ask();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      notes.push(`${what}: ${error.message}`);
      return null;
    }
  };
  const isFound =
    found === undefined
      ? null
      : attempt("found", pathsOf(found), () => runCondition(found, values));
  const filled = outputs.map(([key, template]) => {
    const paths = pathsOfTemplate(template);
    return [key, attempt(`outputs.${key}`, paths, () => fillTemplate(template, values))] as const;
  });
  return { found: isFound, outputs: Object.fromEntries(filled), notes };
}

/**
 * Holds running a recorded run again: sensors say what they said, actions do nothing, agents judge
 * anew.
 * In: a record. Out: a new record, and where the two differ.
 * Must never touch anything outside.
 */

import { WaggleError } from "../../ports/waggle-error.ts";
import { createNoticeMemory } from "../notify/notice-memory.ts";
import type { OperationContext } from "../operation.ts";
import { hashValue } from "./hash-value.ts";
import { parseWorkflow } from "./parse-workflow.ts";
import { readInputs } from "./read-inputs.ts";
import { recordRun } from "./record-run.ts";
import type { Sight } from "./sight.ts";
import { stepUses } from "./step-uses.ts";
import type { Workflow, WorkflowStep } from "./workflow.ts";
import type { StepRun, WorkflowRun } from "./workflow-run.ts";

export interface RunDifference {
  /** "" for the run as a whole. */
  readonly step: string;
  readonly what: string;
}

export interface ReplayedRun {
  readonly run: WorkflowRun;
  /** Empty: the same result. */
  readonly differences: readonly RunDifference[];
}

/** **Errors**: throws `input-unsupported` where the recorded workflow does not load any more. */
export async function replayRun(
  before: WorkflowRun,
  context: OperationContext,
): Promise<ReplayedRun> {
  const workflow = loadRecorded(before);
  const recorded = new Map(before.steps.map((step) => [step.id, step]));
  const run = await recordRun(
    {
      workflow,
      inputs: readInputs(workflow, before.inputs),
      trigger: before.trigger,
      sources: before.sources,
      dryRun: before.dryRun,
    },
    {
      clock: context.outside.services.clock,
      signal: context.signal,
      perform: (step, values, signal) =>
        step.use.type === "agent"
          ? judgeAnew(step, values, { ...context, signal })
          : repeat(step, values, recorded.get(step.id)),
    },
  );
  return { run, differences: compareRuns(before, run) };
}

function loadRecorded({ workflow: { text, source, name } }: WorkflowRun): Workflow {
  const { workflow, problems } = parseWorkflow(text, source, stepUses);
  if (workflow !== undefined) {
    const steps = workflow.steps.map((step) => ({ ...step, retryCount: 0 }));
    return { ...workflow, steps };
  }
  const why = problems.map(({ message }) => message).join("; ");
  throw new WaggleError("input-unsupported", `The recorded ${name} does not load: ${why}.`);
}

const noSight: Sight = { sinceDefault: "", incidents: refuse, acts: refuse, report: refuse };

function refuse(): never {
  throw new WaggleError("input-unsupported", "A replay looks at nothing but its record.");
}

function judgeAnew(
  step: WorkflowStep,
  values: Readonly<Record<string, unknown>>,
  context: OperationContext,
): Promise<unknown> {
  const told = createNoticeMemory();
  const world = { context, sight: noSight, state: "", told, dryRun: true, startedUs: 0 };
  return step.use.run(values, world);
}

/** An action that is asked for something else now has no record of what would come of it. */
async function repeat(
  step: WorkflowStep,
  values: Readonly<Record<string, unknown>>,
  recorded: StepRun | undefined,
): Promise<unknown> {
  if (recorded === undefined || recorded.status === "skipped") {
    throw new WaggleError("input-unsupported", `${step.id} did not run then: nothing is recorded.`);
  }
  const { error, output, withSha256 } = recorded;
  if (step.use.type === "action" && withSha256 !== hashValue(values)) {
    throw new WaggleError("input-unsupported", `${step.id} was asked for something else then.`);
  }
  if (error !== null) throw new WaggleError(error.code, error.message);
  return output;
}

function compareRuns(before: WorkflowRun, after: WorkflowRun): readonly RunDifference[] {
  const known = new Map(before.steps.map((step) => [step.id, step]));
  const differences = after.steps.flatMap((step) => {
    const then = known.get(step.id);
    if (then === undefined) return [{ step: step.id, what: "it is not in the record" }];
    return compareSteps(then, step).map((what) => ({ step: step.id, what }));
  });
  const wholes = (["status", "found"] as const).flatMap((key) =>
    before[key] === after[key]
      ? []
      : [{ step: "", what: `${key}: ${String(before[key])} then, ${String(after[key])} now` }],
  );
  const isSame = hashValue(before.outputs) === hashValue(after.outputs);
  return [...differences, ...wholes, ...(isSame ? [] : [{ step: "", what: "other outputs" }])];
}

function compareSteps(then: StepRun, now: StepRun): readonly string[] {
  if (then.status !== now.status) {
    const why = now.error?.message ?? now.because;
    return [`${then.status} then, ${now.status} now${why === "" ? "" : `: ${why}`}`];
  }
  // The record may have been edited: what it holds counts, not what it says of it.
  const isEdited = then.status === "succeeded" && hashValue(then.output) !== then.outputSha256;
  return [
    ...(isEdited ? ["its recorded output is not what was recorded: it was edited"] : []),
    ...(then.withSha256 === now.withSha256 ? [] : ["it is given something else"]),
    ...(then.outputSha256 === now.outputSha256 ? [] : ["another output"]),
    ...((then.error?.message ?? "") === (now.error?.message ?? "") ? [] : ["another error"]),
    ...(then.because === now.because ? [] : [`skipped for another reason: ${now.because}`]),
  ];
}

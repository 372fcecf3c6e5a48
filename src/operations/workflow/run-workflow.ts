/**
 * Holds one run of a workflow over the world: sensors look, actions act.
 * In: a workflow, inputs, where its sensors look. Out: the record; failures of steps are in it.
 */
import { createNoticeMemory } from "../notify/notice-memory.ts";
import type { OperationContext } from "../operation.ts";
import { type RecordRequest, recordRun } from "./record-run.ts";
import { openSight } from "./sight.ts";
import type { WorkflowRun } from "./workflow-run.ts";

export interface WorkflowRequest extends RecordRequest {
  readonly rules: readonly string[];
  /** State directory; "" none. */
  readonly state: string;
}

/** **Errors**: throws defects only. */
export async function runWorkflow(
  request: WorkflowRequest,
  context: OperationContext,
): Promise<WorkflowRun> {
  const { workflow, sources, rules, state, dryRun } = request;
  const { clock } = context.outside.services;
  const startedUs = clock.nowUs();
  const recordsActs = workflow.steps.some(({ use }) => use.readsActs);
  const sight = openSight({ sources, rules, recordsActs }, context);
  const told = createNoticeMemory();
  return recordRun(request, {
    clock,
    signal: context.signal,
    perform: (step, values, signal) =>
      step.use.run(values, {
        ...{ sight, state, told, dryRun, startedUs },
        context: { ...context, signal },
      }),
  });
}

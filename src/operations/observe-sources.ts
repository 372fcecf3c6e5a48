/**
 * Holds the choice of where facts come from: recorded events, or the state of a daemon.
 * In: sources, documents. Out: facts, and what was read to get them.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import { type ObservationRequest, observeEvents } from "./observe-inputs.ts";
import { type Observation, type ObservedRecording, observeState } from "./observe-state.ts";
import type { OperationContext } from "./operation.ts";
import { refuseUnreadable, summarizeEvents } from "./read-recording.ts";

/** **Errors**: throws what reading events, or opening a state, throws. */
export async function observeSources(
  request: ObservationRequest,
  context: OperationContext,
  problems: ProblemLog,
): Promise<Observation> {
  const { state } = request.sources;
  if (state !== "") return observeState(state, context, problems, request.cluster);
  const { facts, recording } = await observeEvents(request, context, problems);
  refuseUnreadable(recording);
  const inputs = recording.inputs.map(summarizeEvents);
  return { facts, recording: { ...recording, inputs }, decisions: [] };
}

/**
 * That of the events; without any, the moments at which processes were listed.
 * **Unit**: microseconds.
 */
export function windowOf(
  { fromUs, toUs, eventCount }: ObservedRecording,
  timesUs: readonly number[],
) {
  if (fromUs > 0 || timesUs.length === 0) return { fromUs, toUs, eventCount };
  const earliest = timesUs.reduce((a, b) => Math.min(a, b));
  const latest = timesUs.reduce((a, b) => Math.max(a, b));
  return { fromUs: earliest, toUs: latest, eventCount };
}

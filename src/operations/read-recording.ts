/**
 * Holds one pass over the events of all inputs, within the time that was asked for.
 * In: names of event files, bounds of time, folds. Out: what was read, input by input.
 * Must never keep events.
 */
import type { Event } from "../core/event/event.ts";
import { formatTime } from "../core/event/format-time.ts";
import { ProblemLog } from "../core/event/problem.ts";
import type { InputSummary } from "../core/report/report.ts";
import { type EventInput, type Progress, readEvents } from "../engine/read-events.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import type { OperationContext } from "./operation.ts";
import { canReadAgain } from "./read-text.ts";
import { resolveTimeBound, type TimeBound } from "./time-range.ts";

export interface RecordingRequest {
  readonly names: readonly string[];
  readonly since: TimeBound | undefined;
  readonly until: TimeBound | undefined;
  readonly onEvent: (event: Event) => void;
}

export interface Recording {
  readonly inputs: readonly EventInput[];
  /** **Unit**: microseconds; 0 when there is no event with a time. The bounds asked for cut it. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly eventCount: number;
}

/** **Cost**: one pass; two when a bound is a duration, the first to find the end. */
export async function readRecording(
  request: RecordingRequest,
  context: OperationContext,
  problems: ProblemLog,
): Promise<Recording> {
  const bounds = [request.since, request.until];
  const needsEnd = bounds.some((bound) => bound?.kind === "before-end");
  if (needsEnd && !(await canReadAgain(context.files, request.names))) {
    throw new WaggleError(
      "usage",
      "A duration counts back from the end of the input, and standard input or a pipe can be " +
        "read only once; give since and until as times.",
    );
  }
  const endUs = needsEnd ? await findEnd(request.names, context) : 0;
  const [sinceUs, untilUs] = bounds.map((bound) =>
    bound === undefined ? undefined : resolveTimeBound(bound, endUs),
  );
  const inputs = await readEvents({
    files: context.files,
    names: request.names,
    problems,
    onEvent: request.onEvent,
    onProgress: await overallProgress("events", request.names, context),
    ...(sinceUs === undefined ? {} : { sinceUs }),
    ...(untilUs === undefined ? {} : { untilUs }),
  });
  for (const input of inputs) noteEmpty(input, problems);
  const firsts = inputs.map((input) => input.firstUs).filter((us) => us > 0);
  return {
    inputs,
    fromUs: firsts.length === 0 ? 0 : firsts.reduce((a, b) => Math.min(a, b)),
    toUs: inputs.reduce((last, input) => Math.max(last, input.lastUs), 0),
    eventCount: inputs.reduce((sum, input) => sum + input.eventCount, 0),
  };
}

/** Nothing in it is no quiet day: exporting may have failed, or the file was just rotated. */
function noteEmpty({ name, sizeBytes, eventCount, nodes }: EventInput, problems: ProblemLog): void {
  if (sizeBytes !== 0 || eventCount > 0 || nodes.length > 0) return;
  problems.add({
    code: "input-empty",
    weight: "doubtful",
    message: "A file of events is empty; was it just rotated, or does nothing write to it?",
    place: { input: name, offset: -1, line: 0 },
  });
}

/**
 * **Errors**: throws `input-unsupported` when there was something to read and not one event in it:
 * a report over the wrong file would look like a quiet day.
 */
export function refuseUnreadable({ inputs, eventCount }: Recording): void {
  const count = (of: (input: EventInput) => number) =>
    inputs.reduce((sum, input) => sum + of(input), 0);
  const refused = count((input) => Math.max(input.unreadableCount, input.damage?.count ?? 0));
  const known = eventCount + count((input) => input.duplicateCount + input.outsideCount);
  if (refused === 0 || known > 0) return;
  const names = inputs.map(({ name }) => name).join(", ");
  throw new WaggleError(
    "input-unsupported",
    `${names}: no event in it could be read (${refused} records were refused). Events are ` +
      "Tetragon's JSON export or its gRPC stream; `waggle inspect` tells what is wrong.",
  );
}

async function findEnd(names: readonly string[], context: OperationContext): Promise<number> {
  const inputs = await readEvents({
    files: context.files,
    names,
    problems: new ProblemLog(),
    onEvent: () => {},
    onProgress: await overallProgress("finding the end", names, context),
  });
  return inputs.reduce((last, input) => Math.max(last, input.lastUs), 0);
}

/** Adds up what came before, so that thirty rotated files are one way and not thirty. */
async function overallProgress(
  stage: string,
  names: readonly string[],
  context: OperationContext,
): Promise<(progress: Progress) => void> {
  const entries = (await Promise.all(names.map((name) => context.files.list(name)))).flat();
  const isKnown = entries.every((entry) => entry.sizeBytes >= 0);
  const sizeBytes = isKnown ? entries.reduce((sum, entry) => sum + entry.sizeBytes, 0) : -1;
  const before = { bytes: 0, events: 0 };
  let last: Progress | undefined;
  return (progress) => {
    if (last !== undefined && last.input !== progress.input) {
      before.bytes += last.consumedBytes;
      before.events += last.eventCount;
    }
    last = progress;
    const consumedBytes = before.bytes + progress.consumedBytes;
    const eventCount = before.events + progress.eventCount;
    context.onProgress({ stage, input: progress.input, consumedBytes, sizeBytes, eventCount });
  };
}

/** An event input's line in the report. */
export function summarizeEvents(input: EventInput): InputSummary {
  const details: Record<string, string | number> = {};
  if (input.compression !== "plain") details["compression"] = input.compression;
  const from = formatTime(input.firstUs);
  const to = formatTime(input.lastUs);
  if (from !== null) details["from"] = from;
  if (to !== null) details["to"] = to;
  if (input.duplicateCount > 0) details["duplicates"] = input.duplicateCount;
  const { name, format, sizeBytes, eventCount } = input;
  return { name, role: "events", format, sizeBytes, count: eventCount, details };
}

/**
 * Holds the reading of events of the past: of a recording, or of the archive of a daemon.
 * In: where they are, from when to when, of which container. Out: events, in their order.
 * Must never keep them.
 */
import type { Event } from "../../core/event/event.ts";
import type { ProblemLog } from "../../core/event/problem.ts";
import type { InputSummary } from "../../core/report/report.ts";
import { DuplicateWindow } from "../../engine/duplicate-window.ts";
import { createDecoders } from "../../engine/event-intake.ts";
import type { ArchiveQuery, ArchiveReader } from "../../ports/archive.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { listEvents } from "../list-events.ts";
import type { OperationContext } from "../operation.ts";
import { readRecording, refuseUnreadable, summarizeEvents } from "../read-recording.ts";
import { resolveTimeBound, type TimeBound } from "../time-range.ts";

export interface PastRequest {
  /** State directory of a daemon; "": `events` are read. */
  readonly state: string;
  readonly events: readonly string[];
  readonly since: TimeBound | undefined;
  readonly until: TimeBound | undefined;
  readonly onEvent: (event: Event) => void;
}

export interface PastRead {
  readonly inputs: readonly InputSummary[];
  /** At the index that events carry. */
  readonly inputNames: readonly string[];
  /** **Unit**: microseconds; 0 when no event with a time was read. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly eventCount: number;
}

/**
 * **Errors**: throws `usage` without any source, `not-found` where the archive has nothing of that
 * time, and what reading throws.
 */
export async function readPast(
  request: PastRequest,
  context: OperationContext,
  problems: ProblemLog,
): Promise<PastRead> {
  if (request.state === "" && request.events.length === 0) {
    throw new WaggleError("usage", "No events: pass --events FILE, or --state DIR of a daemon.");
  }
  return request.state === ""
    ? readFiles(request, context, problems)
    : readArchive(request, context, problems);
}

async function readFiles(
  { events, since, until, onEvent }: PastRequest,
  context: OperationContext,
  problems: ProblemLog,
): Promise<PastRead> {
  const names = await listEvents(context.files, events, problems);
  const recording = await readRecording({ names, since, until, onEvent }, context, problems);
  refuseUnreadable(recording);
  const inputs = recording.inputs.map(summarizeEvents);
  const { fromUs, toUs, eventCount } = recording;
  return { inputs, inputNames: inputs.map(({ name }) => name), fromUs, toUs, eventCount };
}

async function readArchive(
  { state, since, until, onEvent }: PastRequest,
  context: OperationContext,
  problems: ProblemLog,
): Promise<PastRead> {
  const reader = await context.outside.state.archiveReader(state);
  const { query, endUs } = await queryOf(reader, { since, until });
  const decoders = createDecoders();
  const sources = new Map<string, number>();
  // Two servers may have brought the same events.
  const window = new DuplicateWindow();
  let eventCount = 0;
  let fromUs = 0;
  let toUs = 0;
  for await (const { source, format, bytes, offset } of reader.read(query)) {
    const index = sources.get(source) ?? sources.size;
    sources.set(source, index);
    const decoder = decoders[format];
    const event = decoder.decode(bytes, 0, bytes.length, index, offset);
    if (event === undefined) {
      const place = { input: state, offset, line: 0 };
      const code = decoder.problem?.code ?? "unreadable";
      const message = "A record of the archive could not be read.";
      problems.add({ code, weight: "unreadable", message, place });
      continue;
    }
    if (window.seenBefore(event)) continue;
    eventCount += 1;
    if (event.timeUs > 0) {
      fromUs = fromUs === 0 ? event.timeUs : Math.min(fromUs, event.timeUs);
      toUs = Math.max(toUs, event.timeUs);
    }
    onEvent(event);
  }
  if (eventCount === 0) {
    const what = endUs === 0 ? "The archive is empty" : "The archive has no event of that time";
    throw new WaggleError("not-found", `${what}: ${JSON.stringify(state)}.`);
  }
  const inputNames = [...sources.keys()];
  const inputs = inputNames.map((name) => ({
    ...{ name, role: "events", format: "archive", sizeBytes: -1, count: -1, details: {} },
  }));
  return { inputs, inputNames, fromUs, toUs, eventCount };
}

async function queryOf(
  reader: ArchiveReader,
  { since, until }: Pick<PastRequest, "since" | "until">,
): Promise<{ readonly query: ArchiveQuery; readonly endUs: number }> {
  const segments = await reader.segments();
  const endUs = segments.reduce((latest, { toUs }) => Math.max(latest, toUs), 0);
  const at = (bound: TimeBound) => resolveTimeBound(bound, endUs);
  const query = {
    ...(since === undefined ? {} : { fromUs: at(since) }),
    ...(until === undefined ? {} : { untilUs: at(until) }),
  };
  return { query, endUs };
}

/**
 * Holds the operation `archive`: what the archive of a daemon holds, and taking raw events out.
 * In: a state directory, which events. Out: segments; the files that were written.
 */
import * as z from "zod";
import { formatTime } from "../core/event/format-time.ts";
import { containerKey, isHostKey } from "../core/observe/container-key.ts";
import type { ArchiveQuery, ArchiveSegment, ExportedFile } from "../ports/archive.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { stateField, stateOf } from "./live/state-field.ts";
import type { Operation } from "./operation.ts";
import { readTimeBound, resolveTimeBound } from "./time-range.ts";

const input = z.strictObject({
  action: z
    .enum(["ls", "export"])
    .describe("ls lists what is archived; export writes events to a file"),
  state: stateField,
  to: z
    .string()
    .min(1)
    .optional()
    .describe("File to write: JSON lines, or the protobuf stream where events came over gRPC"),
  since: z
    .string()
    .optional()
    .describe("Only events from this time on: an ISO time, or 30m, 2h, 1d before the last event"),
  until: z.string().optional().describe("Only events before this time"),
  container: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe("Only events of the container with this id, or of those whose id starts so; host"),
  execId: z.string().min(1).max(1000).optional().describe("Only events of this process"),
  source: z.string().min(1).optional().describe("Only events that came from this source, by name"),
});
type ArchiveInput = z.infer<typeof input>;

/** Times are ISO 8601; null when unknown. */
export interface ArchiveSpan {
  readonly from: string | null;
  readonly to: string | null;
}

export interface ListedSegment extends ArchiveSpan, Omit<ArchiveSegment, "fromUs" | "toUs"> {}

export interface ArchiveOutput extends ArchiveSpan {
  readonly state: string;
  /** **Order**: oldest first. Of the whole archive, whatever was asked for. */
  readonly segments: readonly ListedSegment[];
  readonly recordCount: number;
  readonly sizeBytes: number;
  /** null: nothing was to be written. */
  readonly exported: readonly ExportedFile[] | null;
}

export const archive: Operation<ArchiveInput, ArchiveOutput> = {
  name: "archive",
  summary: "list the raw events that a daemon keeps, or write some to a file",
  description:
    "A daemon keeps the raw events of the last hours in its state directory. ls says from when " +
    "to when and what of it is damaged. export writes those of a time, container or process to a " +
    "file that every command takes with --events; it may be run beside the daemon.",
  effect: "write",
  input,
  run: async (given, context) => {
    const { action, to } = given;
    const state = stateOf(given.state, context);
    const reader = await context.outside.state.archiveReader(state);
    if (action === "ls") {
      refuseFilters(given);
      const segments = await reader.segments();
      // An empty archive is of a daemon; where no daemon was, the path is wrong.
      if (segments.length === 0) await context.files.list(state);
      return describe(state, segments, null);
    }
    if (to === undefined) throw usage("export needs --to FILE");
    const query = readQuery(given, await reader.segments());
    const files = await reader.exportTo(query, to);
    if (files.length === 0) {
      throw new WaggleError("not-found", `No such event is in the archive of ${quote(state)}.`);
    }
    // Again: what is damaged may have been found only now.
    return describe(state, await reader.segments(), files);
  },
};

function refuseFilters(given: ArchiveInput): void {
  const keys = ["to", "since", "until", "container", "execId", "source"] as const;
  const found = keys.find((key) => given[key] !== undefined);
  if (found !== undefined) throw usage(`ls takes no ${found}: only export does`);
}

function readQuery(given: ArchiveInput, segments: readonly ArchiveSegment[]): ArchiveQuery {
  const { since, until, container, execId, source } = given;
  const endUs = segments.reduce((latest, { toUs }) => Math.max(latest, toUs), 0);
  const read = (text: string, what: string) => resolveTimeBound(readTimeBound(text, what), endUs);
  return {
    ...(since === undefined ? {} : { fromUs: read(since, "since") }),
    ...(until === undefined ? {} : { untilUs: read(until, "until") }),
    ...(container === undefined ? {} : { container: keyOf(container) }),
    ...(execId === undefined ? {} : { execId }),
    ...(source === undefined ? {} : { source }),
  };
}

function keyOf(container: string): string {
  return isHostKey(container) ? container : containerKey(container);
}

function describe(
  state: string,
  segments: readonly ArchiveSegment[],
  exported: readonly ExportedFile[] | null,
): ArchiveOutput {
  const sum = (key: "recordCount" | "sizeBytes") =>
    segments.reduce((total, segment) => total + segment[key], 0);
  const starts = segments.map(({ fromUs }) => fromUs).filter((us) => us > 0);
  return {
    state,
    segments: segments.map(({ fromUs, toUs, ...rest }) => ({
      ...rest,
      from: formatTime(fromUs),
      to: formatTime(toUs),
    })),
    from: formatTime(starts.reduce((least, us) => Math.min(least, us), starts[0] ?? 0)),
    to: formatTime(segments.reduce((latest, { toUs }) => Math.max(latest, toUs), 0)),
    recordCount: sum("recordCount"),
    sizeBytes: sum("sizeBytes"),
    exported,
  };
}

function usage(what: string): WaggleError {
  return new WaggleError("usage", `archive: ${what}.`);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

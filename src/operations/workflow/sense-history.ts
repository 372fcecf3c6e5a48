/**
 * Holds the sensor `tetragon.syscall_history`: what processes did, act by act.
 * In: since when, of which container, how many lines. Out: lines in order of time, each with the
 * event it stands on.
 * Must never show the oldest only: what detection pointed at stays first, then what is latest.
 */
import * as z from "zod";
import { formatTime } from "../../core/event/format-time.ts";
import type { ActLine } from "../../core/observe/detect/record-acts.ts";
import { formatCount, plural } from "../../core/report/text-layout.ts";
import { containerField, namePlaces, sinceField, wantsContainer } from "./choose-acts.ts";
import { citeEvent, type EventCitation } from "./cite-event.ts";
import type { StepUse } from "./step-use.ts";

const lineCountDefault = 5000;

const input = z.strictObject({
  since: sinceField,
  container: containerField,
  limit: z
    .int()
    .min(1)
    .max(50_000)
    .optional()
    .describe(`Lines at most; ${lineCountDefault} when left out`),
});

export interface HistoryLine {
  /** ISO 8601 UTC; null unknown. */
  readonly time: string | null;
  readonly kind: ActLine["kind"];
  readonly container: string;
  readonly place: string;
  readonly execId: string;
  readonly pid: number;
  readonly uid: number;
  readonly binary: string;
  readonly actor: ActLine["actor"];
  /** Command line, path, `address:port`. */
  readonly object: string;
  readonly detail: string;
  readonly count: number;
  readonly citation: EventCitation;
}

export interface HistoryOutput {
  readonly from: string | null;
  readonly to: string | null;
  readonly eventCount: number;
  /** By kind, of all that were seen in that time. */
  readonly counts: Readonly<Record<string, number>>;
  /** **Order**: by time. */
  readonly lines: readonly HistoryLine[];
  readonly omittedCount: number;
}

export const senseHistory: StepUse<z.infer<typeof input>, HistoryOutput> = {
  name: "tetragon.syscall_history",
  type: "sensor",
  summary: "what processes did: starts, ends, connections, files, rights",
  input,
  trustedKeys: [],
  readsActs: true,
  run: async ({ since = "", container, limit = lineCountDefault }, { sight }) => {
    const seen = await sight.acts(since);
    const { incidents } = await sight.incidents();
    const wants = wantsContainer(seen.containers, container);
    const meant = seen.lines.filter((line) => wants(line.container));
    const suspects = new Set(
      incidents.flatMap(({ processes }) =>
        processes.flatMap(({ process, entry }) => (entry === "" ? [] : [process])),
      ),
    );
    const kept = chooseLines(meant, limit, suspects);
    const placeOf = namePlaces(seen);
    return {
      from: formatTime(seen.fromUs),
      to: formatTime(seen.toUs),
      eventCount: seen.eventCount,
      counts: countKinds(meant),
      lines: kept.map((line) => describeLine(line, placeOf(line.container), seen.inputNames)),
      omittedCount: meant.length - kept.length + seen.omittedCount,
    };
  },
  describe: ({ lines, omittedCount, from, to }) =>
    `${plural(lines.length, "act")} from ${from ?? "unknown"} to ${to ?? "unknown"}` +
    (omittedCount > 0 ? `, ${formatCount(omittedCount)} left out` : ""),
};

function chooseLines(
  lines: readonly ActLine[],
  limit: number,
  suspects: ReadonlySet<string>,
): readonly ActLine[] {
  if (lines.length <= limit) return lines;
  const rankOf = ({ process, kind }: ActLine): number => {
    if (suspects.has(process)) return 0;
    return kind === "exec" || kind === "exit" ? 1 : 2;
  };
  const ranked = lines.map((line, at) => ({ line, at, rank: rankOf(line) }));
  ranked.sort((a, b) => a.rank - b.rank || b.at - a.at);
  const kept = ranked.slice(0, limit);
  return kept.sort((a, b) => a.at - b.at).map(({ line }) => line);
}

function countKinds(lines: readonly ActLine[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind, count } of lines) counts[kind] = (counts[kind] ?? 0) + count;
  return counts;
}

function describeLine(line: ActLine, place: string, inputNames: readonly string[]): HistoryLine {
  const { timeUs, process, citation, kind, container, pid, uid, binary, actor } = line;
  return {
    ...{ time: formatTime(timeUs), kind, container, place, execId: process, pid, uid, binary },
    ...{ actor, object: line.object, detail: line.detail, count: line.count },
    citation: citeEvent(citation, inputNames),
  };
}

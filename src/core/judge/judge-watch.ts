/**
 * Holds whether a container was watched from its start, without a break, for long enough.
 * In: the container, what was lost, when sensors were there. Out: doubts; none when all is well.
 * Must never look at single files: that is `watch-files.ts`.
 */

import { compareText } from "../event/compare-text.ts";
import { formatTime } from "../event/format-time.ts";
import type { ContainerFact, CoverageFact, LossFact } from "../observe/fact.ts";

interface WatchOptions {
  readonly container: ContainerFact;
  /** Those that took something from what is judged, of all sensors. */
  readonly losses: readonly LossFact[];
  readonly sensors: readonly CoverageFact[];
  readonly span: { readonly startUs: number; readonly endUs: number };
  /** **Unit**: microseconds. */
  readonly minimumWindowUs: number;
}

/** **Order**: the weightiest first. */
export function judgeWatch(options: WatchOptions): readonly string[] {
  return [...judgeStart(options), ...judgeLosses(options), ...judgeLength(options)];
}

function judgeStart({ container, sensors }: WatchOptions): readonly string[] {
  if (container.fromStart) return [];
  const dumpedUs = sensors.find(({ sensor }) => sensor === "dump")?.sinceUs ?? 0;
  const at = formatTime(dumpedUs);
  if (container.dumped) {
    const when = at === null ? "" : ` at ${at}`;
    return [
      "it ran before the sensors did; the listing of running processes" +
        `${when} shows only what was loaded and open then`,
    ];
  }
  return [
    "it ran before the sensors did, or its start was not seen: what it loaded then is unknown",
  ];
}

function judgeLosses({ losses }: WatchOptions): readonly string[] {
  const byReason = new Map<string, number>();
  for (const { reason, count } of losses) {
    byReason.set(reason, (byReason.get(reason) ?? 0) + count);
  }
  return [...byReason]
    .sort(([a], [b]) => compareText(a, b))
    .map(([reason, count]) => {
      const counted = count > 0 ? ` (${count})` : "";
      return `${phrases.get(reason) ?? `events were lost: ${reason}`}${counted}`;
    });
}

const phrases: ReadonlyMap<string, string> = new Map([
  ["restart", "Tetragon or waggle was restarted meanwhile"],
  ["reconnect", "the connection to Tetragon broke meanwhile"],
  ["overflow", "more events came than waggle could take"],
  ["rotated", "files of events were gone before they were read"],
  ["truncated", "the file of events was cut before it was read"],
  ["archive", "events of before a restart could not be read again"],
  ["store", "facts could not be stored in time"],
  ["gap", "there is a gap in the events of its node"],
  ["throttle", "Tetragon held back starts of processes"],
  ["missed-start", "events were lost: programs ran whose start was not told"],
  ["rate-limit", "the exporter's rate limit dropped events"],
  ["cut-file", "a file of events was cut off"],
  ["eviction", "more was seen than could be kept"],
  ["policy-not-active", "a tracing policy was not active"],
]);

function judgeLength({ container, span, minimumWindowUs }: WatchOptions): readonly string[] {
  if (container.fromStart && container.ended) return [];
  const lengthUs = Math.max(0, span.endUs - span.startUs);
  if (lengthUs >= minimumWindowUs) return [];
  const shown = `${formatSeconds(lengthUs)} of at least ${formatSeconds(minimumWindowUs)}`;
  return [`it was watched for only ${shown}`];
}

function formatSeconds(durationUs: number): string {
  const seconds = Math.floor(durationUs / 1_000_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

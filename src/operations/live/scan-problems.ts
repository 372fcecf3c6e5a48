/**
 * Holds what a report says of images that the daemon could not scan.
 * In: records of scans. Out: problems. An image without a scan is unknown, never clean.
 */
import type { ProblemReport } from "../../core/event/problem.ts";
import { quoteName } from "../../core/judge/quote-name.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { ScanRecord } from "../../ports/store.ts";

const problemCountMax = 200;

/** **Order**: of records. **Shape**: at most 200; beyond, one says how many more. */
export function scanProblems(records: readonly ScanRecord[]): readonly ProblemReport[] {
  const bad = records.filter(({ state }) => state === "failed" || state === "waiting");
  const told = bad.slice(0, problemCountMax).map(tell);
  const more = bad.length - told.length;
  if (more === 0) return told;
  const message = "More images were not scanned; `waggle status` says how many wait.";
  return [...told, problem("image-not-scanned", { message, input: "", count: more })];
}

function tell({ reference, state, error, dataVersion, vulnerabilitiesFile }: ScanRecord) {
  const image = quoteName(reference);
  const input = makeVisible(reference, 200);
  if (state === "waiting") {
    const message = `Image ${image} waits for its scan: what is in it is not known yet.`;
    return problem("image-scan-waiting", { message, input });
  }
  const why = makeVisible(error, 400);
  if (vulnerabilitiesFile === "") {
    const message = `Image ${image} could not be scanned, so what is in it is unknown: ${why}`;
    return problem("image-scan-failed", { message, input });
  }
  const data = dataVersion === "" ? "older data" : `data ${makeVisible(dataVersion, 100)}`;
  const message = `Image ${image} could not be matched again; its scan is of ${data}: ${why}`;
  return problem("image-scan-old", { message, input });
}

function problem(
  code: string,
  { message, input, count = 1 }: { message: string; input: string; count?: number },
): ProblemReport {
  return { code, weight: "doubtful", message, place: { input, offset: -1, line: 0 }, count };
}

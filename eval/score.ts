/**
 * Compares verdicts with the truth and counts. In: verdicts of any method and truth rows. Out: counts
 * from which precision and recall follow. Must treat all methods alike.
 */
import { type TruthRow, wasUsed } from "./truth.ts";

/** A method's word on one package. */
export interface Verdict {
  readonly container: string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly location: string;
  readonly state: "in-use" | "not-observed" | "unknown";
  readonly level: string;
  readonly coverage: string;
  /** True when no sensor could have seen a use of some of its files. */
  readonly partlyBlind: boolean;
}

export interface Judged extends Verdict {
  readonly used: boolean;
}

export interface Score {
  readonly packages: number;
  readonly used: number;
  readonly truePositive: number;
  readonly falsePositive: number;
  /** Truly used but called not observed: the one mistake that must not happen. */
  readonly wrongNotObserved: number;
  readonly wrongUnderGoodCoverage: number;
  /** Truly used and said to be unknown although a sensor could have seen it. */
  readonly missedThoughVisible: number;
  readonly unknown: number;
  readonly precision: number;
  /** Of all truly used packages. */
  readonly recall: number;
  /** Of the truly used packages that a sensor could have told (not one archive with many inside). */
  readonly visibleRecall: number;
}

/** Joins verdicts to truth rows by container, type, name, version and first location. */
export function join(
  verdicts: readonly Verdict[],
  truth: readonly TruthRow[],
  hasLazyPhase: boolean,
): { readonly judged: readonly Judged[]; readonly unmatched: readonly string[] } {
  const exact = new Map(truth.map((row) => [keyOf(row, row.location), row]));
  const loose = new Map(truth.map((row) => [keyOf(row, ""), row]));
  const judged: Judged[] = [];
  const unmatched: string[] = [];
  for (const verdict of verdicts) {
    const row = exact.get(keyOf(verdict, verdict.location)) ?? loose.get(keyOf(verdict, ""));
    if (row === undefined) unmatched.push(keyOf(verdict, verdict.location));
    else judged.push({ ...verdict, used: wasUsed(row, hasLazyPhase) });
  }
  return { judged, unmatched };
}

function keyOf(row: Omit<TruthRow, "use">, location: string): string {
  return [row.container, row.type, row.name.toLowerCase(), row.version, location].join("\t");
}

export function score(judged: readonly Judged[]): Score {
  const count = (test: (one: Judged) => boolean) => judged.filter(test).length;
  const truePositive = count((one) => one.used && one.state === "in-use");
  const falsePositive = count((one) => !one.used && one.state === "in-use");
  const used = count((one) => one.used);
  const missed = count((one) => one.used && one.state !== "in-use" && isVisible(one));
  return {
    packages: judged.length,
    used,
    truePositive,
    falsePositive,
    wrongNotObserved: count((one) => one.used && one.state === "not-observed"),
    wrongUnderGoodCoverage: count(
      (one) => one.used && one.state === "not-observed" && one.coverage === "good",
    ),
    missedThoughVisible: missed,
    unknown: count((one) => one.state === "unknown"),
    precision: ratio(truePositive, truePositive + falsePositive),
    recall: ratio(truePositive, used),
    visibleRecall: ratio(truePositive, truePositive + missed),
  };
}

/** Whether the active sensors could have told that this package is used. */
export function isVisible(one: Verdict): boolean {
  return one.coverage !== "none" && one.level !== "archive-opened" && !one.partlyBlind;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

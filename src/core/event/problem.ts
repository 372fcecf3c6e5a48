/**
 * Holds what went wrong with an input, as data: counted by code, with the first place of each kind.
 * In: reports from decoders, folds and joins. Out: a bounded, ordered list for `inspect` and
 * reports.
 * Must never throw, and never keep more than one example per code and input.
 */
import { compareText } from "./compare-text.ts";

/**
 * `lost`: evidence is missing, so absence means less. `unreadable`: a piece of input was left out.
 * `doubtful`: read, but something about it is unusual. `notice`: worth knowing, weakens nothing.
 */
export type ProblemWeight = "lost" | "unreadable" | "doubtful" | "notice";

export interface Place {
  /** Name of the input as the user gave it. */
  readonly input: string;
  /** **Unit**: bytes from the start of the decompressed input; -1 when it has no meaning. */
  readonly offset: number;
  /** 1-based; 0 when it has no meaning. */
  readonly line: number;
}

export interface Problem {
  /** Stable kebab-case code, for example `line-not-json`. */
  readonly code: string;
  readonly weight: ProblemWeight;
  readonly count: number;
  readonly first: Place;
  /** One sentence: what happened, to what, and what to do. Untrusted parts quoted and capped. */
  readonly message: string;
}

export interface ProblemReport {
  readonly code: string;
  readonly weight: ProblemWeight;
  readonly message: string;
  readonly place: Place;
  readonly count?: number;
}

/**
 * Collects problems. **Shape**: at most `kindCountMax` kinds; what is beyond is counted as one
 * kind.
 */
export class ProblemLog {
  private readonly byKey = new Map<string, Problem>();
  private readonly kindCountMax: number;

  constructor(kindCountMax = 1000) {
    this.kindCountMax = kindCountMax;
  }

  add(report: ProblemReport): void {
    const full = this.byKey.size >= this.kindCountMax;
    const key = `${report.code}\u0000${report.place.input}`;
    const known = this.byKey.get(key);
    if (known !== undefined) {
      this.byKey.set(key, { ...known, count: known.count + (report.count ?? 1) });
    } else if (!full) {
      const { code, weight, message, place, count } = report;
      this.byKey.set(key, { code, weight, message, first: place, count: count ?? 1 });
    } else if (report.code !== "problems-left-out") {
      this.addLeftOut(report);
    }
  }

  /** **Order**: by weight, code, input: the same for the same problems in any order of arrival. */
  list(): readonly Problem[] {
    const weights: readonly ProblemWeight[] = ["lost", "unreadable", "doubtful", "notice"];
    const rank = (problem: Problem) => weights.indexOf(problem.weight);
    return [...this.byKey.values()].sort(
      (a, b) =>
        rank(a) - rank(b) ||
        compareText(a.code, b.code) ||
        compareText(a.first.input, b.first.input),
    );
  }

  private addLeftOut(report: ProblemReport): void {
    const key = "problems-left-out\u0000";
    const known = this.byKey.get(key);
    const first = { input: "", offset: -1, line: 0 };
    const message = `More than ${this.kindCountMax} kinds of problems; the rest is only counted.`;
    const count = (known?.count ?? 0) + (report.count ?? 1);
    const code = "problems-left-out";
    this.byKey.set(key, { code, weight: "doubtful", message, first, count });
  }
}

/**
 * Holds the trying of rules on their cases.
 * In: cases, and what detection says of events. Out: for each case whether it held, and if not why.
 * Must never read files or load rules: whoever calls does.
 */
import type { Event } from "../../event/event.ts";
import type { RuleCase, RuleCases } from "./decode-cases.ts";
import type { SignalFact } from "./detect-fact.ts";

/** What a detection says of one little story from its first event to its last. */
export type DetectStory = (events: readonly Event[]) => readonly SignalFact[];

export interface CaseResult {
  readonly rule: string;
  readonly name: string;
  readonly kind: "matching" | "quiet";
  /** Where the case stands in its document. */
  readonly path: string;
  readonly passed: boolean;
  /** One sentence: why it did not hold; "" when it did. */
  readonly why: string;
  /** Rules that gave signals, also others, sorted. */
  readonly signals: readonly string[];
}

/**
 * Tries one rule on its cases. **Order**: matching ones first, as written.
 * `rule` is the id of the rule beside which the cases stand; a case may name another.
 */
export function runCases(rule: string, cases: RuleCases, detect: DetectStory): CaseResult[] {
  const run = (kind: CaseResult["kind"]) => (one: RuleCase) => {
    const about = one.rule === "" ? rule : one.rule;
    const signals = detect(one.events);
    const count = signals.filter((signal) => signal.rule === about).length;
    const why = judgeCount(kind, count, one.expectCount);
    const rules = [...new Set(signals.map((signal) => signal.rule))].sort();
    const { name, path } = one;
    return { rule: about, name, kind, path, passed: why === "", why, signals: rules };
  };
  return [...cases.matching.map(run("matching")), ...cases.quiet.map(run("quiet"))];
}

function judgeCount(kind: CaseResult["kind"], count: number, expected: number | undefined): string {
  if (kind === "quiet") {
    return count <= (expected ?? 0) ? "" : `It gave ${count} signals where it must be quiet.`;
  }
  if (expected !== undefined && count !== expected) {
    return `It gave ${count} signals where ${expected} are due.`;
  }
  return count > 0 ? "" : "It gave no signal.";
}

/**
 * Holds a detector for tests: it has a rule for each kind of act and keeps no state but a count.
 * In: acts. Out: a hit for each act of the chosen kinds, at the act's process.
 */
import type { Act, ActKind } from "../core/observe/detect/act.ts";
import type { Detector, Hit } from "../core/observe/detect/detector.ts";
import type { Level, RuleHead } from "../core/observe/detect/rule.ts";

export function sampleRule(id: string, level: Level = "medium"): RuleHead {
  return {
    id,
    title: `rule ${id}`,
    kind: "sigma",
    level,
    score: 10,
    family: "discovery",
    techniques: ["T1082"],
    tactics: ["discovery"],
    matrix: [],
    author: "tests",
    source: "",
    description: "",
    falsePositives: [],
    blindSpots: [],
  };
}

/** A hit as rules give it, at the act's own process. */
export function sampleHit(act: Act, rule: RuleHead): Hit {
  const path = act.path === "" ? act.address : act.path;
  return {
    rule,
    subject: act.subject,
    others: act.subject.parent === undefined ? [] : [act.subject.parent.execId],
    because: [`${act.kind} ${path}`],
    indicators: path === "" ? [] : [{ type: "file", value: path }],
    incomplete: act.subject.argumentsCut,
  };
}

export interface SampleState {
  count: number;
}

export type ActKinds = readonly ActKind[];

/** `wants` chooses; without it each act of the kinds counts. */
export function sampleDetector(
  kinds: ActKinds,
  wants: (act: Act) => boolean = () => true,
  level: Level = "medium",
): Detector<unknown> {
  const rules = new Map(kinds.map((kind) => [kind, sampleRule(kind, level)]));
  return {
    name: "sample",
    listings: [],
    start: (): SampleState => ({ count: 0 }),
    step(state, act, context) {
      const rule = rules.get(act.kind);
      if (rule === undefined || !wants(act)) return;
      (state as SampleState).count += 1;
      context.hit(sampleHit(act, rule));
    },
  };
}

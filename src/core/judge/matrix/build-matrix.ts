/**
 * Holds how far detection covers the known techniques: the Threat Matrix for Kubernetes, and
 * ATT&CK as far as rules name it.
 * In: rules as loaded, signals if any. Out: one row a technique, with what covers it.
 * Must never call a technique covered that no rule which can run here looks for.
 */
import { compareText } from "../../event/compare-text.ts";
import type { SignalFact } from "../../observe/detect/detect-fact.ts";
import type { RuleListing } from "../../observe/detect/rule.ts";
import { nameTechnique, tacticsOf, techniques } from "../../observe/detect/techniques.ts";
import { matrixTechniques, type Observability } from "../../observe/detect/threat-matrix.ts";

/**
 * `covered`: a rule can run. `needs-policy`: rules wait for a policy that is not loaded.
 * `no-rule`: this kind of sensor could see it, and no rule looks. `not-visible`: only other logs
 * tell of it.
 */
export type MatrixState = "covered" | "needs-policy" | "no-rule" | "not-visible";

export interface MatrixRow {
  readonly id: string;
  readonly name: string;
  /** Short names of its tactics. */
  readonly tactics: readonly string[];
  readonly state: MatrixState;
  /** Of the sensor, in words; "" where nothing more is to be said. */
  readonly note: string;
  /** Ids of rules that can run now, sorted. */
  readonly rules: readonly string[];
  /** Ids of rules that wait for a policy, sorted. */
  readonly waiting: readonly string[];
  /** Policies that the waiting rules ask for, sorted. */
  readonly policies: readonly string[];
  /** Signals that name it. */
  readonly hitCount: number;
}

export interface DetectionMatrix {
  /** All 40. **Order**: by id. */
  readonly kubernetes: readonly MatrixRow[];
  /** Those of the containers' matrix, and what else rules name. **Order**: by id. */
  readonly attack: readonly MatrixRow[];
}

interface Cover {
  readonly rules: string[];
  readonly waiting: string[];
  readonly policies: Set<string>;
}

/** **Cost**: linear in rules and signals. */
export function buildMatrix(
  listings: readonly RuleListing[],
  signals: readonly SignalFact[],
): DetectionMatrix {
  const covers = gatherCovers(listings);
  const hits = countHits(signals);
  const row = (id: string, rest: Pick<MatrixRow, "name" | "tactics">, note: string): MatrixRow => {
    const cover = covers.get(id);
    const { rules = [], waiting = [], policies = [] } = cover ?? {};
    return {
      id,
      ...rest,
      note,
      state: rules.length > 0 ? "covered" : waiting.length > 0 ? "needs-policy" : "no-rule",
      rules: [...rules].sort(compareText),
      waiting: [...waiting].sort(compareText),
      policies: [...policies].sort(compareText),
      hitCount: hits.get(id) ?? 0,
    };
  };
  const kubernetes = matrixTechniques.map(({ id, name, tactics, observability, signal }) => {
    const made = row(id, { name, tactics }, signal);
    return { ...made, state: stateOf(made.state, observability) };
  });
  const named = new Set([...techniques.filter((one) => one.inContainers).map(({ id }) => id)]);
  for (const id of [...covers.keys(), ...hits.keys()]) if (/^T\d/.test(id)) named.add(id);
  const attack = [...named]
    .sort(compareText)
    .map((id) => row(id, { name: nameTechnique(id), tactics: tacticsOf([id]) }, ""));
  return { kubernetes, attack };
}

/** A rule may cover a part of what is claimed for no sensor: then it is still claimed for none. */
function stateOf(state: MatrixState, observability: Observability): MatrixState {
  return observability === "none" && state === "no-rule" ? "not-visible" : state;
}

function gatherCovers(listings: readonly RuleListing[]): ReadonlyMap<string, Cover> {
  const covers = new Map<string, Cover>();
  for (const { head, evaluable } of listings) {
    if (evaluable.state === "never") continue;
    for (const id of new Set([...head.matrix, ...head.techniques.flatMap(withParent)])) {
      const cover = covers.get(id) ?? { rules: [], waiting: [], policies: new Set() };
      covers.set(id, cover);
      if (evaluable.state === "yes") cover.rules.push(head.id);
      else {
        cover.waiting.push(head.id);
        for (const policy of evaluable.policies) cover.policies.add(policy);
      }
    }
  }
  return covers;
}

/** Who covers a sub-technique covers a part of the technique above. */
function withParent(id: string): readonly string[] {
  const at = id.indexOf(".");
  return at < 0 ? [id] : [id, id.slice(0, at)];
}

function countHits(signals: readonly SignalFact[]): ReadonlyMap<string, number> {
  const hits = new Map<string, number>();
  for (const { matrix, techniques: ids } of signals) {
    for (const id of new Set([...matrix, ...ids.flatMap(withParent)])) {
      hits.set(id, (hits.get(id) ?? 0) + 1);
    }
  }
  return hits;
}

/**
 * Holds what all policies of a cluster together let through.
 * In: policies, pods. Out: an answer for each pair of ends and port.
 * Without a policy that selects a pod everything is let through; both ends must agree; what cannot
 * be told is never taken for allowed or denied.
 * **Source**: Kubernetes, Network Policies; Cilium, Policy Enforcement Modes and Deny Policies.
 */
import type {
  ClusterObjects,
  OpaquePolicy,
  PolicyObject,
} from "../../inventory/cluster/cluster-objects.ts";
import type { PolicyAnswer } from "./cluster-view.ts";
import { type Asked, RuleMatcher } from "./match-rule.ts";
import { matchSelector, type Truth } from "./match-selector.ts";
import type { PodEntry, PodIndex } from "./pod-index.ts";
import type { End } from "./policy-end.ts";

type Direction = "ingress" | "egress";

interface Compiled {
  readonly name: string;
  readonly policy: PolicyObject;
  readonly ingress: readonly RuleMatcher[];
  readonly egress: readonly RuleMatcher[];
}

/** A policy for one class of pods and one direction. */
interface Applied {
  readonly name: string;
  /** False: its selector may or may not take the pod. */
  readonly isSure: boolean;
  readonly isolates: boolean;
  readonly isCilium: boolean;
  readonly rules: readonly RuleMatcher[];
}

/** **Unit**: names in one answer. */
const nameCountMax = 16;

const open: PolicyAnswer = { allowed: true, policies: [] };

export class PolicyBook {
  /** By namespace; "" for those of the whole cluster. */
  private readonly policies: ReadonlyMap<string, readonly Compiled[]>;
  private readonly opaque: ReadonlyMap<string, readonly OpaquePolicy[]>;
  private readonly guardsNodes: readonly string[];
  private readonly applied: Readonly<Record<Direction, Map<number, readonly Applied[]>>> = {
    ingress: new Map(),
    egress: new Map(),
  };

  constructor(objects: ClusterObjects, pods: PodIndex) {
    const compiled = objects.policies
      .filter(({ guards }) => guards === "pods")
      .map((policy) => compile(policy, pods, objects.usesCilium));
    this.policies = Map.groupBy(compiled, ({ policy }) => policy.namespace);
    this.opaque = Map.groupBy(objects.opaquePolicies, ({ namespace }) => namespace);
    this.guardsNodes = objects.policies.filter(({ guards }) => guards === "nodes").map(nameOf);
  }

  answer(from: End, to: End, asked: Pick<Asked, "port" | "protocol">): PolicyAnswer {
    if (from.pod !== undefined && from.pod === to.pod) return open;
    const { port, protocol } = asked;
    const out = this.side("egress", from, to, { port, protocol, target: to });
    // What does not leave never arrives.
    if (out.allowed === false) return out;
    const into = this.side("ingress", to, from, { port, protocol, target: to });
    if (out === open || into.allowed === false) return into;
    if (into === open || into.allowed !== out.allowed) {
      return into !== open && into.allowed === undefined ? into : out;
    }
    return { allowed: into.allowed, policies: namesOf([out, into]) };
  }

  /** What policies of the pod at one end say of the other. */
  private side(
    direction: Direction,
    own: End,
    other: End,
    asked: Pick<Asked, "port" | "protocol" | "target">,
  ): PolicyAnswer {
    const entry = own.pod;
    if (entry === undefined) {
      const isGuarded = own.nodes.length > 0 && this.guardsNodes.length > 0;
      return isGuarded ? { allowed: undefined, policies: this.guardsNodes } : open;
    }
    const ownNode = entry.pod.nodeName;
    const applied = this.appliedTo(entry, direction);
    const isOwnNode = ownNode !== "" && other.nodes.includes(ownNode);
    // Its node may always reach a pod, and of Kubernetes' own policies a pod its node.
    const isExempt =
      isOwnNode && (direction === "ingress" || !applied.some(({ isCilium }) => isCilium));
    if (isExempt) return open;
    // Written out: this is asked for every pair of workloads.
    const { port, protocol, target } = asked;
    const answer = weigh(applied, { port, protocol, target, other, ownNode });
    return this.doubt(answer, entry.pod.namespace);
  }

  /** What policies of other projects leave of an answer. */
  private doubt(answer: PolicyAnswer, namespace: string): PolicyAnswer {
    if (this.opaque.size === 0) return answer;
    const all = [...(this.opaque.get(namespace) ?? []), ...(this.opaque.get("") ?? [])];
    const weighing = all.filter(({ narrowsOnly }) => !narrowsOnly || answer.allowed !== false);
    return weighing.length === 0
      ? answer
      : { allowed: undefined, policies: weighing.slice(0, nameCountMax).map(nameOf) };
  }

  private appliedTo(entry: PodEntry, direction: Direction): readonly Applied[] {
    const known = this.applied[direction].get(entry.classNumber);
    if (known !== undefined) return known;
    const candidates = [
      ...(this.policies.get(entry.pod.namespace) ?? []),
      ...(this.policies.get("") ?? []),
    ];
    const applied = candidates.flatMap((one): Applied[] => {
      const { isolates, rules } = one.policy[direction];
      const selects = matchSelector(one.policy.pods, entry.label);
      if (selects === false || (!isolates && rules.length === 0)) return [];
      const isCilium = one.policy.dialect === "cilium";
      return [
        { name: one.name, isSure: selects === true, isolates, isCilium, rules: one[direction] },
      ];
    });
    this.applied[direction].set(entry.classNumber, applied);
    return applied;
  }
}

function compile(policy: PolicyObject, pods: PodIndex, usesCilium: boolean): Compiled {
  const matchers = (direction: Direction) =>
    policy[direction].rules.map((rule) => new RuleMatcher(policy, rule, pods, usesCilium));
  return {
    name: nameOf(policy),
    policy,
    ingress: matchers("ingress"),
    egress: matchers("egress"),
  };
}

function nameOf({ kind, namespace, name }: OpaquePolicy | PolicyObject): string {
  return namespace === "" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

function namesOf(answers: readonly PolicyAnswer[]): readonly string[] {
  return [...new Set(answers.flatMap(({ policies }) => policies))].slice(0, nameCountMax);
}

/** Deny goes first; then whoever is isolated needs a rule that allows. */
function weigh(applied: readonly Applied[], asked: Asked): PolicyAnswer {
  let isIsolated = false;
  let most: Verdict = "silent";
  const verdicts: Verdict[] = [];
  for (const one of applied) {
    const verdict = weighOne(one, asked);
    verdicts.push(verdict);
    if (one.isolates && one.isSure) isIsolated = true;
    if (weightOf[verdict] > weightOf[most]) most = verdict;
  }
  const named = (
    allowed: boolean | undefined,
    takes: (verdict: Verdict, one: Applied) => boolean,
  ) => answerOf(allowed, applied, (one, at) => takes(verdicts[at] ?? "silent", one));
  if (most === "denies") return named(false, (verdict) => verdict === "denies");
  if (most === "may-deny") return named(undefined, (verdict) => verdict === "may-deny");
  if (most === "allows") return named(true, (verdict) => verdict === "allows");
  if (!isIsolated) {
    const doubts = (verdict: Verdict, { isolates }: Applied) =>
      isolates && (verdict === "may-isolate" || verdict === "may-allow");
    return applied.some((one, at) => doubts(verdicts[at] ?? "silent", one))
      ? named(undefined, doubts)
      : open;
  }
  // One that may not select the pod, but would allow, is a doubt as well.
  if (most === "would-allow" || most === "may-allow") {
    return named(undefined, (verdict) => verdict === "would-allow" || verdict === "may-allow");
  }
  return named(false, (verdict) => verdict === "isolates");
}

function answerOf(
  allowed: boolean | undefined,
  applied: readonly Applied[],
  takes: (one: Applied, at: number) => boolean,
): PolicyAnswer {
  const policies: string[] = [];
  for (const [at, one] of applied.entries()) {
    if (policies.length < nameCountMax && takes(one, at)) policies.push(one.name);
  }
  return { allowed, policies };
}

/** What one policy says. `silent`: it speaks of others. */
type Verdict =
  | "denies"
  | "may-deny"
  | "allows"
  | "would-allow"
  | "may-allow"
  | "isolates"
  | "may-isolate"
  | "silent";

/** The weightiest of all policies decides. */
const weightOf: Readonly<Record<Verdict, number>> = {
  denies: 7,
  "may-deny": 6,
  allows: 5,
  "would-allow": 4,
  "may-allow": 3,
  isolates: 2,
  "may-isolate": 1,
  silent: 0,
};

function weighOne({ isSure, isolates, rules }: Applied, asked: Asked): Verdict {
  let allows: Truth = false;
  let denies: Truth = false;
  for (const rule of rules) {
    const isDeny = rule.effect === "deny";
    if ((isDeny ? denies : allows) === true) continue;
    const truth = rule.matches(asked);
    if (truth === false) continue;
    if (isDeny) denies = truth;
    else allows = truth;
  }
  if (denies !== false) return denies === true && isSure ? "denies" : "may-deny";
  if (allows === true) return isSure ? "allows" : "would-allow";
  if (allows === undefined) return "may-allow";
  if (!isolates) return "silent";
  return isSure ? "isolates" : "may-isolate";
}

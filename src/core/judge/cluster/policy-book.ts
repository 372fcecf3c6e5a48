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
import { matchSelector } from "./match-selector.ts";
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
  private readonly policies = new Map<string, Compiled[]>();
  private readonly opaque = new Map<string, OpaquePolicy[]>();
  private readonly guardsNodes: readonly string[];
  private readonly applied: Readonly<Record<Direction, Map<number, readonly Applied[]>>> = {
    ingress: new Map(),
    egress: new Map(),
  };

  constructor(objects: ClusterObjects, pods: PodIndex) {
    for (const policy of objects.policies) {
      if (policy.guards !== "pods") continue;
      push(this.policies, policy.namespace, compile(policy, pods, objects.usesCilium));
    }
    for (const policy of objects.opaquePolicies) push(this.opaque, policy.namespace, policy);
    this.guardsNodes = objects.policies.filter(({ guards }) => guards === "nodes").map(nameOf);
  }

  answer(from: End, to: End, asked: Pick<Asked, "port" | "protocol">): PolicyAnswer {
    if (from.pod !== undefined && from.pod === to.pod) return open;
    const sides = [
      this.side("egress", from, to, { ...asked, target: to }),
      this.side("ingress", to, from, { ...asked, target: to }),
    ];
    const denied = sides.filter(({ allowed }) => allowed === false);
    if (denied.length > 0) return { allowed: false, policies: namesOf(denied) };
    const unsure = sides.filter(({ allowed }) => allowed === undefined);
    if (unsure.length > 0) return { allowed: undefined, policies: namesOf(unsure) };
    return sides.every((one) => one === open) ? open : { allowed: true, policies: namesOf(sides) };
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
    const answer = isExempt ? open : weigh(applied, { ...asked, other, ownNode });
    return isExempt ? open : this.doubt(answer, entry.pod.namespace);
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

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
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

interface Tally {
  readonly denying: string[];
  readonly allowing: string[];
  readonly isolating: string[];
  /** Those that would deny, allow or isolate, if only it could be told. */
  readonly mayDeny: string[];
  readonly mayAllow: string[];
  readonly mayIsolate: string[];
}

/** Deny goes first; then whoever is isolated needs a rule that allows. */
function weigh(applied: readonly Applied[], asked: Asked): PolicyAnswer {
  if (applied.length === 0) return open;
  const tally: Tally = {
    denying: [],
    allowing: [],
    isolating: [],
    mayDeny: [],
    mayAllow: [],
    mayIsolate: [],
  };
  for (const one of applied) count(one, asked, tally);
  const { denying, allowing, isolating, mayDeny, mayAllow, mayIsolate } = tally;
  if (denying.length > 0) return { allowed: false, policies: denying };
  if (mayDeny.length > 0) return { allowed: undefined, policies: mayDeny };
  if (allowing.length > 0) return { allowed: true, policies: allowing };
  if (isolating.length > 0) {
    if (mayAllow.length > 0) return { allowed: undefined, policies: mayAllow };
    return { allowed: false, policies: isolating };
  }
  return mayIsolate.length > 0 ? { allowed: undefined, policies: mayIsolate } : open;
}

function count({ name, isSure, isolates, rules }: Applied, asked: Asked, tally: Tally): void {
  let mayAllow = false;
  let allows = false;
  for (const rule of rules) {
    if (allows && rule.effect === "allow") continue;
    const truth = rule.matches(asked);
    if (truth === false) continue;
    if (rule.effect === "deny") {
      (truth === true && isSure ? tally.denying : tally.mayDeny).push(name);
    } else if (truth === true) allows = true;
    else mayAllow = true;
  }
  // One that may not select the pod, but would allow, leaves nothing denied that others allow.
  if (allows && isSure) tally.allowing.push(name);
  else if (allows || mayAllow) tally.mayAllow.push(name);
  if (isolates && isSure) tally.isolating.push(name);
  else if (isolates && !allows) tally.mayIsolate.push(name);
}

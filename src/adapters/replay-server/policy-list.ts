/**
 * Holds the policies that the server says it runs.
 * In: the calls of clients, and listings to begin with. Out: the list as a Tetragon 1.7 gives it,
 * or a refusal in its words. A policy that fails at its hooks stays listed with its error, as
 * there. Must never grow beyond its bound.
 */
import { checkHooks } from "./check-hooks.ts";
import { isPlain, listAt, type Plain, textAt, textsAt } from "./policy-fields.ts";
import { type Policy, readPolicy } from "./read-policy.ts";
import { Refusal } from "./refusal.ts";

/** **Source**: `TracingPolicyState` and `TracingPolicyMode` of sensors.proto. */
export const states = ["UNKNOWN", "ENABLED", "DISABLED", "LOAD_ERROR"] as const;
export const modes = ["UNKNOWN", "ENFORCE", "MONITOR", "MONITOR_ONLY"] as const;
type Mode = (typeof modes)[number];

export interface KeptPolicy {
  readonly id: number;
  readonly name: string;
  readonly namespace: string;
  readonly sensors: readonly string[];
  readonly filterId: number;
  readonly state: (typeof states)[number];
  /** As it runs when it is enabled. */
  readonly mode: Mode;
  readonly error: string;
  readonly kernelMemoryBytes: number;
  /** undefined where Tetragon has no counters for it. */
  readonly postedCount: number | undefined;
}

export interface Change {
  readonly enable: boolean | undefined;
  /** Number of the wire. */
  readonly mode: number | undefined;
}

/** Real servers have no such bound, but run out of kernel memory long before. */
const policyCountMax = 10_000;
/** Where BPF maps of policies are pinned; its absence is what a refused change of mode tells. */
const mapFolder = "/sys/fs/bpf/tetragon";

export class PolicyList {
  private readonly byKey = new Map<string, KeptPolicy>();
  /** 0 stands for no filter and 1 for all pods. */
  private nextId = 2;
  private listCount = 0;

  /**
   * Policies that are there from the start: a listing in JSON, or one policy in YAML.
   * **Errors**: throws `Refusal`.
   */
  preload(text: string): void {
    const listing = parseListing(text);
    if (listing === undefined) this.add(text);
    else for (const one of listing) this.keep(readStatus(one, this.nextId));
  }

  /** Gives its name, with the namespace in front. **Errors**: throws `Refusal`. */
  add(yaml: string): string {
    const policy = readPolicy(yaml);
    const key = keyOf(policy.name, policy.namespace);
    const known = this.byKey.get(key);
    if (known !== undefined && known.state !== "LOAD_ERROR") {
      const why = "a sensor collection with the key already exists";
      throw new Refusal(`failed to add tracing policy ${key}, ${why}`);
    }
    if (this.byKey.size >= policyCountMax) throw new Refusal("no more policies are kept here");
    const id = this.nextId;
    try {
      this.keep(load(policy, id));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.keep({ ...unloaded(policy, id), state: "LOAD_ERROR", error: error.message });
      throw error;
    }
    return key;
  }

  delete(name: string, namespace: string): string {
    const key = keyOf(name, namespace);
    if (this.byKey.delete(key)) return key;
    throw new Refusal(`tracing policy ${key} does not exist`);
  }

  /** Both changes are tried, whatever becomes of the other. **Errors**: throws `Refusal`. */
  configure(name: string, namespace: string, change: Change): void {
    const key = keyOf(name, namespace);
    const policy = this.byKey.get(key);
    if (policy === undefined) throw new Refusal(`tracing policy ${key} does not exist`);
    const faults: string[] = [];
    let next = policy;
    if (change.mode !== undefined) {
      const refused = refuseMode(policy, change.mode);
      if (refused === undefined) next = { ...next, mode: modes[change.mode] ?? "UNKNOWN" };
      else faults.push(refused);
    }
    if (change.enable !== undefined) {
      const from = change.enable ? "DISABLED" : "ENABLED";
      if (policy.state !== from) {
        faults.push(`tracing policy ${name} is not ${from.toLowerCase()}`);
      } else next = { ...next, state: change.enable ? "ENABLED" : "DISABLED" };
    }
    this.byKey.set(key, next);
    if (faults.length > 0) throw new Refusal(faults.join("\n"));
  }

  /** **Order**: none that a client may count on: each listing begins at another policy. */
  list(): readonly KeptPolicy[] {
    const all = [...this.byKey.values()];
    const from = all.length === 0 ? 0 : this.listCount++ % all.length;
    return [...all.slice(from), ...all.slice(0, from)];
  }

  private keep(policy: KeptPolicy): void {
    this.nextId = Math.max(this.nextId, policy.id + 1);
    this.byKey.set(keyOf(policy.name, policy.namespace), policy);
  }
}

function keyOf(name: string, namespace: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

function unloaded({ name, namespace }: Policy, id: number): KeptPolicy {
  const nothing = { sensors: [], filterId: 0, error: "", kernelMemoryBytes: 0 };
  return {
    id,
    name,
    namespace,
    ...nothing,
    state: "ENABLED",
    mode: "UNKNOWN",
    postedCount: undefined,
  };
}

function load(policy: Policy, id: number): KeptPolicy {
  const { name, namespace, spec } = policy;
  const filterId = needsFilter(spec, namespace) ? id : 0;
  const { sensors, hasHooks, mode } = checkHooks(name, spec);
  const modeNames = {
    enforce: "ENFORCE",
    monitor: "MONITOR",
    "monitor-only": "MONITOR_ONLY",
  } as const;
  return {
    ...unloaded(policy, id),
    sensors,
    filterId,
    mode: hasHooks ? modeNames[mode] : "UNKNOWN",
    postedCount: hasHooks ? 0 : undefined,
  };
}

/** Whether the kernel has to look at the pod of a process. **Errors**: throws `Refusal`. */
function needsFilter(spec: Plain, namespace: string): boolean {
  const host = spec["hostSelector"];
  if (isPlain(host)) {
    if (namespace !== "") {
      throw new Refusal(
        "TracingPolicyNamespaced cannot match host workloads so spec.hostSelector should be null",
      );
    }
    if (!selectsAll(host)) {
      throw new Refusal(
        "spec.hostSelector does not support arbitrary labels. " +
          "Only null (default) and {} (all) is supported for now",
      );
    }
  }
  const pods = [spec["podSelector"], spec["containerSelector"]].filter(isPlain);
  const isNothing = pods.length === 0 && !isPlain(host);
  const isAll = pods.length > 0 && pods.every(selectsAll) && isPlain(host);
  return namespace !== "" || !(isNothing || isAll);
}

function selectsAll(selector: Plain): boolean {
  const labels = isPlain(selector["matchLabels"]) ? Object.keys(selector["matchLabels"]) : [];
  return labels.length + listAt(selector, "matchExpressions").length === 0;
}

function refuseMode(policy: KeptPolicy, mode: number): string | undefined {
  const { name, namespace } = policy;
  const wanted = modes[mode];
  if (wanted !== "ENFORCE" && wanted !== "MONITOR") {
    return `unexpected mode: ${wanted === undefined ? mode : `TP_MODE_${wanted}`}`;
  }
  if (policy.state !== "ENABLED" || policy.postedCount === undefined) {
    const folder = namespace === "" ? name : `${namespace}:${name}`;
    const why = "no such file or directory";
    return `failed to open bpf map ${mapFolder}/${folder}/policy_conf: ${why}`;
  }
  if (policy.mode !== "MONITOR_ONLY") return undefined;
  return "cannot set policy mode on a policy that is monitor only";
}

function parseListing(text: string): readonly Plain[] | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isPlain(parsed) && "policies" in parsed ? listAt(parsed, "policies") : undefined;
  } catch {
    return undefined; // YAML may begin with a brace too
  }
}

/** What Tetragon's own listing says of one policy. */
function readStatus(status: Plain, nextId: number): KeptPolicy {
  const name = textAt(status, "name");
  if (name === "") throw new Refusal("a policy of the listing has no name");
  const stats = isPlain(status["stats"]) ? status["stats"] : undefined;
  const counters = stats && isPlain(stats["action_counters"]) ? stats["action_counters"] : {};
  const state = textAt(status, "state").replace("TP_STATE_", "");
  const mode = textAt(status, "mode").replace("TP_MODE_", "");
  return {
    id: Number(status["id"] ?? 0) || nextId,
    name,
    namespace: textAt(status, "namespace"),
    sensors: textsAt(status, "sensors"),
    filterId: Number(status["filter_id"] ?? 0) || 0,
    state: states.find((known) => known === state) ?? "UNKNOWN",
    mode: modes.find((known) => known === mode) ?? "UNKNOWN",
    error: textAt(status, "error"),
    kernelMemoryBytes: Number(status["kernel_memory_bytes"] ?? 0) || 0,
    postedCount: stats && (Number(counters["post"] ?? 0) || 0),
  };
}

/**
 * Holds the fold that tells what rights a container's own processes have, as the kernel showed.
 * In: events with their process. Out: privilege facts when a process is forgotten, because only
 * then it is final whose doing the process is.
 * Must never count what operators, probes or the container runtime may do.
 *
 * Mounts are not seen: the runtime makes them before the container exists, and over file
 * descriptors that do not tell the target. That a container talks to the runtime's socket is seen.
 */

import type {
  Capabilities,
  Event,
  HookEvent,
  Process,
  ProcessEvent,
  TimeUs,
} from "../event/event.ts";
import { isExtraCapability } from "./capabilities.ts";
import { isNear } from "./choose-unused.ts";
import { isHostKey } from "./container-key.ts";
import type { Actor, Citation, ContainerKey, Emit, PrivilegeKind, Sensor } from "./fact.ts";
import { hookKind } from "./file-access.ts";
import type { Fold, ProcessNode, StepContext } from "./fold.ts";
import { addCitation, earliest } from "./merge-facts.ts";
import { sensorsOfKind } from "./policy-selector.ts";
import {
  type AskedPrivileges,
  forkPrivileges,
  type Kept,
  type MutablePrivilege,
  type NamedTrait,
  named,
  type PrivilegeState,
  type PrivilegesDump,
  packPrivileges,
  type Sighting,
  type Trait,
  unpackPrivileges,
} from "./privilege-state.ts";
import { printOf } from "./process-print.ts";

const processCountMax = 200_000;
const containerCountMax = 16_384;
/** **Unit**: different details of one container. */
const detailCountMax = 128;
/** **Unit**: different rights of one process. */
const sightingCountMax = 64;

export function createPrivileges(): Fold<PrivilegeState> {
  return {
    name: "privilege",
    start: () => ({
      processes: new Map(),
      latest: undefined,
      details: new Map(),
      look: 1,
      asked: undefined,
      droppedCount: 0,
      firstDropUs: 0,
      lastDropUs: 0,
    }),
    step,
    retire,
    release: ({ details }, { isOver }) => {
      for (const container of details.keys()) if (isOver(container)) details.delete(container);
      // Of one that is forgotten too early more details are given than its bound, and no fewer.
      const countMax = isNear(details.size, containerCountMax)
        ? containerCountMax >> 1
        : details.size;
      for (const container of details.keys()) {
        if (details.size <= countMax) break;
        details.delete(container);
      }
    },
    finish,
    dump: packPrivileges,
    load: (data) => unpackPrivileges(data as PrivilegesDump),
    fork: forkPrivileges,
    noteLook: (state) => {
      state.look += 1;
    },
  };
}

function step(state: PrivilegeState, event: Event, { node, nowUs }: StepContext): void {
  if (node === undefined || !("process" in event) || event.process === undefined) return;
  const { process } = event;
  // A process that is still the runtime's can become the container's by exec: its own exec id.
  if (process.execId !== node.execId || isHostKey(node.container)) return;
  const kept = keptOf(state, node.execId, nowUs);
  if (kept === undefined) return;
  const timeUs = event.timeUs === 0 ? nowUs : event.timeUs;
  const isOther = kept.last !== process && !isLastAgain(kept, process);
  if (isOther || timeUs < kept.notedUs) {
    kept.notedUs = timeUs;
    note({ state, kept, traits: traitsOf(process), isAgain: !isOther }, event, nowUs);
  }
  if (event.type === "kprobe" || event.type === "tracepoint" || event.type === "lsm") {
    const trait = traitOfHook(event);
    if (trait !== undefined)
      note({ state, kept, traits: [named(trait)], isAgain: false }, event, nowUs);
  }
}

/** False for another block than the last. */
function isLastAgain(kept: Kept, process: Process): boolean {
  const isAgain = kept.lastPrint !== 0 && kept.lastPrint === printOf(process);
  kept.last = process;
  kept.lastPrint = 0;
  return isAgain;
}

function keptOf(state: PrivilegeState, execId: string, nowUs: TimeUs): Kept | undefined {
  if (state.latest?.execId === execId) return state.latest;
  state.latest = state.processes.get(execId) ?? keep(state, execId, nowUs);
  return state.latest;
}

function keep(state: PrivilegeState, execId: string, nowUs: TimeUs): Kept | undefined {
  if (state.processes.size >= processCountMax) {
    drop(state, nowUs);
    return undefined;
  }
  const kept: Kept = {
    execId,
    last: undefined,
    lastPrint: 0,
    notedUs: 0,
    sightings: new Map(),
    look: 0,
  };
  state.processes.set(execId, kept);
  return kept;
}

function drop(state: PrivilegeState, timeUs: TimeUs): void {
  state.droppedCount += 1;
  state.firstDropUs = state.firstDropUs === 0 ? timeUs : Math.min(state.firstDropUs, timeUs);
  state.lastDropUs = Math.max(state.lastDropUs, timeUs);
}

interface Noted {
  readonly state: PrivilegeState;
  readonly kept: Kept;
  readonly traits: readonly NamedTrait[];
  /** They were noted before, and nothing is dropped a second time. */
  readonly isAgain: boolean;
}

/** All traits of one event share its citation. */
function note({ state, kept, traits, isAgain }: Noted, event: ProcessEvent, nowUs: TimeUs): void {
  const { sightings } = kept;
  const timeUs = event.timeUs === 0 ? nowUs : event.timeUs;
  let citation: Citation | undefined;
  for (const { key, trait } of traits) {
    const known = sightings.get(key);
    if (known === undefined ? isAgain : known.timeUs <= timeUs) continue;
    if (known === undefined && sightings.size >= sightingCountMax) {
      drop(state, timeUs);
      continue;
    }
    citation ??= cite(event, timeUs);
    sightings.set(key, { trait, timeUs, citation });
    kept.look = state.look;
  }
}

function cite(event: ProcessEvent, timeUs: TimeUs): Citation {
  const { process, node, input, offset } = event;
  return {
    timeUs,
    node,
    execId: process?.execId ?? "",
    pid: process?.pid ?? -1,
    binary: process?.binary ?? "",
    sensor: sensorOf(event),
    policy: "policy" in event ? event.policy : "",
    input,
    offset,
  };
}

function sensorOf(event: ProcessEvent): Sensor {
  if (event.type === "exec" || event.type === "exit") return "exec";
  if (event.type === "loader") return "loader";
  return sensorsOfKind[hookKind(event.hook)][0] ?? "other";
}

/** Nearly all processes have one of few traits: those without a detail are made once. */
const plainTraits = new Map<PrivilegeKind, { seen: NamedTrait; absent: NamedTrait }>();

function plainTrait(privilege: PrivilegeKind, has: boolean): NamedTrait {
  let both = plainTraits.get(privilege);
  if (both === undefined) {
    const seen = named({ privilege, detail: "", source: "seen" });
    both = { seen, absent: named({ privilege, detail: "", source: "absent" }) };
    plainTraits.set(privilege, both);
  }
  return has ? both.seen : both.absent;
}

/** What a process block says. What a block does not carry is neither seen nor absent. */
function traitsOf(process: Process): readonly NamedTrait[] {
  const traits: NamedTrait[] = [];
  const add = (privilege: PrivilegeKind, has: boolean) => traits.push(plainTrait(privilege, has));
  const { credentials, namespaces, capabilities, pod, binaryProperties } = process;
  if (pod?.privileged === true) add("privileged", true);
  const isRoot = process.uid === 0 || credentials?.uid === 0 || credentials?.euid === 0;
  if (isRoot || process.uid > 0) add("root", isRoot);
  if (namespaces?.pid !== undefined) add("host-pid", namespaces.pid.isHost);
  if (namespaces?.network !== undefined) add("host-network", namespaces.network.isHost);
  if (namespaces?.mount !== undefined) add("host-mount-namespace", namespaces.mount.isHost);
  if (capabilities !== undefined && !isInOwnUserNamespace(process)) {
    const extra = extraTraits(capabilities);
    traits.push(...extra);
    // A process without root has none in effect, however many its container may have.
    if (extra.length === 0 && isRoot) add("capability", false);
  }
  if ((binaryProperties?.privilegesChanged.length ?? 0) > 0) {
    traits.push(named({ privilege: "gained-by-setuid", detail: process.binary, source: "seen" }));
  }
  return traits;
}

/** By the set itself: decoders give equal sets as the same object. */
const extraTraitsOf = new WeakMap<Capabilities, readonly NamedTrait[]>();

function extraTraits(capabilities: Capabilities): readonly NamedTrait[] {
  let traits = extraTraitsOf.get(capabilities);
  if (traits === undefined) {
    traits = capabilities.effective
      .filter(isExtraCapability)
      .map((detail) => named({ privilege: "capability", detail, source: "seen" }));
    extraTraitsOf.set(capabilities, traits);
  }
  return traits;
}

/** Capabilities in a user namespace of one's own reach nothing outside of it. */
function isInOwnUserNamespace({ namespaces, credentials }: Process): boolean {
  return namespaces?.user?.isHost === false || (credentials?.userNamespaceLevel ?? 0) > 0;
}

const runtimeSocket =
  /(?:^|\/)(?:docker|containerd|crio|podman|cri-dockerd|dockershim|buildkitd)\.sock$/;
const noNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS, linux/prctl.h

function traitOfHook({ hook, arguments: given }: HookEvent): Trait | undefined {
  if (hook.endsWith("sys_prctl")) {
    const numbers = given.flatMap((argument) =>
      argument.kind === "integer" ? argument.value : [],
    );
    const sets = numbers[0] === noNewPrivileges && (numbers[1] ?? 1) === 1;
    return sets ? { privilege: "no-new-privileges", detail: "", source: "seen" } : undefined;
  }
  if (!hook.includes("connect")) return undefined;
  for (const argument of given) {
    if (argument.kind !== "socket-address" || !runtimeSocket.test(argument.address)) continue;
    return { privilege: "host-mount", detail: `?:${argument.address}`, source: "seen" };
  }
  return undefined;
}

const ownActors: readonly Actor[] = ["service", "startup"];

function retire(state: PrivilegeState, node: ProcessNode, emit: Emit): void {
  const { asked } = state;
  const kept = state.processes.get(node.execId);
  if (kept === undefined || (asked !== undefined && kept.look < asked.sinceLook)) return;
  if (asked === undefined) {
    state.processes.delete(node.execId);
    if (state.latest === kept) state.latest = undefined;
  }
  const { container, actor, origin } = node;
  if (isHostKey(container) || container === "") return;
  const own = ownActors.includes(actor) || (actor !== "runtime" && ownActors.includes(origin));
  for (const [key, sighting] of kept.sightings) {
    const { trait, timeUs } = sighting;
    if (!speaksForContainer(trait, actor, own)) continue;
    if (!admitsDetail(state, container, trait.detail)) drop(state, timeUs);
    else if (asked === undefined) emit(factOf(container, sighting, node.lastSeenUs));
    else addFact(factsOf(asked, container), key, { container, sighting, untilUs: node.lastSeenUs });
  }
}

function factOf(
  container: ContainerKey,
  { trait, citation, timeUs }: Sighting,
  untilUs: TimeUs,
): MutablePrivilege {
  return {
    kind: "privilege",
    container,
    ...trait,
    firstSeenUs: timeUs,
    lastSeenUs: Math.max(timeUs, untilUs),
    citations: trait.source === "seen" ? [citation] : [],
  };
}

function factsOf({ facts }: AskedPrivileges, container: ContainerKey) {
  let own = facts.get(container);
  if (own === undefined) {
    own = new Map();
    facts.set(container, own);
  }
  return own;
}

interface Seen {
  readonly container: ContainerKey;
  readonly sighting: Sighting;
  readonly untilUs: TimeUs;
}

/** As `mergePrivileges` would join them, without a fact for each. */
function addFact(
  facts: Map<string, MutablePrivilege>,
  key: string,
  { container, sighting, untilUs }: Seen,
): void {
  const known = facts.get(key);
  const { citation, timeUs, trait } = sighting;
  if (known === undefined) {
    facts.set(key, factOf(container, sighting, untilUs));
    return;
  }
  known.firstSeenUs = earliest(known.firstSeenUs, timeUs);
  known.lastSeenUs = Math.max(known.lastSeenUs, timeUs, untilUs);
  if (trait.source === "seen") known.citations = addCitation(known.citations, citation);
}

function admitsDetail(state: PrivilegeState, container: ContainerKey, detail: string): boolean {
  if (detail === "") return true;
  const details = state.details.get(container);
  if (details === undefined) {
    if (state.details.size >= containerCountMax) return false;
    state.details.set(container, new Set([detail]));
    return true;
  }
  if (details.has(detail)) return true;
  if (details.size >= detailCountMax) return false;
  if (state.asked === undefined) details.add(detail);
  else state.details.set(container, new Set(details).add(detail));
  return true;
}

/**
 * The pod's flag is the container's, whoever's process shows it. The runtime bars new privileges
 * for what it starts; a program that bars them for itself says nothing of its container.
 */
function speaksForContainer({ privilege }: Trait, actor: Actor, own: boolean): boolean {
  if (privilege === "privileged") return actor !== "host";
  if (privilege === "no-new-privileges") return actor === "runtime";
  return own;
}

function finish(state: PrivilegeState, emit: Emit): void {
  for (const facts of state.asked?.facts.values() ?? []) {
    for (const fact of facts.values()) emit(fact);
  }
  if (state.droppedCount === 0) return;
  emit({
    kind: "loss",
    node: "",
    container: "",
    reason: "privilege-eviction",
    sinceUs: state.firstDropUs,
    untilUs: state.lastDropUs,
    count: state.droppedCount,
    detail: "some rights of processes were not kept: too many processes or different rights",
  });
}

/**
 * Holds the fold that tells what rights a container's own processes have, as the kernel showed.
 * In: events with their process. Out: privilege facts when a process is forgotten, because only
 * then it is final whose doing the process is.
 * Must never count what operators, probes or the container runtime may do.
 *
 * Mounts are not seen: the runtime makes them before the container exists, and over file
 * descriptors that do not tell the target. That a container talks to the runtime's socket is seen.
 */

import type { Event, Process, ProcessEvent, TimeUs } from "../event/event.ts";
import { isNear } from "./choose-unused.ts";
import { isHostKey } from "./container-key.ts";
import type { Actor, Citation, ContainerKey, Emit, Sensor } from "./fact.ts";
import { hookKind } from "./file-access.ts";
import type { Fold, ProcessNode, StepContext } from "./fold.ts";
import { addCitation, earliest } from "./merge-facts.ts";
import { sensorsOfKind } from "./policy-selector.ts";
import {
  type AskedPrivileges,
  countTraits,
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
  TraitLists,
  unpackPrivileges,
} from "./privilege-state.ts";
import { traitOfHook, traitsOf } from "./privilege-traits.ts";
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

const noSightings: readonly Sighting[] = [];

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
    sightings: noSightings,
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
  const timeUs = event.timeUs === 0 ? nowUs : event.timeUs;
  const count = countTraits(kept.sightings);
  let newCount = 0;
  const told = traits.filter(({ key }) => {
    const knownUs = seenAtOf(kept, key);
    if (knownUs !== undefined) return knownUs > timeUs;
    if (isAgain) return false;
    if (count + newCount < sightingCountMax) {
      newCount += 1;
      return true;
    }
    drop(state, timeUs);
    return false;
  });
  if (told.length === 0) return;
  const isAll = newCount === told.length;
  const rest = isAll ? kept.sightings : withoutTraits(kept.sightings, told);
  kept.sightings = rest.concat({
    traits: lists.shared(told),
    citation: cite(event, timeUs),
    timeUs,
  });
  kept.look = state.look;
}

const lists = new TraitLists();

function seenAtOf({ sightings }: Kept, key: string): TimeUs | undefined {
  for (const { traits, timeUs } of sightings) {
    for (const one of traits) if (one.key === key) return timeUs;
  }
  return undefined;
}

/** An earlier event told of these. */
function withoutTraits(
  sightings: readonly Sighting[],
  gone: readonly NamedTrait[],
): readonly Sighting[] {
  const keys = new Set(gone.map(({ key }) => key));
  return sightings.flatMap((one) => {
    const traits = one.traits.filter(({ key }) => !keys.has(key));
    if (traits.length === one.traits.length) return [one];
    return traits.length === 0 ? [] : [{ ...one, traits: lists.shared(traits) }];
  });
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
  for (const sighting of kept.sightings) {
    for (const { key, trait } of sighting.traits) {
      if (!speaksForContainer(trait, actor, own)) continue;
      const seen = { container, trait, sighting, untilUs: node.lastSeenUs };
      if (!admitsDetail(state, container, trait.detail)) drop(state, sighting.timeUs);
      else if (asked === undefined) emit(factOf(seen));
      else addFact(factsOf(asked, container), key, seen);
    }
  }
}

function factOf({ container, trait, sighting, untilUs }: Seen): MutablePrivilege {
  const { citation, timeUs } = sighting;
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
  readonly trait: Trait;
  readonly sighting: Sighting;
  readonly untilUs: TimeUs;
}

/** As `mergePrivileges` would join them, without a fact for each. */
function addFact(facts: Map<string, MutablePrivilege>, key: string, seen: Seen): void {
  const known = facts.get(key);
  const { trait, untilUs } = seen;
  const { citation, timeUs } = seen.sighting;
  if (known === undefined) {
    facts.set(key, factOf(seen));
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

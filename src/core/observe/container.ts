/**
 * Holds the fold that tells which containers there were, whose they are, and how fully they were
 * seen: from their first process, to their end, or only in between.
 * In: events with their process. Out: one container fact each.
 * Must never take the runtime's own processes for the container's.
 */

import type { Event, Pod, Process, TimeUs } from "../event/event.ts";
import { chooseUnused } from "./choose-unused.ts";
import { isHostKey } from "./container-key.ts";
import type { ContainerFact, ContainerKey, Emit } from "./fact.ts";
import { createFirstProcess, type FirstProcess, hasEnded, noteProcess } from "./first-process.ts";
import type { Fold, ProcessNode, Release, StepContext } from "./fold.ts";

interface Seen extends FirstProcess {
  readonly container: ContainerKey;
  readonly node: string;
  cluster: string;
  containerId: string;
  pod: Pod | undefined;
  /** The block last looked at: equal blocks are equal objects. */
  block: Process | undefined;
  firstUs: TimeUs;
  lastUs: TimeUs;
}

interface ContainersState {
  readonly seen: Map<ContainerKey, Seen>;
  lostCount: number;
  /** Let go of though their processes may run: what these tell at their end is another fact. */
  evictedCount: number;
}

const containerCountMax = 16_384;

export function createContainers(): Fold<ContainersState> {
  return {
    name: "container",
    start: () => ({ seen: new Map(), lostCount: 0, evictedCount: 0 }),
    step,
    retire,
    release,
    finish,
    // Looking at a block once more changes nothing.
    dump: ({ seen, ...counts }): ContainersState => {
      const copies = Array.from(seen, ([key, one]) => [key, { ...one, block: undefined }] as const);
      return { seen: new Map(copies), ...counts };
    },
    fork: ({ seen, ...counts }, part) => {
      const forked = new Map<ContainerKey, Seen>();
      for (const [key, one] of seen) {
        if (part.wants(key)) forked.set(key, { ...one, ended: new Set(one.ended) });
      }
      return { seen: forked, ...counts };
    },
  };
}

function step(state: ContainersState, event: Event, at: StepContext): void {
  const { node } = at;
  if (node === undefined || !("process" in event) || event.process === undefined) return;
  let seen = state.seen.get(node.container);
  if (seen === undefined) {
    if (isHostKey(node.container)) return;
    if (state.seen.size >= containerCountMax) {
      state.lostCount++;
      return;
    }
    seen = createSeen(node, event.cluster);
    state.seen.set(node.container, seen);
  }
  if (event.timeUs > 0) {
    if (seen.firstUs === 0 || event.timeUs < seen.firstUs) seen.firstUs = event.timeUs;
    if (event.timeUs > seen.lastUs) seen.lastUs = event.timeUs;
  }
  // A listing of processes that ran before names no cluster.
  if (seen.cluster === "") seen.cluster = event.cluster;
  if (event.process === seen.block) return;
  seen.block = event.process;
  const { containerId, pod } = event.process;
  if (containerId.length > seen.containerId.length) seen.containerId = containerId;
  if (pod !== undefined && isFuller(pod, seen.pod)) seen.pod = pod;
}

function createSeen(node: ProcessNode, cluster: string): Seen {
  return {
    container: node.container,
    node: node.node,
    cluster,
    containerId: node.container,
    pod: undefined,
    block: undefined,
    firstUs: 0,
    lastUs: 0,
    ...createFirstProcess(),
  };
}

/** Early events carry less of the pod than later ones. */
function isFuller(pod: Pod, known: Pod | undefined): boolean {
  if (known === undefined) return true;
  const score = (one: Pod) =>
    Number(one.imageId !== "") + Number(one.workload !== "") + Number(one.containerName !== "");
  return score(pod) > score(known);
}

function retire(state: ContainersState, node: ProcessNode, emit: Emit): void {
  const seen = state.seen.get(node.container);
  if (seen !== undefined) noteProcess(seen, node);
  else if (state.evictedCount > 0 && !isHostKey(node.container)) emit(toLateFact(node));
}

/** Of a container that was let go of while it ran: what one of its processes adds. */
function toLateFact(node: ProcessNode): ContainerFact {
  const seen = createSeen(node, "");
  noteProcess(seen, node);
  const fact = toFact(seen);
  // Others of it may have been its first.
  return { ...fact, ended: fact.ended && node.startsContainer };
}

/** One that comes again is another fact of the same container: they merge. */
function release(state: ContainersState, { isGone }: Release, emit: Emit): void {
  const { seen } = state;
  const over = [...seen.values()].filter(({ container }) => isGone(container));
  for (const one of over) seen.delete(one.container);
  const unused = chooseUnused([...seen.values()], containerCountMax, ({ lastUs }) => lastUs);
  for (const one of unused) seen.delete(one.container);
  state.evictedCount += unused.length;
  for (const one of [...over, ...unused]) emit(toFact(one));
}

function finish(state: ContainersState, emit: Emit): void {
  for (const seen of state.seen.values()) emit(toFact(seen));
  if (state.lostCount > 0) {
    emit({
      kind: "loss",
      node: "",
      container: "",
      reason: "eviction",
      sinceUs: 0,
      untilUs: 0,
      count: state.lostCount,
      detail: `more than ${containerCountMax} containers: events of the rest were left out`,
    });
  }
  state.seen.clear();
}

function toFact(seen: Seen): ContainerFact {
  const { pod, first } = seen;
  return {
    kind: "container",
    container: seen.container,
    node: seen.node,
    cluster: seen.cluster,
    containerId: seen.containerId,
    namespace: pod?.namespace ?? "",
    pod: pod?.name ?? "",
    podUid: pod?.uid ?? "",
    workloadKind: pod?.workloadKind ?? "",
    workload: pod?.workload ?? "",
    containerName: pod?.containerName ?? "",
    imageName: pod?.imageName ?? "",
    imageId: pod?.imageId ?? "",
    firstSeenUs: seen.firstUs,
    lastSeenUs: seen.lastUs,
    startedUs: seen.startedUs,
    fromStart: first?.live === true,
    ended: hasEnded(seen),
    dumped: false,
  };
}

/**
 * Holds the flows and listening ports of all containers, once the classes of processes are final.
 * In: tallies of ended processes. Out: flow and listen facts, and losses where a bound was reached.
 * Must count what a bound leaves out, under far ends that stand for all others.
 */
import { compareText } from "../event/compare-text.ts";
import { type Actor, type Citation, type ContainerKey, otherPeers, type Sensor } from "./fact.ts";
import { listenKey } from "./flow-ports.ts";
import type { FinalUser, FlowUser, Listening, Span, Tally } from "./flow-state.ts";
import { addText, bucketOf, createTally, tallyKey } from "./flow-tally.ts";
import { addCitation, binaryCountMax, citationCountMax, earliest } from "./merge-facts.ts";

/** **Unit**: distinct edges of one container, of all; ports of one container. */
export const flowCountMax = { container: 4096, total: 250_000, ports: 1024 } as const;

interface Proven {
  binaries: string[];
  citations: readonly Citation[];
}

export interface FlowTotal extends Tally, Proven {
  readonly actor: Actor;
}

export interface ListenTotal extends Listening, Proven {}

export interface ContainerFlows {
  readonly node: string;
  readonly flows: Map<string, FlowTotal>;
  readonly ports: Map<string, ListenTotal>;
  lostCount: number;
  /** What edges and ports told that were let go of. */
  readonly past: PastPorts;
  /** Of a copy that is ended: whose totals it must not change. */
  readonly shared?: ContainerFlows;
}

/** **Shape**: keys of `flow-direction.ts`, the latest few thousand of each. */
export interface PastPorts {
  readonly own: Set<string>;
  readonly far: Set<string>;
  /** Of edges with a named far end. */
  readonly named: Set<string>;
  /** Of ports that listen. */
  readonly listening: Set<string>;
}

export interface FlowTotals {
  readonly byContainer: Map<ContainerKey, ContainerFlows>;
  flowCount: number;
  /** Ends that containers listened on which were let go of: the latest few thousand. */
  readonly pastFar: Set<string>;
}

export function createFlowTotals(): FlowTotals {
  return { byContainer: new Map(), flowCount: 0, pastFar: new Set() };
}

/** Moves what is kept of a process whose class is final. */
export function addFinal(totals: FlowTotals, user: FlowUser, final: FinalUser): void {
  const { tallies, listening } = user;
  if (tallies.size === 0 && listening.size === 0 && user.lostCount === 0) return;
  const flows = flowsOf(totals, final.container, user.node);
  for (const tally of tallies.values()) {
    const total = totalOf(totals, flows, tally, final.actor);
    mergeTally(total, tally);
    prove(total, tally, { user, final });
  }
  // What the runtime does before the program runs is no port of the container.
  if (final.actor !== "runtime") {
    for (const port of listening.values()) addPort(flows, port, { user, final });
  }
  flows.lostCount += user.lostCount;
  user.lostCount = 0;
  tallies.clear();
  listening.clear();
}

function flowsOf(totals: FlowTotals, container: ContainerKey, node: string): ContainerFlows {
  let flows = totals.byContainer.get(container);
  if (flows === undefined) {
    const keys = () => new Set<string>();
    const past = { own: keys(), far: keys(), named: keys(), listening: keys() };
    flows = { node, flows: new Map(), ports: new Map(), lostCount: 0, past };
    totals.byContainer.set(container, flows);
  }
  return flows;
}

function totalOf(totals: FlowTotals, flows: ContainerFlows, tally: Tally, actor: Actor): FlowTotal {
  const key = totalKey(actor, tally);
  const known = flows.flows.get(key);
  if (known !== undefined) {
    if (flows.shared?.flows.get(key) !== known) return known;
    const copy = { ...known };
    flows.flows.set(key, copy);
    return copy;
  }
  const isFull =
    flows.flows.size >= flowCountMax.container || totals.flowCount >= flowCountMax.total;
  if (isFull && tally.peer !== otherPeers) {
    flows.lostCount += 1;
    return totalOf(totals, flows, createTally(bucketOf(tally)), actor);
  }
  const total = { ...createTally(tally), actor, ...zero, binaries: [], citations: [] };
  flows.flows.set(key, total);
  totals.flowCount += 1;
  return total;
}

export function totalKey(actor: Actor, tally: Tally): string {
  return `${actor} ${tallyKey(tally)}`;
}

const zero = {
  connectionCount: 0,
  failedCount: 0,
  sentBytes: 0,
  receivedBytes: 0,
  sendsSeen: false,
  receivesSeen: false,
};

/** Sums and spans of both. */
export function mergeTally(total: FlowTotal, tally: Tally): void {
  total.connectionCount += tally.connectionCount;
  total.failedCount += tally.failedCount;
  total.sentBytes += tally.sentBytes;
  total.receivedBytes += tally.receivedBytes;
  total.sendsSeen ||= tally.sendsSeen;
  total.receivesSeen ||= tally.receivesSeen;
  total.firstUs = Math.min(total.firstUs, tally.firstUs);
  total.lastUs = Math.max(total.lastUs, tally.lastUs);
  for (const local of tally.locals) addText(total, "locals", local);
  for (const name of tally.hostNames) addText(total, "hostNames", name);
}

interface Who {
  readonly user: FlowUser;
  readonly final: FinalUser;
}

function addPort(flows: ContainerFlows, port: Listening, who: Who): void {
  const key = listenKey(port);
  let total = flows.ports.get(key);
  if (total === undefined) {
    if (flows.ports.size >= flowCountMax.ports) {
      flows.lostCount += 1;
      return;
    }
    total = { ...port, binaries: [], citations: [] };
    flows.ports.set(key, total);
  } else if (flows.shared?.ports.get(key) === total) {
    total = { ...total };
    flows.ports.set(key, total);
  }
  total.listens ||= port.listens;
  total.firstUs = earliest(total.firstUs, port.firstUs);
  total.lastUs = Math.max(total.lastUs, port.lastUs);
  prove(total, port, who);
}

function prove(total: Proven, span: Span, { user, final }: Who): void {
  const { binary, pid } = final;
  if (binary !== "" && !total.binaries.includes(binary)) {
    total.binaries = [...total.binaries, binary].sort(compareText).slice(0, binaryCountMax);
  }
  const { firstUs, input, offset, policy } = span;
  // Later ones are not kept: looks come here for each process again and again.
  const last = total.citations[citationCountMax - 1];
  if (last !== undefined && last.timeUs < firstUs) return;
  const sensor: Sensor = "network";
  const place = { timeUs: firstUs, input, offset, policy, sensor };
  const citation = { ...place, node: user.node, execId: user.execId, pid, binary };
  total.citations = addCitation(total.citations, citation);
}

/**
 * Holds the flows and listening ports of all containers, once the classes of processes are final.
 * In: tallies of ended processes. Out: flow and listen facts, and losses where a bound was reached.
 * Must count what a bound leaves out, under far ends that stand for all others.
 */
import { compareText } from "../event/compare-text.ts";
import {
  type Actor,
  type Citation,
  type ContainerKey,
  type Emit,
  type FlowDirection,
  otherPeers,
  type Sensor,
} from "./fact.ts";
import {
  directionTeller,
  farPortKey,
  ownPortKey,
  type PortKnowledge,
  type UndecidedEdge,
} from "./flow-direction.ts";
import { listenKey } from "./flow-ports.ts";
import type { FinalUser, FlowUser, Listening, Span, Tally } from "./flow-state.ts";
import { addText, bucketOf, createTally, tallyKey } from "./flow-tally.ts";
import { binaryCountMax, citationCountMax, compareCitations, earliest } from "./merge-facts.ts";

/** **Unit**: distinct edges of one container, of all; ports of one container. */
const flowCountMax = { container: 4096, total: 250_000, ports: 1024 } as const;

interface Proven {
  binaries: string[];
  citations: Citation[];
}

interface FlowTotal extends Tally, Proven {
  readonly actor: Actor;
}

interface ListenTotal extends Listening, Proven {}

interface ContainerFlows {
  readonly node: string;
  readonly flows: Map<string, FlowTotal>;
  readonly ports: Map<string, ListenTotal>;
  lostCount: number;
}

export interface FlowTotals {
  readonly byContainer: Map<ContainerKey, ContainerFlows>;
  flowCount: number;
}

export function createFlowTotals(): FlowTotals {
  return { byContainer: new Map(), flowCount: 0 };
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
    flows = { node, flows: new Map(), ports: new Map(), lostCount: 0 };
    totals.byContainer.set(container, flows);
  }
  return flows;
}

function totalOf(totals: FlowTotals, flows: ContainerFlows, tally: Tally, actor: Actor): FlowTotal {
  const key = `${actor} ${tallyKey(tally)}`;
  const known = flows.flows.get(key);
  if (known !== undefined) return known;
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

const zero = {
  connectionCount: 0,
  failedCount: 0,
  sentBytes: 0,
  receivedBytes: 0,
  sendsSeen: false,
  receivesSeen: false,
};

function mergeTally(total: FlowTotal, tally: Tally): void {
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
  const sensor: Sensor = "network";
  const place = { timeUs: firstUs, input, offset, policy, sensor };
  total.citations.push({ ...place, node: user.node, execId: user.execId, pid, binary });
  if (total.citations.length > 1) total.citations.sort(compareCitations);
  if (total.citations.length > citationCountMax) total.citations.length = citationCountMax;
}

/** Emits and forgets all. */
export function emitFlows(totals: FlowTotals, emit: Emit): void {
  const listeningFar = farPorts(totals);
  for (const [container, flows] of totals.byContainer) {
    emitContainer(container, flows, { listeningFar, emit });
    if (flows.lostCount > 0) {
      emit({
        kind: "loss",
        node: flows.node,
        container,
        reason: "flow-eviction",
        sinceUs: 0,
        untilUs: 0,
        count: flows.lostCount,
        detail: `more far ends or ports than are kept: the rest counts under ${otherPeers}`,
      });
    }
  }
  totals.byContainer.clear();
  totals.flowCount = 0;
}

/** Ends that containers were seen to listen on, under each of their addresses. */
function farPorts({ byContainer }: FlowTotals): ReadonlySet<string> {
  const far = new Set<string>();
  for (const { flows, ports } of byContainer.values()) {
    for (const { direction, protocol, port, locals } of flows.values()) {
      if (direction !== "inbound") continue;
      for (const local of locals) far.add(farPortKey(protocol, local, port));
    }
    for (const { protocol, port, address } of ports.values()) {
      far.add(farPortKey(protocol, address, port));
    }
  }
  return far;
}

interface Emission {
  readonly listeningFar: ReadonlySet<string>;
  readonly emit: Emit;
}

function emitContainer(
  container: ContainerKey,
  flows: ContainerFlows,
  { listeningFar, emit }: Emission,
): void {
  const decided = decide([...flows.flows.values()], knowledgeOf(flows, listeningFar));
  for (const total of withoutShadows(decided)) emitFlow(container, total, emit);
  for (const port of portsOf(flows, decided)) {
    const { protocol, address, firstUs, lastUs, binaries, citations } = port;
    emit({
      kind: "listen",
      container,
      protocol,
      address,
      port: port.port,
      firstSeenUs: firstUs,
      lastSeenUs: lastUs,
      binaries,
      citations,
    });
  }
}

function knowledgeOf(flows: ContainerFlows, listeningFar: ReadonlySet<string>): PortKnowledge {
  const own = new Set<string>();
  const far = new Set<string>(listeningFar);
  for (const { protocol, port } of flows.ports.values()) own.add(ownPortKey(protocol, port));
  for (const { direction, protocol, port, peer } of flows.flows.values()) {
    if (direction === "inbound") own.add(ownPortKey(protocol, port));
    else if (direction === "outbound") far.add(farPortKey(protocol, peer, port));
  }
  return { own, far };
}

/** Edges that nobody saw being opened, with all that is known by now. */
function decide(totals: readonly FlowTotal[], knowledge: PortKnowledge): readonly FlowTotal[] {
  const edgeOf = ({ protocol, peer, port, localPort }: FlowTotal): UndecidedEdge => {
    return { protocol, peer, peerPort: port, localPort };
  };
  const isOpen = ({ direction, peer }: FlowTotal) => direction === "unknown" && peer !== otherPeers;
  const tell = directionTeller(totals.filter(isOpen).map(edgeOf), knowledge);
  const merged = new Map<string, FlowTotal>();
  for (const total of totals) {
    const direction = isOpen(total) ? tell(edgeOf(total)) : total.direction;
    const port = portOf(total, direction);
    const one: FlowTotal = { ...total, direction, port, localPort: 0 };
    const key = `${one.actor} ${tallyKey(one)}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? one : join(known, one));
  }
  return [...merged.values()];
}

function portOf({ direction, port, localPort }: FlowTotal, told: FlowDirection): number {
  if (direction !== "unknown") return port;
  return told === "inbound" ? localPort : told === "outbound" ? port : 0;
}

function join(a: FlowTotal, b: FlowTotal): FlowTotal {
  const total = { ...a };
  mergeTally(total, b);
  total.binaries = [...new Set([...a.binaries, ...b.binaries])].sort(compareText);
  total.binaries.length = Math.min(total.binaries.length, binaryCountMax);
  total.citations = [...a.citations, ...b.citations].sort(compareCitations);
  total.citations.length = Math.min(total.citations.length, citationCountMax);
  return total;
}

/** A socket without a far end is told again, with each far end, by hooks that see the packets. */
function withoutShadows(totals: readonly FlowTotal[]): readonly FlowTotal[] {
  const named = new Set(
    totals
      .filter(({ peer }) => peer !== "")
      .map(({ protocol, port }) => ownPortKey(protocol, port)),
  );
  return totals.filter(
    ({ peer, protocol, port }) => peer !== "" || !named.has(ownPortKey(protocol, port)),
  );
}

function emitFlow(container: ContainerKey, total: FlowTotal, emit: Emit): void {
  const { direction, protocol, peer, port, actor, locals, firstUs, lastUs } = total;
  const { connectionCount, failedCount, sentBytes, receivedBytes } = total;
  const { sendsSeen, receivesSeen, binaries, hostNames, citations } = total;
  emit({
    kind: "flow",
    container,
    direction,
    protocol,
    peer,
    port,
    actor,
    localAddresses: locals,
    connectionCount,
    failedCount,
    sentBytes,
    receivedBytes,
    sendsSeen,
    receivesSeen,
    firstSeenUs: firstUs,
    lastSeenUs: lastUs,
    binaries,
    hostNames,
    citations,
  });
}

/** What listens, and what accepted though no hook told what it listens on. */
function portsOf(flows: ContainerFlows, decided: readonly FlowTotal[]): readonly ListenTotal[] {
  const ports = [...flows.ports.values()].filter(({ listens }) => listens);
  const told = new Set(ports.map(({ protocol, port }) => ownPortKey(protocol, port)));
  const implied = new Map<string, ListenTotal>();
  for (const total of decided) {
    const { direction, protocol, port, actor } = total;
    const key = ownPortKey(protocol, port);
    if (direction !== "inbound" || port === 0 || told.has(key) || actor === "runtime") continue;
    const known = implied.get(key);
    const { input, offset, policy, binaries, citations } = total;
    const firstUs = Math.min(total.firstUs, known?.firstUs ?? total.firstUs);
    const lastUs = Math.max(total.lastUs, known?.lastUs ?? 0);
    const one = { protocol, address: "", port, listens: true, firstUs, lastUs };
    const merged = {
      binaries: [...new Set([...binaries, ...(known?.binaries ?? [])])].sort(compareText),
      citations: [...citations, ...(known?.citations ?? [])].sort(compareCitations),
    };
    merged.binaries.length = Math.min(merged.binaries.length, binaryCountMax);
    merged.citations.length = Math.min(merged.citations.length, citationCountMax);
    implied.set(key, { ...one, input, offset, policy, ...merged });
  }
  return [...ports, ...implied.values()];
}

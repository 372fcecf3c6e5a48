/**
 * Holds how the flows and ports of a container become facts: who opened what is decided only here,
 * with all that is known of the container.
 * In: totals. Out: flow and listen facts, and losses where a bound was reached.
 * Must decide the same whatever came first.
 */
import { compareText } from "../event/compare-text.ts";
import { type ContainerKey, type Emit, type FlowDirection, otherPeers } from "./fact.ts";
import {
  directionTeller,
  farPortKey,
  ownPortKey,
  type PortKnowledge,
  type UndecidedEdge,
} from "./flow-direction.ts";
import type { Listening, Tally } from "./flow-state.ts";
import {
  type ContainerFlows,
  type FlowTotal,
  type FlowTotals,
  type ListenTotal,
  mergeTally,
  type PastPorts,
  totalKey,
} from "./flow-totals.ts";
import { binaryCountMax, citationCountMax, compareCitations } from "./merge-facts.ts";

/** All flows of all containers. */
export function emitFlows(totals: FlowTotals, emit: Emit): void {
  const listeningFar = farEnds(totals);
  for (const [container, flows] of totals.byContainer) {
    emitContainer(container, flows, { listeningFar, emit });
  }
  totals.byContainer.clear();
  totals.flowCount = 0;
}

/** All flows and ports of one container, and what was beyond its bounds. */
export function emitContainer(
  container: ContainerKey,
  flows: ContainerFlows,
  emission: Emission,
): void {
  const ports = [...flows.ports.values()];
  emitSome(container, flows, { ...emission, totals: [...flows.flows.values()], ports });
  if (flows.lostCount === 0) return;
  emission.emit({
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

/** Ends that containers were seen to listen on, under each of their addresses. */
export function farEnds({ byContainer, pastFar }: FlowTotals): Set<string> {
  const far = new Set(pastFar);
  for (const { flows, ports } of byContainer.values()) {
    addFarEnds(far, flows.values(), ports.values());
  }
  return far;
}

/** Those of some edges and ports. */
export function addFarEnds(
  far: Set<string>,
  edges: Iterable<Pick<Tally, "direction" | "protocol" | "port" | "locals">>,
  ports: Iterable<Pick<Listening, "protocol" | "port" | "address">>,
): void {
  for (const { direction, protocol, port, locals } of edges) {
    if (direction !== "inbound") continue;
    for (const local of locals) far.add(farPortKey(protocol, local, port));
  }
  for (const { protocol, port, address } of ports) far.add(farPortKey(protocol, address, port));
}

interface Emission {
  readonly listeningFar: ReadonlySet<string>;
  readonly emit: Emit;
}

interface Some extends Emission {
  readonly totals: readonly FlowTotal[];
  readonly ports: readonly ListenTotal[];
}

/** Some flows and ports of one container, told by all that is known of it. */
export function emitSome(container: ContainerKey, flows: ContainerFlows, some: Some): void {
  const { listeningFar, emit, totals, ports } = some;
  const all = [...flows.flows.values()];
  const tell = tellerOf(all, knowledgeOf(flows, listeningFar));
  const decided = decide(totals, tell);
  const named = namedPorts(totals.length === all.length ? decided : decide(all, tell), flows.past);
  const shown = decided.filter((one) => !isShadow(one, named));
  for (const total of shown) emitFlow(container, total, emit);
  for (const port of portsOf(flows, ports, decided)) {
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
  const own = new Set<string>(flows.past.own);
  const far = new Set<string>([...listeningFar, ...flows.past.far]);
  for (const { protocol, port } of flows.ports.values()) own.add(ownPortKey(protocol, port));
  for (const { direction, protocol, port, peer } of flows.flows.values()) {
    if (direction === "inbound") own.add(ownPortKey(protocol, port));
    else if (direction === "outbound") far.add(farPortKey(protocol, peer, port));
  }
  return { own, far };
}

type Tell = (total: FlowTotal) => FlowDirection;

/** Of edges that nobody saw being opened, with all that is known by now; of others as seen. */
function tellerOf(totals: readonly FlowTotal[], knowledge: PortKnowledge): Tell {
  const edgeOf = ({ protocol, peer, port, localPort }: FlowTotal): UndecidedEdge => {
    return { protocol, peer, peerPort: port, localPort };
  };
  const isOpen = ({ direction, peer }: FlowTotal) => direction === "unknown" && peer !== otherPeers;
  const tell = directionTeller(totals.filter(isOpen).map(edgeOf), knowledge);
  return (total) => (isOpen(total) ? tell(edgeOf(total)) : total.direction);
}

function decide(totals: readonly FlowTotal[], tell: Tell): readonly FlowTotal[] {
  const merged = new Map<string, FlowTotal>();
  for (const total of totals) {
    const direction = tell(total);
    const port = portOf(total, direction);
    const one: FlowTotal = { ...total, direction, port, localPort: 0 };
    const key = totalKey(one.actor, one);
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
  const citations = [...a.citations, ...b.citations].sort(compareCitations);
  total.citations = citations.slice(0, citationCountMax);
  return total;
}

function namedPorts(decided: readonly FlowTotal[], past: PastPorts): ReadonlySet<string> {
  const named = new Set(past.named);
  for (const { peer, protocol, port } of decided) {
    if (peer !== "") named.add(ownPortKey(protocol, port));
  }
  return named;
}

/** A socket without a far end is told again, with each far end, by hooks that see the packets. */
function isShadow({ peer, protocol, port }: FlowTotal, named: ReadonlySet<string>): boolean {
  return peer === "" && named.has(ownPortKey(protocol, port));
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
function portsOf(
  flows: ContainerFlows,
  some: readonly ListenTotal[],
  decided: readonly FlowTotal[],
): readonly ListenTotal[] {
  const listens = (port: ListenTotal): boolean => port.listens;
  const told = new Set(flows.past.listening);
  for (const { protocol, port } of [...flows.ports.values()].filter(listens)) {
    told.add(ownPortKey(protocol, port));
  }
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
  return [...some.filter(listens), ...implied.values()];
}

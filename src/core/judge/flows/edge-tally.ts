/**
 * Holds how the views of both ends of an edge become one: counts, bytes, times, proofs.
 * In: flow facts, each the view of one end. Out: the edge.
 * Must count what both ends saw once.
 */
import { compareText } from "../../event/compare-text.ts";
import { formatTime } from "../../event/format-time.ts";
import type { Actor, FlowFact, Protocol } from "../../observe/fact.ts";
import { earliest } from "../../observe/merge-facts.ts";
import type { EvidenceBook } from "../evidence-book.ts";
import { fingerprint } from "../fingerprint.ts";
import type { FlowEdge, FlowEnd } from "./flow-edge.ts";
import { endKey } from "./name-end.ts";

/** Sums over the facts of one end. **Unit**: bytes that it sent and received; null: not told. */
interface View {
  connectionCount: number;
  failedCount: number;
  sentBytes: number | null;
  receivedBytes: number | null;
  readonly facts: FlowFact[];
}

export interface EdgeTally {
  from: FlowEnd;
  to: FlowEnd;
  readonly directionKnown: boolean;
  readonly protocol: Protocol;
  readonly port: number;
  readonly views: { readonly from: View; readonly to: View };
}

export interface EdgeEnds {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly directionKnown: boolean;
  readonly protocol: Protocol;
  readonly port: number;
}

export function edgeKey({ from, to, directionKnown, protocol, port }: EdgeEnds): string {
  return JSON.stringify([endKey(from), endKey(to), directionKnown, protocol, port]);
}

export function createEdgeTally(ends: EdgeEnds): EdgeTally {
  return { ...ends, views: { from: emptyView(), to: emptyView() } };
}

function emptyView(): View {
  return { connectionCount: 0, failedCount: 0, sentBytes: null, receivedBytes: null, facts: [] };
}

/** Adds what one end says of an edge. */
export function addView(tally: EdgeTally, side: "from" | "to", fact: FlowFact): void {
  const view = tally.views[side];
  view.connectionCount += fact.connectionCount;
  view.failedCount += fact.failedCount;
  if (fact.sendsSeen) view.sentBytes = (view.sentBytes ?? 0) + fact.sentBytes;
  if (fact.receivesSeen) view.receivedBytes = (view.receivedBytes ?? 0) + fact.receivedBytes;
  view.facts.push(fact);
}

/** Of two edges that become one because of a bound. */
export function joinTallies(into: EdgeTally, more: EdgeTally): void {
  for (const side of ["from", "to"] as const) {
    for (const fact of more.views[side].facts) addView(into, side, fact);
  }
}

export function connectionsOf({ views: { from, to } }: EdgeTally): number {
  return Math.max(from.connectionCount, to.connectionCount);
}

const evidenceCountMax = 4;
const binaryCountMax = 8;

/** Cites the earliest facts of the end that opened it first. */
export function toEdge(tally: EdgeTally, evidence: EvidenceBook): FlowEdge {
  const { from, to, directionKnown, protocol, port, views } = tally;
  const isSeenFrom = views.from.facts.length > 0;
  const ofOpener = isSeenFrom ? views.from.facts : views.to.facts;
  const facts = [...views.from.facts, ...views.to.facts].sort(compareFacts);
  const cited = [...[...ofOpener].sort(compareFacts), ...facts];
  const texts = <T extends string>(all: readonly T[]) => [...new Set(all)].sort(compareText);
  return {
    id: fingerprint([
      "flow",
      endKey(from),
      endKey(to),
      String(directionKnown),
      protocol,
      `${port}`,
    ]),
    from,
    to,
    directionKnown,
    protocol,
    port,
    connectionCount: connectionsOf(tally),
    failedCount: Math.max(views.from.failedCount, views.to.failedCount),
    sentBytes: more(views.from.sentBytes, views.to.receivedBytes),
    receivedBytes: more(views.from.receivedBytes, views.to.sentBytes),
    seenBy: (["from", "to"] as const).filter((side) => views[side].facts.length > 0),
    actors: texts<Actor>(ofOpener.map(({ actor }) => actor)),
    binaries: texts(ofOpener.flatMap(({ binaries }) => binaries)).slice(0, binaryCountMax),
    firstSeen: formatTime(facts.reduce((first, one) => earliest(first, one.firstSeenUs), 0)),
    lastSeen: formatTime(facts.reduce((last, one) => Math.max(last, one.lastSeenUs), 0)),
    evidence: [...new Set(cited)].slice(0, evidenceCountMax).map((fact) => evidence.addFlow(fact)),
  };
}

/** What one end sent is what the other received: who saw more of it lost less. */
function more(sent: number | null, received: number | null): number | null {
  if (sent === null || received === null) return sent ?? received;
  return Math.max(sent, received);
}

/** **Order**: fixed, so that evidence has the same ids in every run. */
function compareFacts(a: FlowFact, b: FlowFact): number {
  return (
    a.firstSeenUs - b.firstSeenUs ||
    compareText(a.container, b.container) ||
    compareText(a.peer, b.peer) ||
    compareText(a.actor, b.actor) ||
    compareText(a.direction, b.direction) ||
    a.port - b.port
  );
}

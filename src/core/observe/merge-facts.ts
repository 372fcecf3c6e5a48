/**
 * Holds how two facts with one key become one.
 * In: facts. Out: facts. Every merge is associative, commutative and idempotent, so that replays,
 * duplicates and any order of arrival end in the same state.
 */
import { compareText } from "../event/compare-text.ts";
import type {
  Actor,
  Citation,
  ContainerFact,
  CoverageFact,
  FileUseFact,
  FlowFact,
  ListenFact,
  LossFact,
  PrivilegeFact,
} from "./fact.ts";

/** Enough to look a use up, and to see that it was no single one. */
export const citationCountMax = 3;
/** Enough to tell a library of one program from one of all. */
export const binaryCountMax = 4;
const listCountMax = 64;

/** **Order**: by time, input, offset: the order in which evidence is cited. */
export function compareCitations(a: Citation, b: Citation): number {
  return (
    a.timeUs - b.timeUs ||
    a.input - b.input ||
    a.offset - b.offset ||
    compareText(a.sensor, b.sensor) ||
    compareText(a.execId, b.execId)
  );
}

/** `citations` came of a merge. The same list where it changes nothing. */
export function addCitation(
  citations: readonly Citation[],
  citation: Citation,
): readonly Citation[] {
  const { length } = citations;
  let at = length;
  for (; at > 0; at--) {
    const one = citations[at - 1];
    const order = one === undefined ? -1 : compareCitations(one, citation);
    if (order === 0) return citations;
    if (order < 0) break;
  }
  if (at >= citationCountMax) return citations;
  const last = Math.min(length, citationCountMax - 1);
  return citations.slice(0, at).concat(citation, citations.slice(at, last));
}

/** The earliest few of both, each event once. */
export function mergeCitations(
  a: readonly Citation[],
  b: readonly Citation[],
): readonly Citation[] {
  const kept: Citation[] = [];
  for (const citation of [...a, ...b].sort(compareCitations)) {
    const last = kept.at(-1);
    if (last === undefined || compareCitations(last, citation) !== 0) kept.push(citation);
    if (kept.length === citationCountMax) break;
  }
  // Cut to its length: what is pushed to has room for more, and these are kept for long.
  return kept.slice();
}

/** Sorted, each once, the first few. */
export function mergeTexts<T extends string>(
  a: readonly T[],
  b: readonly T[],
  countMax = listCountMax,
): readonly T[] {
  return [...new Set([...a, ...b])].sort(compareText).slice(0, countMax);
}

/** The earlier of two times, where 0 means "unknown". */
export function earliest(a: number, b: number): number {
  if (a === 0 || b === 0) return Math.max(a, b);
  return Math.min(a, b);
}

/** The longer text, of equally long ones the first: "" never wins. */
export function fullerText(a: string, b: string): string {
  if (a.length !== b.length) return a.length > b.length ? a : b;
  return a <= b ? a : b;
}

/** Fuller names win over empty ones; what was seen once of its start and end stays seen. */
export function mergeContainers(a: ContainerFact, b: ContainerFact): ContainerFact {
  return {
    kind: "container",
    container: a.container,
    node: fullerText(a.node, b.node),
    cluster: fullerText(a.cluster, b.cluster),
    containerId: fullerText(a.containerId, b.containerId),
    namespace: fullerText(a.namespace, b.namespace),
    pod: fullerText(a.pod, b.pod),
    podUid: fullerText(a.podUid, b.podUid),
    workloadKind: fullerText(a.workloadKind, b.workloadKind),
    workload: fullerText(a.workload, b.workload),
    containerName: fullerText(a.containerName, b.containerName),
    imageName: fullerText(a.imageName, b.imageName),
    imageId: fullerText(a.imageId, b.imageId),
    firstSeenUs: earliest(a.firstSeenUs, b.firstSeenUs),
    lastSeenUs: Math.max(a.lastSeenUs, b.lastSeenUs),
    startedUs: earliest(a.startedUs, b.startedUs),
    fromStart: a.fromStart || b.fromStart,
    ended: a.ended || b.ended,
    dumped: a.dumped || b.dumped,
  };
}

/** Whose tree counts most when processes of several trees did the same: use by the service wins. */
const origins: readonly Actor[] = [
  "service",
  "startup",
  "host",
  "operator",
  "probe",
  "package-manager",
  "bulk-reader",
  "runtime",
];

/** The one that counts more for the workload: its own processes before anybody else. */
export function strongerOrigin(a: Actor, b: Actor): Actor {
  return origins.indexOf(a) <= origins.indexOf(b) ? a : b;
}

/**
 * The reason goes with the origin that wins. Counts take the higher: they are sums of one source,
 * or of one stretch of it, and events that are cited were counted.
 */
export function mergeFileUses(a: FileUseFact, b: FileUseFact): FileUseFact {
  const origin = strongerOrigin(a.origin, b.origin);
  const reasons = [a, b].filter((one) => one.origin === origin).map((one) => one.actorReason);
  const citations = mergeCitations(a.citations, b.citations);
  return {
    kind: "file-use",
    container: a.container,
    path: a.path,
    how: a.how,
    actor: a.actor,
    origin,
    actorReason: reasons.sort(compareText)[0] ?? "",
    count: Math.max(a.count, b.count, citations.length),
    firstSeenUs: earliest(a.firstSeenUs, b.firstSeenUs),
    lastSeenUs: Math.max(a.lastSeenUs, b.lastSeenUs),
    binaries: mergeTexts(a.binaries, b.binaries, binaryCountMax),
    sensors: mergeTexts(a.sensors, b.sensors),
    afterWrite: isAfterWrite(a, b),
    citations,
  };
}

/** The earliest use tells: once the file was used as the image has it, that use stays true. */
function isAfterWrite(a: FileUseFact, b: FileUseFact): boolean {
  if (a.firstSeenUs === b.firstSeenUs) return a.afterWrite && b.afterWrite;
  const first = earliest(a.firstSeenUs, b.firstSeenUs) === a.firstSeenUs ? a : b;
  return first.afterWrite;
}

/** Of one container, privilege, detail and source: only times and citations differ. */
export function mergePrivileges(a: PrivilegeFact, b: PrivilegeFact): PrivilegeFact {
  return {
    ...a,
    firstSeenUs: earliest(a.firstSeenUs, b.firstSeenUs),
    lastSeenUs: Math.max(a.lastSeenUs, b.lastSeenUs),
    citations: mergeCitations(a.citations, b.citations),
  };
}

const addressCountMax = 4;

/** Of one container, direction, protocol, peer, port and actor: counts are sums of one source. */
export function mergeFlows(a: FlowFact, b: FlowFact): FlowFact {
  return {
    ...a,
    localAddresses: mergeTexts(a.localAddresses, b.localAddresses, addressCountMax),
    connectionCount: Math.max(a.connectionCount, b.connectionCount),
    failedCount: Math.max(a.failedCount, b.failedCount),
    sentBytes: Math.max(a.sentBytes, b.sentBytes),
    receivedBytes: Math.max(a.receivedBytes, b.receivedBytes),
    sendsSeen: a.sendsSeen || b.sendsSeen,
    receivesSeen: a.receivesSeen || b.receivesSeen,
    firstSeenUs: earliest(a.firstSeenUs, b.firstSeenUs),
    lastSeenUs: Math.max(a.lastSeenUs, b.lastSeenUs),
    binaries: mergeTexts(a.binaries, b.binaries, binaryCountMax),
    hostNames: mergeTexts(a.hostNames, b.hostNames, addressCountMax),
    citations: mergeCitations(a.citations, b.citations),
  };
}

/** Of one container, protocol, address and port. */
export function mergeListens(a: ListenFact, b: ListenFact): ListenFact {
  return {
    ...a,
    firstSeenUs: earliest(a.firstSeenUs, b.firstSeenUs),
    lastSeenUs: Math.max(a.lastSeenUs, b.lastSeenUs),
    binaries: mergeTexts(a.binaries, b.binaries, binaryCountMax),
    citations: mergeCitations(a.citations, b.citations),
  };
}

/** What a policy file states wins over what events let infer. */
export function mergeCoverage(a: CoverageFact, b: CoverageFact): CoverageFact {
  // What a policy file states is exact; prefixes inferred from events must not be mixed into it.
  const stated = [a, b].filter((one) => one.basis === "stated");
  const told = stated.length > 0 ? stated : [a, b];
  return {
    ...a,
    basis: stated.length > 0 ? "stated" : "inferred",
    sinceUs: earliest(a.sinceUs, b.sinceUs),
    untilUs: Math.max(a.untilUs, b.untilUs),
    pathPrefixes: told.map((one) => one.pathPrefixes).reduce((x, y) => mergeTexts(x, y, 1024)),
    limits: told.map((one) => one.limits).reduce((x, y) => mergeTexts(x, y, 1024)),
    eventCount: Math.max(a.eventCount, b.eventCount),
  };
}

/** Of one node, container, reason and start: the longer and the more counts. */
export function mergeLosses(a: LossFact, b: LossFact): LossFact {
  return {
    ...a,
    untilUs: Math.max(a.untilUs, b.untilUs),
    count: Math.max(a.count, b.count),
    detail: fullerText(a.detail, b.detail),
  };
}

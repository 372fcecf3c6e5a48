/**
 * Holds the sensor `net.tcp_stats`: what each process exchanged with whom, and between which named
 * ends the flows of its container went.
 * In: since when, of which container. Out: processes with their far ends, flows; both cited.
 * Must never give counters of a whole host: each number belongs to one process.
 */
import * as z from "zod";
import { formatTime } from "../../core/event/format-time.ts";
import type { FlowEdge } from "../../core/judge/flows/flow-edge.ts";
import type { ActLine } from "../../core/observe/detect/record-acts.ts";
import type { ContainerFact } from "../../core/observe/fact.ts";
import { formatBytes } from "../../core/report/render-flows.ts";
import { plural } from "../../core/report/text-layout.ts";
import { containerField, namePlaces, sinceField, wantsContainer } from "./choose-acts.ts";
import { citeEvent, type EventCitation } from "./cite-event.ts";
import { earliestUs, type SeenActs } from "./sight.ts";
import type { StepUse } from "./step-use.ts";

const input = z.strictObject({ since: sinceField, container: containerField });

const processCountMax = 2000;
const peerCountMax = 50;

export interface PeerTraffic {
  /** Far end; "" for ports that it listens at. */
  readonly address: string;
  /** Of the far end for outbound, the own one for inbound and listening; 0 unknown. */
  readonly port: number;
  readonly direction: "outbound" | "inbound" | "listening" | "unknown";
  connectionCount: number;
  failedCount: number;
  /** **Unit**: bytes. */
  sentBytes: number;
  receivedBytes: number;
  readonly firstSeen: string | null;
  lastSeen: string | null;
  readonly citation: EventCitation;
}

export interface ProcessTraffic {
  readonly execId: string;
  readonly pid: number;
  readonly uid: number;
  readonly binary: string;
  readonly container: string;
  readonly place: string;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly failedCount: number;
  /** **Order**: most bytes first; at most 50. */
  readonly peers: readonly PeerTraffic[];
  readonly omittedPeerCount: number;
}

export interface ConnectionsOutput {
  readonly from: string | null;
  readonly to: string | null;
  /** **Order**: those that sent most first. */
  readonly processes: readonly ProcessTraffic[];
  readonly omittedProcessCount: number;
  /** Between named ends, as `waggle flows` tells them, of all the time that was watched. */
  readonly flows: readonly FlowEdge[];
}

export const senseConnections: StepUse<z.infer<typeof input>, ConnectionsOutput> = {
  name: "net.tcp_stats",
  type: "sensor",
  summary: "connections, bytes and failures of each process, and flows between named ends",
  input,
  trustedKeys: [],
  readsActs: true,
  run: async ({ since = "", container }, { sight }) => {
    const seen = await sight.acts(since);
    const { judged } = await sight.incidents();
    const wants = wantsContainer(seen.containers, container);
    const all = gatherProcesses(seen, wants);
    const sinceUs = earliestUs(since || sight.sinceDefault, seen.toUs);
    const places = seen.containers.filter((one) => wants(one.container));
    const flows = judged.judgement.flows.filter(
      (edge) => isSince(edge, sinceUs) && (container === undefined || touches(edge, places)),
    );
    return {
      from: formatTime(seen.fromUs),
      to: formatTime(seen.toUs),
      processes: all.slice(0, processCountMax),
      omittedProcessCount: Math.max(0, all.length - processCountMax),
      flows,
    };
  },
  describe: ({ processes, flows }) =>
    `${plural(processes.length, "process", "processes")} with connections, ` +
    `${formatBytes(processes.reduce((sum, { sentBytes }) => sum + sentBytes, 0))} sent, ` +
    `${plural(flows.length, "flow")}`,
};

function isSince({ lastSeen }: FlowEdge, sinceUs: number): boolean {
  return lastSeen === null || Date.parse(lastSeen) * 1000 >= sinceUs;
}

function touches({ from, to }: FlowEdge, places: readonly ContainerFact[]): boolean {
  return [from.workload, to.workload].some((end) =>
    places.some((one) => one.namespace === end?.namespace && one.workload === end.name),
  );
}

/** **Order**: those that sent most first. */
export function gatherProcesses(
  seen: SeenActs,
  wants: (key: string) => boolean,
): readonly ProcessTraffic[] {
  const byProcess = new Map<string, ActLine[]>();
  for (const line of seen.lines) {
    if (!isTraffic(line) || !wants(line.container)) continue;
    const lines = byProcess.get(line.process) ?? [];
    byProcess.set(line.process, lines);
    lines.push(line);
  }
  const placeOf = namePlaces(seen);
  return [...byProcess.values()]
    .map((lines) => describeProcess(lines, placeOf, seen.inputNames))
    .sort((a, b) => b.sentBytes - a.sentBytes || b.receivedBytes - a.receivedBytes);
}

const trafficKinds: readonly string[] = ["connect", "accept", "listen", "send", "receive"];

function isTraffic({ kind, object }: ActLine): boolean {
  return trafficKinds.includes(kind) && /:\d+$/.test(object);
}

function describeProcess(
  lines: readonly ActLine[],
  placeOf: (key: string) => string,
  inputNames: readonly string[],
): ProcessTraffic {
  const [first] = lines;
  const peers = gatherPeers(lines, inputNames);
  const sum = (key: "sentBytes" | "receivedBytes" | "failedCount") =>
    peers.reduce((total, peer) => total + peer[key], 0);
  const key = first?.container ?? "";
  return {
    execId: first?.process ?? "",
    pid: first?.pid ?? 0,
    uid: first?.uid ?? 0,
    binary: first?.binary ?? "",
    container: key,
    place: placeOf(key),
    sentBytes: sum("sentBytes"),
    receivedBytes: sum("receivedBytes"),
    failedCount: sum("failedCount"),
    peers: peers.slice(0, peerCountMax),
    omittedPeerCount: Math.max(0, peers.length - peerCountMax),
  };
}

function gatherPeers(
  lines: readonly ActLine[],
  inputNames: readonly string[],
): readonly PeerTraffic[] {
  const dialled = new Set(lines.flatMap((one) => (one.kind === "connect" ? [one.object] : [])));
  const callers = new Map(
    lines.flatMap((one) => (one.kind === "accept" ? [splitEnd(one.object)] : [])),
  );
  const peers = new Map<string, PeerTraffic>();
  for (const line of lines) {
    const { address, port, direction } = endOf(line, dialled, callers);
    const key = `${direction} ${address} ${port}`;
    const peer = peers.get(key) ?? {
      ...{ address, port, direction, connectionCount: 0, failedCount: 0 },
      ...{ sentBytes: 0, receivedBytes: 0, firstSeen: formatTime(line.timeUs), lastSeen: null },
      citation: citeEvent(line.citation, inputNames),
    };
    peers.set(key, peer);
    addLine(peer, line);
  }
  return [...peers.values()].sort(
    (a, b) => b.sentBytes + b.receivedBytes - a.sentBytes - a.receivedBytes,
  );
}

function addLine(peer: PeerTraffic, { kind, detail, count, bytes, lastUs }: ActLine): void {
  const hasFailed = detail.split(" ").includes("failed");
  if (hasFailed) peer.failedCount += count;
  else if (kind === "connect" || kind === "accept") peer.connectionCount += count;
  if (kind === "send") peer.sentBytes += bytes;
  if (kind === "receive") peer.receivedBytes += bytes;
  peer.lastSeen = formatTime(lastUs);
}

/** Of a caller each connection has a port of its own: they are one far end. */
function endOf(
  { kind, object }: ActLine,
  dialled: ReadonlySet<string>,
  callers: ReadonlyMap<string, number>,
): Pick<PeerTraffic, "address" | "port" | "direction"> {
  const [address, port] = splitEnd(object);
  if (kind === "listen") return { address: "", port, direction: "listening" };
  if (kind === "connect" || dialled.has(object)) return { address, port, direction: "outbound" };
  const ownPort = callers.get(address);
  if (ownPort !== undefined) return { address, port: ownPort, direction: "inbound" };
  return { address, port, direction: "unknown" };
}

/** `10.0.0.1:80`, `[fd00::1]:80`. */
function splitEnd(object: string): readonly [string, number] {
  const at = object.lastIndexOf(":");
  return [object.slice(0, at).replace(/^\[|\]$/g, ""), Number(object.slice(at + 1))];
}

/**
 * Holds the fold that tells what could be seen at all: on which node, by which sensor, since when,
 * under which paths, and when Tetragon was away.
 * In: events, and the policies that were in force. Out: coverage and loss facts.
 * Must never state more than a policy file says or than events show.
 */
import type { Event, ExecEvent, HookEvent, ThrottleEvent, TimeUs } from "../event/event.ts";
import type { CoverageFact, Emit, Sensor } from "./fact.ts";
import { hookKind, readAccesses } from "./file-access.ts";
import type { Fold, StepContext } from "./fold.ts";
import { createActivity, findGaps, type NodeActivity, noteActivity } from "./node-activity.ts";
import { sensorsOfKind } from "./policy-selector.ts";
import { collectStated, type StatedSensor } from "./stated-sensors.ts";
import type { PolicyScope } from "./tracing-policy.ts";

interface SensorSeen {
  readonly sensor: Sensor;
  readonly policy: string;
  firstUs: TimeUs;
  eventCount: number;
  /** Directories of the files in its events; empty where a policy file tells them. */
  readonly directories: Set<string>;
}

interface NodeSeen {
  readonly node: string;
  readonly activity: NodeActivity;
  /** Of what happened while Tetragon was there: processes listed from /proc are older. */
  firstUs: TimeUs;
  lastUs: TimeUs;
  /** Event time at which the latest listing from /proc ended; -1 before any other event. */
  listedUs: TimeUs;
  /** A second listing that began: Tetragon started anew. */
  restart: { sinceUs: TimeUs; count: number } | undefined;
  hasCapabilities: boolean;
  hasNamespaces: boolean;
  readonly sensors: Map<string, SensorSeen>;
  /** Drops that the exporter reported, joined while they follow each other. */
  dropped: { sinceUs: TimeUs; untilUs: TimeUs; count: number } | undefined;
  /** Start of a throttling, by control group. */
  readonly throttled: Map<string, TimeUs>;
}

export interface CoverageState {
  readonly nodes: Map<string, NodeSeen>;
  /** Events of nodes or sensors beyond the bounds. */
  leftOutCount: number;
}

export interface CoverageOptions {
  readonly policies: readonly PolicyScope[];
}

const nodeCountMax = 5000;
const sensorCountMax = 2000;
const directoryCountMax = 64;
const throttledCountMax = 10_000;
const secondUs = 1_000_000;
/** Processes listed from /proc so long after the last ones were listed by another Tetragon. */
const newListingUs = 60 * secondUs;
/** Tetragon reports what its exporter dropped once a minute. */
const reportUs = 60 * secondUs;

export function createCoverage(options: CoverageOptions): Fold<CoverageState> {
  const stated = collectStated(options.policies);
  const statedPolicies = new Set(stated.map(({ policy }) => policy));
  return {
    name: "coverage",
    start: () => ({ nodes: new Map(), leftOutCount: 0 }),
    step: (state, event, at) => {
      const node = nodeOf(state, event.node);
      if (node === undefined) return;
      if (!noteTime(node, event, at)) return;
      switch (event.type) {
        case "exec":
        case "exit":
          noteFlags(node, event);
          count(state, node, { sensor: "exec", policy: "", timeUs: at.nowUs });
          break;
        case "loader":
          count(state, node, { sensor: "loader", policy: "", timeUs: at.nowUs });
          break;
        case "throttle":
          noteThrottle(node, event, at);
          break;
        case "rate-limit":
          noteDropped(node, event.timeUs, event.droppedCount, at.emit);
          break;
        case "unknown":
          break;
        default:
          countHook({ state, node, event, at, isStated: statedPolicies.has(event.policy) });
      }
    },
    finish: (state, emit) => {
      for (const node of state.nodes.values()) emitNode(node, stated, emit);
      if (state.leftOutCount > 0) emit(leftOut(state.leftOutCount));
    },
  };
}

function nodeOf(state: CoverageState, name: string): NodeSeen | undefined {
  const known = state.nodes.get(name);
  if (known !== undefined) return known;
  if (state.nodes.size >= nodeCountMax) {
    state.leftOutCount += 1;
    return undefined;
  }
  const node: NodeSeen = {
    node: name,
    activity: createActivity(),
    firstUs: 0,
    lastUs: 0,
    listedUs: -1,
    restart: undefined,
    hasCapabilities: false,
    hasNamespaces: false,
    sensors: new Map(),
    dropped: undefined,
    throttled: new Map(),
  };
  state.nodes.set(name, node);
  return node;
}

/** False for a process listed from /proc: it tells nothing of what the sensors were there for. */
function noteTime(node: NodeSeen, event: Event, { emit }: StepContext): boolean {
  if (event.type === "exec" && isListed(event)) {
    noteFlags(node, event);
    noteListing(node);
    return false;
  }
  const { timeUs } = event;
  if (timeUs === 0) return true;
  if (node.listedUs < 0) node.listedUs = timeUs;
  if (node.restart !== undefined) endListing(node, timeUs, emit);
  if (node.firstUs === 0 || timeUs < node.firstUs) node.firstUs = timeUs;
  if (timeUs > node.lastUs) node.lastUs = timeUs;
  noteActivity(node.activity, timeUs);
  return true;
}

function isListed({ process }: ExecEvent): boolean {
  return process !== undefined && /(?:^| )procFS(?: |$)/.test(process.flags);
}

/** **Source**: tetragon-observed: at each start Tetragon announces all running processes first. */
function noteListing(node: NodeSeen): void {
  if (node.listedUs < 0) return;
  if (node.restart !== undefined) node.restart.count += 1;
  else if (node.lastUs - node.listedUs > newListingUs) {
    node.restart = { sinceUs: node.lastUs, count: 1 };
  }
}

function endListing(node: NodeSeen, timeUs: TimeUs, emit: Emit): void {
  const { restart } = node;
  if (restart === undefined) return;
  // One late process can be a straggler of the first listing; a listing has many.
  if (restart.count >= 2) {
    emit({
      kind: "loss",
      node: node.node,
      container: "",
      reason: "restart",
      sinceUs: Math.min(restart.sinceUs, timeUs),
      untilUs: timeUs,
      count: 0,
      detail: "Tetragon listed all running processes again: it was away in between",
    });
    node.listedUs = Math.max(node.lastUs, timeUs);
    node.restart = undefined;
  } else if (timeUs - restart.sinceUs > newListingUs) node.restart = undefined;
}

/** Optional parts of events that tell rights: their absence must not read as "no rights". */
function noteFlags(node: NodeSeen, { process }: Event & { process?: unknown }): void {
  if (node.hasCapabilities && node.hasNamespaces) return;
  const known = process as ExecEvent["process"];
  if (known?.capabilities !== undefined) node.hasCapabilities = true;
  if (known?.namespaces !== undefined) node.hasNamespaces = true;
}

interface Sighting {
  readonly sensor: Sensor;
  readonly policy: string;
  readonly timeUs: TimeUs;
}

function count(state: CoverageState, node: NodeSeen, sighting: Sighting): SensorSeen | undefined {
  const { sensor, policy, timeUs } = sighting;
  const key = `${sensor} ${policy}`;
  let seen = node.sensors.get(key);
  if (seen === undefined) {
    if (node.sensors.size >= sensorCountMax) {
      state.leftOutCount += 1;
      return undefined;
    }
    seen = { sensor, policy, firstUs: 0, eventCount: 0, directories: new Set() };
    node.sensors.set(key, seen);
  }
  seen.eventCount += 1;
  if (timeUs > 0 && (seen.firstUs === 0 || timeUs < seen.firstUs)) seen.firstUs = timeUs;
  return seen;
}

interface HookParts {
  readonly state: CoverageState;
  readonly node: NodeSeen;
  readonly event: HookEvent;
  readonly at: StepContext;
  readonly isStated: boolean;
}

/** A policy file tells which sensors a hook feeds; without one, what its events show. */
function countHook({ state, node, event, at, isStated }: HookParts): void {
  const { policy } = event;
  const kind = hookKind(event.hook);
  if (isStated || kind === "none" || kind === "execute") {
    for (const sensor of sensorsOfKind[kind]) {
      count(state, node, { sensor, policy, timeUs: at.nowUs });
    }
    return;
  }
  readAccesses(event, ({ path, sensor }) => {
    const seen = count(state, node, { sensor, policy, timeUs: at.nowUs });
    if (seen !== undefined && seen.directories.size < directoryCountMax) {
      seen.directories.add(topDirectory(path));
    }
  });
}

/** `/usr/lib/` of `/usr/lib/x/y.so`; `/app/` of `/app/main.py`; `/` of `/init`. */
function topDirectory(path: string): string {
  const first = path.indexOf("/", 1);
  const second = first < 0 ? -1 : path.indexOf("/", first + 1);
  return path.slice(0, (second < 0 ? Math.max(first, 0) : second) + 1);
}

function noteThrottle(node: NodeSeen, event: ThrottleEvent, { emit }: StepContext): void {
  const { cgroup, started, timeUs } = event;
  const sinceUs = node.throttled.get(cgroup);
  if (started) {
    const isNew = sinceUs === undefined && node.throttled.size < throttledCountMax;
    if (isNew) node.throttled.set(cgroup, timeUs);
    return;
  }
  node.throttled.delete(cgroup);
  emitThrottle({ node, cgroup, sinceUs: sinceUs ?? node.firstUs, untilUs: timeUs }, emit);
}

function emitThrottle(
  loss: {
    readonly node: NodeSeen;
    readonly cgroup: string;
    readonly sinceUs: TimeUs;
    readonly untilUs: TimeUs;
  },
  emit: Emit,
): void {
  const id = /[0-9a-f]{64}|[0-9a-f]{31,}/.exec(loss.cgroup)?.[0] ?? "";
  emit({
    kind: "loss",
    node: loss.node.node,
    container: id.slice(0, 31),
    reason: "throttle",
    sinceUs: loss.sinceUs,
    untilUs: Math.max(loss.sinceUs, loss.untilUs),
    count: 0,
    detail: "Tetragon held back starts and ends of processes: there were too many a second",
  });
}

function noteDropped(node: NodeSeen, timeUs: TimeUs, dropped: number, emit: Emit): void {
  const open = node.dropped;
  const isNext = open !== undefined && Math.abs(timeUs - open.untilUs) <= 2 * reportUs;
  if (isNext) {
    open.sinceUs = Math.min(open.sinceUs, timeUs - reportUs);
    open.untilUs = Math.max(open.untilUs, timeUs);
    open.count += dropped;
    return;
  }
  emitDropped(node, emit);
  node.dropped = { sinceUs: timeUs - reportUs, untilUs: timeUs, count: dropped };
}

function emitDropped({ node, dropped }: NodeSeen, emit: Emit): void {
  if (dropped === undefined) return;
  const detail = "the exporter's own rate limit dropped events";
  emit({ kind: "loss", node, container: "", reason: "rate-limit", ...dropped, detail });
}

function emitNode(node: NodeSeen, stated: readonly StatedSensor[], emit: Emit): void {
  for (const fact of coverageOf(node, stated)) emit(fact);
  emitDropped(node, emit);
  for (const [cgroup, sinceUs] of node.throttled) {
    emitThrottle({ node, cgroup, sinceUs, untilUs: node.lastUs }, emit);
  }
  for (const gap of findGaps(node.activity)) {
    const detail = "the node gave no events at all, unlike before and after";
    emit({ kind: "loss", node: node.node, container: "", reason: "gap", ...gap, count: 0, detail });
  }
}

function coverageOf(node: NodeSeen, stated: readonly StatedSensor[]): readonly CoverageFact[] {
  const facts: CoverageFact[] = [];
  const told = new Set<SensorSeen>();
  for (const { sensor, policy, pathPrefixes, limits } of stated) {
    // Events of the loader do not name their policy.
    const seen = node.sensors.get(sensor === "loader" ? "loader " : `${sensor} ${policy}`);
    if (seen !== undefined) told.add(seen);
    facts.push({ ...spanOf(node, seen), sensor, policy, basis: "stated", pathPrefixes, limits });
  }
  for (const seen of node.sensors.values()) {
    if (told.has(seen)) continue;
    const { sensor, policy, directories } = seen;
    const isBase = sensor === "exec" || sensor === "loader";
    facts.push({
      ...spanOf(node, seen),
      sensor,
      policy,
      basis: sensor === "exec" ? "stated" : "inferred",
      pathPrefixes: isBase ? [""] : [...directories].sort(),
      limits: sensor === "exec" ? missingFlags(node) : [],
    });
  }
  return facts;
}

/** A policy without events may never have been loaded: since when it was there is unknown. */
function spanOf(
  node: NodeSeen,
  seen: SensorSeen | undefined,
): Pick<CoverageFact, "kind" | "node" | "sinceUs" | "untilUs" | "eventCount"> {
  const isBase = seen?.sensor === "exec";
  return {
    kind: "coverage",
    node: node.node,
    sinceUs: isBase ? node.firstUs : (seen?.firstUs ?? 0),
    untilUs: seen === undefined ? 0 : node.lastUs,
    eventCount: seen?.eventCount ?? 0,
  };
}

function missingFlags(node: NodeSeen): readonly string[] {
  const limits: string[] = [];
  if (!node.hasCapabilities) {
    limits.push("capabilities unknown: Tetragon tells them with --enable-process-cred");
  }
  if (!node.hasNamespaces) {
    limits.push("host namespaces unknown: Tetragon tells them with --enable-process-ns");
  }
  return limits;
}

function leftOut(eventCount: number): Parameters<Emit>[0] {
  return {
    kind: "loss",
    node: "",
    container: "",
    reason: "coverage-eviction",
    sinceUs: 0,
    untilUs: 0,
    count: eventCount,
    detail: "events of more nodes or policies than are kept",
  };
}

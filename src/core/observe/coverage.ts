/**
 * Holds the fold that tells what could be seen at all: on which node, by which sensor, since when,
 * under which paths, and when Tetragon was away.
 * In: events, and the policies that were in force. Out: coverage and loss facts.
 * Must never state more than a policy file says or than events show.
 */

import type { Event, HookEvent, Process, TimeUs } from "../event/event.ts";
import { isFromProc } from "../event/process-flags.ts";
import type { CoverageFact, Emit, Sensor } from "./fact.ts";
import { readAccesses } from "./file-access.ts";
import type { Fold, StepContext } from "./fold.ts";
import {
  createMissedStarts,
  emitMissedStarts,
  type MissedStarts,
  noteMissedStart,
} from "./missed-starts.ts";
import { doingsOfEvent, limitsOfSeen } from "./network-watch.ts";
import { createActivity, findGaps, type NodeActivity, noteActivity } from "./node-activity.ts";
import {
  createOutages,
  finishOutages,
  type NodeOutages,
  nodeLoss,
  noteDropped,
  noteListed,
  noteLive,
  noteThrottle,
  policyAbsence,
} from "./node-outages.ts";
import { collectStated, type StatedSensor } from "./stated-sensors.ts";
import { noteDirectory, type TopDirectories } from "./top-directories.ts";
import { type PolicyScope, sensorsOfWatch, watchKind } from "./tracing-policy.ts";

/**
 * Its directories are those of the files in its events, or what its hooks tell of sockets; empty
 * where a policy file tells them.
 */
interface SensorSeen extends TopDirectories {
  readonly sensor: Sensor;
  readonly policy: string;
  firstUs: TimeUs;
  eventCount: number;
  /** How many restarts of its node it has outlived. */
  restartCount: number;
}

interface NodeSeen {
  readonly node: string;
  readonly activity: NodeActivity;
  readonly outages: NodeOutages;
  readonly missedStarts: MissedStarts;
  /** Of what happened while Tetragon was there: processes listed from /proc are older. */
  firstUs: TimeUs;
  lastUs: TimeUs;
  restartCount: number;
  /** Last event before the latest restart. */
  beforeRestartUs: TimeUs;
  hasCapabilities: boolean;
  hasNamespaces: boolean;
  readonly sensors: Map<string, SensorSeen>;
  /** Of the latest event: events come in runs. */
  latestSensor: SensorSeen | undefined;
}

export interface CoverageState {
  readonly nodes: Map<string, NodeSeen>;
  /** Of the latest event. */
  latest: NodeSeen | undefined;
  /** Events of nodes or sensors beyond the bounds. */
  leftOutCount: number;
}

export interface CoverageOptions {
  readonly policies: readonly PolicyScope[];
}

const nodeCountMax = 5000;
const sensorCountMax = 2000;

export function createCoverage(options: CoverageOptions): Fold<CoverageState> {
  const stated = collectStated(options.policies);
  const statedPolicies = new Set(stated.map(({ policy }) => policy));
  return {
    name: "coverage",
    start: () => ({ nodes: new Map(), latest: undefined, leftOutCount: 0 }),
    step: (state, event, at) => {
      const node = nodeOf(state, event.node);
      if (node === undefined) return;
      if (!noteTime(node, event, at)) return;
      switch (event.type) {
        case "exit": // An export may leave out starts: ends do not show that starts were told.
          noteFlags(node, event.process);
          break;
        case "exec":
          noteFlags(node, event.process);
          count(state, node, { sensor: "exec", policy: "", at });
          break;
        case "loader":
          count(state, node, { sensor: "loader", policy: "", at });
          break;
        case "throttle":
          noteThrottle(node.outages, event, at.emit);
          break;
        case "rate-limit":
          noteDropped(node.outages, event, at.emit);
          break;
        case "unknown":
          break;
        default:
          countHook({ state, node, event, at, isStated: statedPolicies.has(event.policy) });
      }
    },
    retire: (state, process) => {
      const node = process.startMissed ? state.nodes.get(process.node) : undefined;
      if (node !== undefined) noteMissedStart(node.missedStarts, process.startUs);
    },
    finish: (state, emit) => {
      for (const node of state.nodes.values()) emitNode(node, stated, emit);
      if (state.leftOutCount > 0) emit(leftOut(state.leftOutCount));
    },
  };
}

function nodeOf(state: CoverageState, name: string): NodeSeen | undefined {
  if (state.latest?.node === name) return state.latest;
  const known = state.nodes.get(name);
  if (known !== undefined) {
    state.latest = known;
    return known;
  }
  if (state.nodes.size >= nodeCountMax) {
    state.leftOutCount += 1;
    return undefined;
  }
  const node: NodeSeen = {
    node: name,
    activity: createActivity(),
    outages: createOutages(name),
    missedStarts: createMissedStarts(),
    firstUs: 0,
    lastUs: 0,
    restartCount: 0,
    beforeRestartUs: 0,
    hasCapabilities: false,
    hasNamespaces: false,
    sensors: new Map(),
    latestSensor: undefined,
  };
  state.nodes.set(name, node);
  return node;
}

/** False for a process listed from /proc: it tells nothing of what the sensors were there for. */
function noteTime(node: NodeSeen, event: Event, { emit }: StepContext): boolean {
  if (isFromProc(event)) {
    noteFlags(node, event.process);
    noteListed(node.outages, node.lastUs);
    return false;
  }
  const { timeUs } = event;
  if (timeUs === 0) return true;
  if (noteLive(node.outages, timeUs, emit)) {
    node.restartCount += 1;
    node.beforeRestartUs = Math.min(node.lastUs, timeUs);
  }
  if (node.firstUs === 0 || timeUs < node.firstUs) node.firstUs = timeUs;
  if (timeUs > node.lastUs) node.lastUs = timeUs;
  noteActivity(node.activity, timeUs);
  return true;
}

/** Optional parts of events that tell rights: their absence must not read as "no rights". */
function noteFlags(node: NodeSeen, process: Process | undefined): void {
  if (process?.capabilities !== undefined) node.hasCapabilities = true;
  if (process?.namespaces !== undefined) node.hasNamespaces = true;
}

const sensorKeys = new Map<string, Map<Sensor, string>>();

/** A text that is made anew is slow to look up. */
function sensorKey(sensor: Sensor, policy: string): string {
  let ofPolicy = sensorKeys.get(policy);
  if (ofPolicy === undefined) {
    if (sensorKeys.size >= sensorCountMax) sensorKeys.clear();
    ofPolicy = new Map();
    sensorKeys.set(policy, ofPolicy);
  }
  let key = ofPolicy.get(sensor);
  if (key === undefined) {
    key = `${sensor} ${policy}`;
    ofPolicy.set(sensor, key);
  }
  return key;
}

interface Sighting {
  readonly sensor: Sensor;
  readonly policy: string;
  readonly at: StepContext;
}

function count(state: CoverageState, node: NodeSeen, sighting: Sighting): SensorSeen | undefined {
  const { at } = sighting;
  const seen = sensorOf(state, node, sighting);
  if (seen === undefined) return undefined;
  seen.eventCount += 1;
  const { nowUs } = at;
  if (nowUs > 0 && (seen.firstUs === 0 || nowUs < seen.firstUs)) seen.firstUs = nowUs;
  if (seen.restartCount < node.restartCount) emitAbsence({ node, seen, untilUs: nowUs }, at.emit);
  return seen;
}

function sensorOf(
  state: CoverageState,
  node: NodeSeen,
  { sensor, policy }: Sighting,
): SensorSeen | undefined {
  const { latestSensor } = node;
  if (latestSensor?.sensor === sensor && latestSensor.policy === policy) return latestSensor;
  const key = sensorKey(sensor, policy);
  let seen = node.sensors.get(key);
  if (seen === undefined) {
    if (node.sensors.size >= sensorCountMax) {
      state.leftOutCount += 1;
      return undefined;
    }
    seen = createSensor(sensor, policy, node.restartCount);
    node.sensors.set(key, seen);
  }
  node.latestSensor = seen;
  return seen;
}

function createSensor(sensor: Sensor, policy: string, restartCount: number): SensorSeen {
  const directories = new Set<string>();
  return {
    sensor,
    policy,
    firstUs: 0,
    eventCount: 0,
    restartCount,
    directories,
    latestDirectory: "",
  };
}

/**
 * After a restart policies are loaded again one by one, or not at all: until its next event it is
 * unknown whether a policy was there.
 */
function emitAbsence(
  about: { readonly node: NodeSeen; readonly seen: SensorSeen; readonly untilUs: TimeUs },
  emit: Emit,
): void {
  const { node, seen, untilUs } = about;
  seen.restartCount = node.restartCount;
  if (seen.sensor !== "open" && seen.sensor !== "mmap" && seen.sensor !== "network") return;
  const sinceUs = Math.min(node.beforeRestartUs, untilUs);
  emit(policyAbsence(node.node, seen.policy, { sinceUs, untilUs }));
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
  const told = watchKind(event.type, event.hook);
  // Whatever a hook is called: without a socket of IP it tells of none.
  const kind = told === "network" ? "none" : told;
  const doings = kind === "none" ? doingsOfEvent(event) : undefined;
  if (doings !== undefined) {
    const seen = count(state, node, { sensor: "network", policy, at });
    if (!isStated) for (const doing of doings) seen?.directories.add(doing);
    return;
  }
  // Only its mask tells what an access check is for.
  const needsAccess = kind === "permission" || (!isStated && kind !== "none" && kind !== "execute");
  if (!needsAccess) {
    for (const sensor of sensorsOfWatch(kind)) {
      count(state, node, { sensor, policy, at });
    }
    return;
  }
  readAccesses(event, ({ path, sensor }) => {
    const seen = count(state, node, { sensor, policy, at });
    if (!isStated && seen !== undefined) noteDirectory(seen, path);
  });
}

function emitNode(node: NodeSeen, stated: readonly StatedSensor[], emit: Emit): void {
  for (const fact of coverageOf(node, stated)) emit(fact);
  finishOutages(node.outages, node.lastUs, emit);
  // Where no start is told at all, a filter of the export left them out.
  const fromUs = node.sensors.get("exec ")?.firstUs ?? node.lastUs;
  emitMissedStarts(node.missedStarts, { node: node.node, fromUs }, emit);
  for (const seen of node.sensors.values()) {
    if (seen.restartCount < node.restartCount) {
      emitAbsence({ node, seen, untilUs: node.lastUs }, emit);
    }
  }
  for (const gap of findGaps(node.activity)) {
    const detail = "the node gave no events at all, unlike before and after";
    emit(nodeLoss(node.node, { reason: "gap", ...gap, detail }));
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
      pathPrefixes: isBase ? [""] : sensor === "network" ? [] : [...directories].sort(),
      limits: inferredLimits(node, seen),
    });
  }
  return facts;
}

function inferredLimits(node: NodeSeen, { sensor, directories }: SensorSeen): readonly string[] {
  if (sensor === "exec") return missingFlags(node);
  return sensor === "network" ? limitsOfSeen(directories) : [];
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

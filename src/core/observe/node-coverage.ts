/**
 * Holds what is kept of one node for its coverage, and how the times of its events add up.
 * In: events of the node. Out: its record, changed in place.
 * Must never take what /proc tells for something that happened.
 */
import type { Event, Process, TimeUs } from "../event/event.ts";
import { isFromProc } from "../event/process-flags.ts";
import type { Emit, Sensor } from "./fact.ts";
import type { FoldPart } from "./fold.ts";
import {
  copyMissedStarts,
  createMissedStarts,
  type MissedStarts,
  noteMissedStart,
} from "./missed-starts.ts";
import { createActivity, type NodeActivity, noteActivity } from "./node-activity.ts";
import { createOutages, type NodeOutages, noteListed, noteLive } from "./node-outages.ts";
import type { TopDirectories } from "./top-directories.ts";

/**
 * Its directories are those of the files in its events, or what its hooks tell of sockets; empty
 * where a policy file tells them.
 */
export interface SensorSeen extends TopDirectories {
  readonly sensor: Sensor;
  readonly policy: string;
  firstUs: TimeUs;
  eventCount: number;
  /** How many restarts of its node it has outlived. */
  restartCount: number;
}

export interface NodeSeen {
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

/** **Unit**: nodes, and sensors of one node by policy. */
export const coverageCountMax = { nodes: 5000, sensors: 2000 } as const;

/** Of a node that was not heard of before. */
export function startNode(name: string): NodeSeen {
  return {
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
}

/** False for a process listed from /proc: it tells nothing of what the sensors were there for. */
export function noteTime(node: NodeSeen, event: Event, emit: Emit): boolean {
  if (isFromProc(event)) {
    noteFlags(node, event.process);
    if (event.process !== undefined) noteListed(node.outages, node.lastUs, event.process);
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
export function noteFlags(node: NodeSeen, process: Process | undefined): void {
  if (process?.capabilities !== undefined) node.hasCapabilities = true;
  if (process?.namespaces !== undefined) node.hasNamespaces = true;
}

/** A process of it started at that time, and no event said so. */
export function noteMissed({ missedStarts }: NodeSeen, startUs: TimeUs): void {
  noteMissedStart(missedStarts, startUs);
}

/**
 * An end adds starts that were missed and changes nothing else. Of what is new nobody looks at
 * losses: weeks of minutes are not searched for gaps.
 */
export function forkCoverage(state: CoverageState, { isNew }: FoldPart): CoverageState {
  const nodes = new Map<string, NodeSeen>();
  for (const [name, node] of state.nodes) {
    const missedStarts =
      isNew === undefined ? copyMissedStarts(node.missedStarts) : createMissedStarts();
    const activity = isNew === undefined ? node.activity : createActivity();
    nodes.set(name, { ...node, missedStarts, activity });
  }
  return { ...state, nodes, latest: undefined };
}

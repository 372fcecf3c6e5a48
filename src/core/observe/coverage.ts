/**
 * Holds the fold that tells what could be seen at all: on which node, by which sensor, since when,
 * under which paths, and when Tetragon was away.
 * In: events, and the policies that were in force. Out: coverage and loss facts.
 * Must never state more than a policy file says or than events show.
 */

import type { HookEvent } from "../event/event.ts";
import { emitAbsence, emitNode } from "./emit-coverage.ts";
import type { Emit, Sensor } from "./fact.ts";
import { readAccesses } from "./file-access.ts";
import type { Fold, StepContext } from "./fold.ts";
import { doingsOfEvent } from "./network-watch.ts";
import {
  type CoverageState,
  coverageCountMax,
  forkCoverage,
  type NodeSeen,
  noteFlags,
  noteMissed,
  noteTime,
  type SensorSeen,
  startNode,
} from "./node-coverage.ts";
import { noteDropped, noteThrottle } from "./node-outages.ts";
import { releaseCoverage } from "./release-coverage.ts";
import { collectStated } from "./stated-sensors.ts";
import { noteDirectory } from "./top-directories.ts";
import { type PolicyScope, sensorsOfWatch, watchKind } from "./tracing-policy.ts";

export interface CoverageOptions {
  readonly policies: readonly PolicyScope[];
}

export function createCoverage(options: CoverageOptions): Fold<CoverageState> {
  const stated = collectStated(options.policies);
  const statedPolicies = new Set(stated.map(({ policy }) => policy));
  return {
    name: "coverage",
    start: () => ({ nodes: new Map(), latest: undefined, leftOutCount: 0 }),
    step: (state, event, at) => {
      const node = nodeOf(state, event.node);
      if (node === undefined) return;
      if (!noteTime(node, event, at.emit)) return;
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
      if (node !== undefined) noteMissed(node, process.startUs);
    },
    release: (state, _about, emit) => releaseCoverage(state, stated, emit),
    fork: forkCoverage,
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
  if (state.nodes.size >= coverageCountMax.nodes) {
    state.leftOutCount += 1;
    return undefined;
  }
  const node = startNode(name);
  state.nodes.set(name, node);
  return node;
}

const sensorKeys = new Map<string, Map<Sensor, string>>();

/** A text that is made anew is slow to look up. */
function sensorKey(sensor: Sensor, policy: string): string {
  let ofPolicy = sensorKeys.get(policy);
  if (ofPolicy === undefined) {
    if (sensorKeys.size >= coverageCountMax.sensors) sensorKeys.clear();
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
  if (seen.restartCount < node.restartCount) {
    seen.restartCount = node.restartCount;
    emitAbsence({ node, seen, untilUs: nowUs }, at.emit);
  }
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
    if (node.sensors.size >= coverageCountMax.sensors) {
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
  for (const { path, sensor } of readAccesses(event)) {
    const seen = count(state, node, { sensor, policy, at });
    if (!isStated && seen !== undefined) noteDirectory(seen, path);
  }
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

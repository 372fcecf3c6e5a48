/**
 * Holds what coverage lets go of while an observation goes on for months: minutes long past, open
 * stretches that nobody will end, sensors of policies and nodes that are gone.
 * In: the records of all nodes. Out: facts, and the same with less in it.
 * Must touch nothing while there is room enough.
 */
import { chooseUnused, isNear } from "./choose-unused.ts";
import { coverageOf, emitAbsence, emitGap, emitNode, execSinceUs } from "./emit-coverage.ts";
import type { Emit } from "./fact.ts";
import { releaseMissedStarts } from "./missed-starts.ts";
import { releaseMinutes } from "./node-activity.ts";
import { type CoverageState, coverageCountMax, type NodeSeen } from "./node-coverage.ts";
import { releaseThrottled } from "./node-outages.ts";
import type { StatedSensor } from "./stated-sensors.ts";

export function releaseCoverage(
  state: CoverageState,
  stated: readonly StatedSensor[],
  emit: Emit,
): void {
  for (const node of state.nodes.values()) {
    releaseSensors(node, stated, emit);
    releaseMissedStarts(node.missedStarts, { node: node.node, fromUs: execSinceUs(node) }, emit);
    releaseThrottled(node.outages, node.lastUs, emit);
    for (const gap of releaseMinutes(node.activity)) emitGap(node.node, gap, emit);
  }
  const nodes = [...state.nodes.values()];
  for (const node of chooseUnused(nodes, coverageCountMax.nodes, ({ lastUs }) => lastUs)) {
    emitNode(node, stated, emit);
    state.nodes.delete(node.node);
    state.latest = undefined;
  }
}

/** The first known go first: policies that are replaced get new names. What is used comes again. */
function releaseSensors(node: NodeSeen, stated: readonly StatedSensor[], emit: Emit): void {
  const { sensors } = node;
  if (!isNear(sensors.size, coverageCountMax.sensors)) return;
  for (const fact of coverageOf(node, stated)) emit(fact);
  for (const [key, seen] of sensors) {
    if (sensors.size * 2 <= coverageCountMax.sensors) break;
    if (seen.policy === "") continue;
    const isAbsent = seen.restartCount < node.restartCount;
    if (isAbsent) emitAbsence({ node, seen, untilUs: node.lastUs }, emit);
    sensors.delete(key);
  }
  node.latestSensor = undefined;
}

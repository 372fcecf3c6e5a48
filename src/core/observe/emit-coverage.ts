/**
 * Holds the facts that the record of a node comes to.
 * In: the record, what policy files state. Out: coverage and loss facts.
 * Must never state more than a policy file says or than events show.
 */
import type { TimeUs } from "../event/event.ts";
import type { CoverageFact, Emit } from "./fact.ts";
import { emitMissedStarts } from "./missed-starts.ts";
import { limitsOfSeen } from "./network-watch.ts";
import { findGaps, type Gap } from "./node-activity.ts";
import type { NodeSeen, SensorSeen } from "./node-coverage.ts";
import { finishOutages, nodeLoss, policyAbsence } from "./node-outages.ts";
import type { StatedSensor } from "./stated-sensors.ts";

/**
 * After a restart policies are loaded again one by one, or not at all: until its next event it is
 * unknown whether a policy was there.
 */
export function emitAbsence(
  about: { readonly node: NodeSeen; readonly seen: SensorSeen; readonly untilUs: TimeUs },
  emit: Emit,
): void {
  const { node, seen, untilUs } = about;
  if (seen.sensor !== "open" && seen.sensor !== "mmap" && seen.sensor !== "network") return;
  const sinceUs = Math.min(node.beforeRestartUs, untilUs);
  emit(policyAbsence(node.node, seen.policy, { sinceUs, untilUs }));
}

/** All that is known of a node by now. */
export function emitNode(node: NodeSeen, stated: readonly StatedSensor[], emit: Emit): void {
  for (const fact of coverageOf(node, stated)) emit(fact);
  finishOutages(node.outages, node.lastUs, emit);
  emitMissedStarts(node.missedStarts, { node: node.node, fromUs: execSinceUs(node) }, emit);
  for (const seen of node.sensors.values()) {
    if (seen.restartCount < node.restartCount) {
      emitAbsence({ node, seen, untilUs: node.lastUs }, emit);
    }
  }
  for (const gap of findGaps(node.activity)) emitGap(node.node, gap, emit);
}

/** Where no start is told at all, a filter of the export left them out. */
export function execSinceUs(node: NodeSeen): TimeUs {
  return node.sensors.get("exec ")?.firstUs ?? node.lastUs;
}

export function emitGap(node: string, gap: Gap, emit: Emit): void {
  const detail = "the node gave no events at all, unlike before and after";
  emit(nodeLoss(node, { reason: "gap", ...gap, detail }));
}

/** One fact a sensor and policy. */
export function coverageOf(
  node: NodeSeen,
  stated: readonly StatedSensor[],
): readonly CoverageFact[] {
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

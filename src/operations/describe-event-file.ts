/**
 * Holds what `inspect` tells of one input of events, as plain data that prints as JSON.
 * In: what the engine gathered. Out: types, policies, nodes and containers, most frequent first.
 * Must never grow beyond the bounds of what was gathered.
 */
import { compareText } from "../core/event/compare-text.ts";
import { formatTime } from "../core/event/format-time.ts";
import type { EventInput } from "../engine/read-events.ts";

export interface Counted {
  readonly name: string;
  readonly count: number;
}

export interface SeenContainer {
  readonly id: string;
  readonly namespace: string;
  readonly pod: string;
  readonly workload: string;
  readonly container: string;
  readonly image: string;
  /** -1 unknown: the state of a daemon counts none by container. */
  readonly eventCount: number;
  readonly from: string | null;
  readonly to: string | null;
}

export interface SeenNode {
  readonly name: string;
  readonly eventCount: number;
  readonly from: string | null;
  readonly to: string | null;
  /** Events that came after a later one, and by how much at most. **Unit**: seconds. */
  readonly disorderCount: number;
  readonly disorderSecondsMax: number;
  readonly gaps: readonly { readonly from: string | null; readonly to: string | null }[];
}

export interface EventFile {
  readonly name: string;
  readonly format: string;
  readonly compression: string;
  readonly sizeBytes: number;
  readonly eventCount: number;
  readonly duplicateCount: number;
  readonly unreadableCount: number;
  readonly outsideCount: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly cut: string | null;
  /** **Order**: most frequent first, then by name. */
  readonly types: readonly Counted[];
  readonly policies: readonly Counted[];
  readonly nodes: readonly SeenNode[];
  readonly hostEventCount: number;
  readonly containers: readonly SeenContainer[];
}

export function describeEventFile(input: EventInput): EventFile {
  const { name, format, compression, sizeBytes, eventCount, duplicateCount } = input;
  const { unreadableCount, outsideCount, hostEventCount } = input;
  return {
    ...{ name, format, compression, sizeBytes, eventCount },
    ...{ duplicateCount, unreadableCount, outsideCount },
    from: formatTime(input.firstUs),
    to: formatTime(input.lastUs),
    cut: input.cut ?? null,
    types: counted(input.typeCounts),
    policies: counted(input.policies),
    nodes: input.nodes.map((node) => ({
      name: node.node,
      eventCount: node.eventCount,
      from: formatTime(node.firstUs),
      to: formatTime(node.lastUs),
      disorderCount: node.disorderCount,
      disorderSecondsMax: node.disorderMaxUs / 1e6,
      gaps: node.gaps.map((gap) => ({
        from: formatTime(gap.sinceUs),
        to: formatTime(gap.untilUs),
      })),
    })),
    hostEventCount,
    containers: containersOf(input),
  };
}

function counted(counts: ReadonlyMap<string, number>): readonly Counted[] {
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || compareText(a.name, b.name));
}

function containersOf(input: EventInput): readonly SeenContainer[] {
  return [...input.containers.values()]
    .map((one) => ({
      id: one.containerId === "" ? one.container : one.containerId,
      namespace: one.namespace,
      pod: one.pod,
      workload: one.workload,
      container: one.containerName,
      image: one.imageName,
      eventCount: one.eventCount,
      from: formatTime(one.firstUs),
      to: formatTime(one.lastUs),
    }))
    .sort((a, b) => b.eventCount - a.eventCount || compareText(a.id, b.id));
}

/**
 * Holds the bound on edges: of each end the far ends with most connections are kept, all others of
 * one kind and port stand together.
 * In: edges. Out: no more edges than the bound, by a fixed order.
 * Must never lose what it does not show: counts of the rest stay.
 */
import { compareText } from "../../event/compare-text.ts";
import {
  connectionsOf,
  createEdgeTally,
  type EdgeTally,
  edgeKey,
  joinTallies,
} from "./edge-tally.ts";
import type { FlowEnd } from "./flow-edge.ts";
import { endKey } from "./name-end.ts";

/** **Unit**: edges that lead into one end, and as many that lead out. */
const edgeCountMax = 64;
/** Ends that have a name of the cluster are as many as it has: a monitor reaches all of them. */
const namedCountMax = 1024;

/** `countMax` bounds far ends of which only an address is known. */
export function boundEdges(
  tallies: readonly EdgeTally[],
  countMax = edgeCountMax,
): readonly EdgeTally[] {
  const inward = boundSide(tallies, "to", countMax);
  return boundSide(inward, "from", countMax);
}

/** `near` is the end whose edges are counted; the far ends of the excess are put together. */
function boundSide(
  tallies: readonly EdgeTally[],
  near: "from" | "to",
  countMax: number,
): readonly EdgeTally[] {
  const far = near === "from" ? "to" : "from";
  const groups = Map.groupBy(tallies, (tally) => endKey(tally[near]));
  return [...groups.values()].flatMap((group) => {
    if (group.length <= countMax) return group;
    const ordered = [...group].sort(compareBusy);
    const named = ordered.filter((tally) => isNamed(tally[far]));
    const plain = ordered.filter((tally) => !isNamed(tally[far]));
    const rest = [...named.slice(namedCountMax), ...plain.slice(countMax)];
    return [...named.slice(0, namedCountMax), ...plain.slice(0, countMax), ...gather(rest, far)];
  });
}

/** Edges that are kept may also have far ends that stand for others. */
function gather(rest: readonly EdgeTally[], far: "from" | "to"): readonly EdgeTally[] {
  const gathered = new Map<string, EdgeTally>();
  for (const tally of rest) {
    // Own ports are few; those that a scan tried are not.
    const port = far === "from" ? tally.port : 0;
    const ends = { ...tally, port, [far]: others(tally[far]) };
    const key = edgeKey(ends);
    const known = gathered.get(key) ?? createEdgeTally(ends);
    gathered.set(key, known);
    joinTallies(known, tally);
  }
  return [...gathered.values()];
}

/** What they have in common is kept: internet clients stay such. */
export function others({ kind, name }: FlowEnd): FlowEnd {
  const shown = kind === "others" ? name : `others (${kind})`;
  return { kind: "others", workload: null, name: shown, address: "", namedBy: "address" };
}

function isNamed({ kind }: FlowEnd): boolean {
  return kind === "workload" || kind === "service" || kind === "node";
}

function compareBusy(a: EdgeTally, b: EdgeTally): number {
  return connectionsOf(b) - connectionsOf(a) || compareText(edgeKey(a), edgeKey(b));
}

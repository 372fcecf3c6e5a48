/**
 * Holds which connections and processes decide on the flows of some containers.
 * In: what the fold of flows keeps, and which processes the tree has in its part. Out: the same for
 * connections; what the rest tells of who listens where. Must never change what is kept.
 */
import { addFarEnds } from "./emit-flows.ts";
import type { Connection, FlowUser } from "./flow-state.ts";
import type { FlowTotals } from "./flow-totals.ts";
import type { FoldPart } from "./fold.ts";
import type { OpenFlows } from "./pack-flows.ts";

export interface FlowPart {
  /** Of the sockets that processes of the part had a share in. */
  readonly keys: ReadonlySet<string>;
  /** Exec ids of living processes that had a share in these sockets, too. */
  readonly companions: ReadonlySet<string>;
}

/** Events of a socket meet under its key. **Cost**: linear in what is kept, without copies. */
export function selectFlows({ book, users, loose }: OpenFlows, part: FoldPart): FlowPart {
  const keys = new Set<string>();
  for (const { key, user } of loose) if (hasUser(part, user)) keys.add(key);
  for (const [key, same] of book.byKey) if (isUsedBy(same, part)) keys.add(key);
  const companions = new Set<string>();
  const addCompanion = ({ execId }: FlowUser): void => {
    if (users.has(execId)) companions.add(execId);
  };
  for (const { key, user } of loose) if (keys.has(key)) addCompanion(user);
  for (const { execId } of users.values()) if (part.isWanted(execId)) companions.add(execId);
  for (const key of keys) {
    for (const { parts } of book.byKey.get(key) ?? []) {
      for (const { user } of parts) addCompanion(user);
    }
  }
  return { keys, companions };
}

/** Not a function that is made for each look: its machine code would not outlive many. */
export function hasUser(part: FoldPart, { execId, final }: FlowUser): boolean {
  if (final !== undefined) return part.wants(final.container);
  return part.hasProcess(execId) || part.isWanted(execId);
}

/** **Cost**: nothing is allocated: each look asks of all connections. */
function isUsedBy(connections: readonly Connection[], part: FoldPart): boolean {
  for (const { parts } of connections) {
    for (const { user } of parts) if (hasUser(part, user)) return true;
  }
  return false;
}

/**
 * Totals of the wanted containers. Where others listen is kept with what is past: an edge that
 * nobody saw being opened is told by it.
 */
export function partOfTotals(
  { totals, book, users }: OpenFlows & { readonly totals: FlowTotals },
  part: FoldPart,
  { keys }: FlowPart,
): FlowTotals {
  const pastFar = new Set(totals.pastFar);
  const byContainer: FlowTotals["byContainer"] = new Map();
  for (const [container, flows] of totals.byContainer) {
    if (part.wants(container)) byContainer.set(container, flows);
    else addFarEnds(pastFar, flows.flows.values(), flows.ports.values());
  }
  for (const user of users.values()) {
    if (!hasUser(part, user)) addFarEnds(pastFar, user.tallies.values(), user.listening.values());
  }
  for (const [key, same] of book.byKey) {
    if (keys.has(key)) continue;
    for (const { protocol, local, localPort, acceptCount, connectCount } of same) {
      if (acceptCount === 0 || connectCount > 0) continue;
      addFarEnds(pastFar, [], [{ protocol, address: local, port: localPort }]);
    }
  }
  return { ...totals, byContainer, pastFar };
}

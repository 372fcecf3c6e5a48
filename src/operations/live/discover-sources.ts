/**
 * Holds the finding of Tetragon's agents through the cluster: one source for each pod of it.
 * In: the pods as they are listed now. Out: sources to begin, and sources to stop.
 * Must never stop a source that was named by hand.
 */
import type { TetragonPod } from "../../ports/cluster-watch.ts";
import type { TetragonAddress, TlsFiles } from "../../ports/tetragon-control.ts";

/** **Unit**: agents; more nodes than that are for collectors on each node. */
const agentCountMax = 500;

export interface Discovery {
  readonly begin: readonly TetragonAddress[];
  /** Addresses whose pod is no more. */
  readonly stop: readonly string[];
  /** Pods beyond the bound. */
  readonly leftOutCount: number;
}

/** `running`: addresses that were begun by an earlier call and not stopped. */
export function discoverAgents(
  pods: readonly TetragonPod[],
  running: ReadonlySet<string>,
  tls: TlsFiles | undefined,
): Discovery {
  const listed = [...new Set(pods.map(({ address }) => address))].sort();
  const kept = listed.slice(0, agentCountMax);
  const begin = kept
    .filter((address) => !running.has(address))
    .map((address) => (tls === undefined ? { address } : { address, tls }));
  const stop = [...running].filter((address) => !kept.includes(address));
  return { begin, stop, leftOutCount: listed.length - kept.length };
}

/**
 * Holds the port to the objects of a cluster as they change.
 * In: how to reach the API. Out: the objects now, as `kubectl get … -o json` prints them, so that
 * the one decoder of objects reads both. Implemented in `adapters/cluster/`.
 */
export interface ClusterSnapshot {
  /** Grows with each change. */
  readonly version: number;
  /** **Shape**: `{"kind":"List","items":[…]}`; secrets are never asked for. */
  readonly json: string;
  /** Kinds that could not be listed, with why: their absence says nothing. */
  readonly missing: ReadonlyMap<string, string>;
}

export interface TetragonPod {
  readonly node: string;
  readonly address: string;
}

export interface ClusterWatch {
  /** Lists, then watches; lists again when a watch expired. Troubles are told by `status`. */
  start(): Promise<void>;
  /** The version now, without making the snapshot. */
  readonly version: number;
  snapshot(): ClusterSnapshot;
  /** Pods of Tetragon's agent, for those who ask for them. */
  tetragonPods(): readonly TetragonPod[];
  status(): { readonly state: "synced" | "syncing" | "failing"; readonly detail: string };
  stop(): void;
}

/**
 * Holds the port to one Tetragon server's own calls: what it is, and which policies it holds.
 * In: an address. Out: its answers. Implemented in `adapters/tetragon/`, tried against
 * `tetragon-control.contract.ts`.
 */

/** **Source**: `TracingPolicyState` of Tetragon's sensors.proto; unknown numbers are `unknown`. */
export const policyStates = [
  "unknown",
  "enabled",
  "disabled",
  "load-error",
  "error",
  "loading",
  "unloading",
  "skipped",
  "partially-enabled",
] as const;
export type PolicyState = (typeof policyStates)[number];

export interface LoadedPolicy {
  readonly name: string;
  /** "" for a policy of the whole cluster. */
  readonly namespace: string;
  readonly state: PolicyState;
  readonly mode: "unknown" | "enforce" | "monitor" | "monitor-only";
  /** As the server says it; untrusted text. */
  readonly error: string;
  readonly sensors: readonly string[];
  /** **Unit**: bytes of kernel memory; 0 unknown. */
  readonly kernelMemoryBytes: number;
  /** Events that were posted; -1 where the server does not count. */
  readonly postedCount: number;
}

export interface ServerInfo {
  readonly version: string;
  /** "" unknown. */
  readonly node: string;
  /** Kernel features that the server probed, by name. */
  readonly features: ReadonlyMap<string, boolean>;
}

export interface TetragonControl {
  readonly address: string;
  info(): Promise<ServerInfo>;
  policies(): Promise<readonly LoadedPolicy[]>;
  /** **Errors**: `tetragon-refused` with what the server says; `connection-failed`. */
  addPolicy(yaml: string): Promise<void>;
  deletePolicy(name: string, namespace: string): Promise<void>;
  close(): void;
}

/** Keys and certificates are files; nothing of them is ever logged. */
export interface TetragonAddress {
  /** `unix:///path` or `host:port`. */
  readonly address: string;
  readonly tls?: TlsFiles;
}

export interface TlsFiles {
  readonly caFile?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
  /** Name in the server's certificate, where it is not the host's. */
  readonly serverName?: string;
}

/**
 * Holds the facts: small typed records with a key, and values that merge.
 * In: nothing. Out: types only; folds emit them, `fact-set.ts` merges them by the rules stated
 * here. Merging is associative, commutative and idempotent, so replays and reordering change
 * nothing.
 */
import type { TimeUs } from "../event/event.ts";
import type { DetectFact } from "./detect/detect-fact.ts";
import type { Actor, Citation, ContainerKey, Sensor } from "./evidence.ts";
import type { ProfileFact } from "./profile/profile-fact.ts";

export type { Actor, Citation, ContainerKey, Sensor, Workload } from "./evidence.ts";

export interface ContainerFact {
  readonly kind: "container";
  readonly container: ContainerKey;
  readonly node: string;
  readonly cluster: string;
  /** Longest id seen. */
  readonly containerId: string;
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly workloadKind: string;
  readonly workload: string;
  readonly containerName: string;
  readonly imageName: string;
  /** `name@sha256:…` as Tetragon reports it. */
  readonly imageId: string;
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
  /** Start of the earliest process of the container that was seen; 0 unknown. */
  readonly startedUs: TimeUs;
  /** True when the exec of its first process was seen live, not from /proc. */
  readonly fromStart: boolean;
  /** True when the exit of its first process was seen. */
  readonly ended: boolean;
  /** True when a /proc dump covers it. */
  readonly dumped: boolean;
}

export type FileUseHow = "executed" | "mapped" | "read" | "written";

/** Key: container, path, how, actor. */
export interface FileUseFact {
  readonly kind: "file-use";
  readonly container: ContainerKey;
  /** As the container sees it; ` (deleted)` stripped. */
  readonly path: string;
  readonly how: FileUseHow;
  readonly actor: Actor;
  /**
   * For package-manager and bulk-reader: whose tree that process belongs to, otherwise equal to
   * `actor`.
   */
  readonly origin: Actor;
  /** Why the actor has its class, one short phrase. */
  readonly actorReason: string;
  /** Sum over events. **Merge**: max per (source, epoch), at least as many as are cited. */
  readonly count: number;
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
  /** Programs that did it, at most 4, sorted. */
  readonly binaries: readonly string[];
  readonly sensors: readonly Sensor[];
  /**
   * True when the file was written in the container before this use: no longer the image's file.
   */
  readonly afterWrite: boolean;
  /** At most 3. */
  readonly citations: readonly Citation[];
}

export type PrivilegeKind =
  | "privileged"
  | "root"
  | "capability"
  | "host-pid"
  | "host-network"
  | "host-mount-namespace"
  | "host-mount"
  | "gained-by-setuid"
  | "no-new-privileges";

/** Key: container, privilege, detail, source. */
export interface PrivilegeFact {
  readonly kind: "privilege";
  readonly container: ContainerKey;
  readonly privilege: PrivilegeKind;
  /** Capability name, mount (`host:container`), binary; "" else. */
  readonly detail: string;
  /**
   * `seen`: by the kernel. `declared`: an object or container file says so. `denied`: it says no.
   * `absent`: the kernel showed a process that could have it and has it not.
   */
  readonly source: "seen" | "declared" | "denied" | "absent";
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
  readonly citations: readonly Citation[];
}

/** Who opened a connection, as the container sees it: it accepted, it connected, or nobody saw. */
export type FlowDirection = "inbound" | "outbound" | "unknown";
export type Protocol = "tcp" | "udp";

/** Stands for all far ends beyond the bound of one container. */
export const otherPeers = "*";

/**
 * What one container exchanged with one far end, as its own processes saw it; the other end, if it
 * is watched, has a fact of its own. Key: container, direction, protocol, peer, port, actor.
 */
export interface FlowFact {
  readonly kind: "flow";
  readonly container: ContainerKey;
  readonly direction: FlowDirection;
  readonly protocol: Protocol;
  /** Far end, one spelling an address (`ip-address.ts`); "" unknown; `otherPeers`. */
  readonly peer: string;
  /** Of the end that listens: the peer's for outbound, the own for inbound; 0 unknown. */
  readonly port: number;
  readonly actor: Actor;
  /** Own addresses of the container in these connections, at most 4, sorted. */
  readonly localAddresses: readonly string[];
  /** Connections that were seen to exist. **Merge** of all counts: max, as sums of one source. */
  readonly connectionCount: number;
  /** Connects that were seen to fail or never to be answered. */
  readonly failedCount: number;
  /** **Unit**: bytes that the container's processes handed over to be sent. */
  readonly sentBytes: number;
  /** **Unit**: bytes that its processes received. */
  readonly receivedBytes: number;
  /** False when no hook that tells of received (sent) bytes ever fired for it. */
  readonly sendsSeen: boolean;
  readonly receivesSeen: boolean;
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
  /** Programs that did it, at most 4, sorted. */
  readonly binaries: readonly string[];
  /** Host names in the arguments of those programs that go with the peer, at most 4, sorted. */
  readonly hostNames: readonly string[];
  /** At most 3. */
  readonly citations: readonly Citation[];
}

/** A socket that listens. Key: container, protocol, address, port. */
export interface ListenFact {
  readonly kind: "listen";
  readonly container: ContainerKey;
  readonly protocol: Protocol;
  /** `0.0.0.0`, `::`, `127.0.0.1`, …; "" unknown. */
  readonly address: string;
  readonly port: number;
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
  readonly binaries: readonly string[];
  readonly citations: readonly Citation[];
}

/** What one sensor could see on one node. Key: node, sensor, policy. */
export interface CoverageFact {
  readonly kind: "coverage";
  readonly node: string;
  readonly sensor: Sensor;
  /** Name of the policy that feeds it; "" for the base sensor. */
  readonly policy: string;
  readonly sinceUs: TimeUs;
  readonly untilUs: TimeUs;
  /** `stated`: from a policy file. `inferred`: from the events that arrived. */
  readonly basis: "stated" | "inferred";
  /**
   * Paths watched: prefixes, `[""]` is everything; `=…` exactly that path, `*…` that ending, `!…`
   * in front of any of these: not those (`path-scope.ts`). `inferred`: top directories with events.
   */
  readonly pathPrefixes: readonly string[];
  /** Further conditions that narrow it (binaries, namespaces, rate limits), as short phrases. */
  readonly limits: readonly string[];
  readonly eventCount: number;
}

/** A time in which something was, or may have been, lost. Key: node, reason, sinceUs. */
export interface LossFact {
  readonly kind: "loss";
  readonly node: string;
  /** "" when the whole node is affected. */
  readonly container: ContainerKey | "";
  /** `ring-buffer`, `rate-limit`, `throttle`, `restart`, `gap`, `cut-file`, `eviction`, … */
  readonly reason: string;
  readonly sinceUs: TimeUs;
  readonly untilUs: TimeUs;
  /** Lost events where counted; 0 when only the possibility is known. */
  readonly count: number;
  readonly detail: string;
}

export type Fact =
  | ContainerFact
  | FileUseFact
  | PrivilegeFact
  | FlowFact
  | ListenFact
  | CoverageFact
  | LossFact
  | DetectFact
  | ProfileFact;
export type Emit = (fact: Fact) => void;

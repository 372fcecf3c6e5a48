/**
 * Holds what is known of a workload's place: who reaches it, what it is, what it reaches.
 * In: nothing. Out: types only; `judge-context.ts` makes them of edges, objects and privileges.
 */
import type { Protocol, Workload } from "../../observe/fact.ts";

/** From where connections were seen to arrive; the farthest first. */
export const observedOrigins = [
  "internet",
  "outside-cluster",
  "other-namespace",
  "same-namespace",
  "loopback",
  "never",
] as const;
export type ObservedOrigin = (typeof observedOrigins)[number];

/** From where objects let connections arrive. `unknown`: no objects were given for it. */
export const allowedOrigins = [
  "internet",
  "outside-cluster",
  "other-namespace",
  "same-namespace",
  "nobody",
  "unknown",
] as const;
export type AllowedOrigin = (typeof allowedOrigins)[number];

export interface ExposureHop {
  /** `internet`, `Service web/nginx`, `web/nginx`. Untrusted text. */
  readonly name: string;
  readonly workload: Workload | null;
  /** Port by which this hop is entered; 0 for the first. */
  readonly port: number;
  /** How the step into this hop is known; `entry` for the first. */
  readonly by: "entry" | "observed" | "allowed";
  /** Id of the flow edge of an observed step; "" else. */
  readonly flow: string;
}

/** entry → … → workload. */
export interface ExposurePath {
  readonly basis: "observed" | "allowed";
  readonly hops: readonly ExposureHop[];
}

export interface ListeningPort {
  readonly port: number;
  readonly protocol: Protocol;
  readonly address: string;
  readonly binaries: readonly string[];
  readonly evidence: readonly string[];
}

/**
 * **Shape**: `exposed` is what the decision asks: whoever is on the internet can send it data,
 * directly, through what objects publish, or through proxies that pass requests on.
 * `unknown` when neither a network sensor nor objects could tell: never taken for "no".
 */
export interface Exposure {
  readonly exposed: "yes" | "no" | "unknown";
  readonly observed: ObservedOrigin;
  readonly allowed: AllowedOrigin;
  /**
   * Workloads between the internet and this one on the shortest observed or published way: 0 is
   * direct; null: no way is known.
   */
  readonly hopCount: number | null;
  /** Observed before allowed, those from the internet first, then the shortest; at most 4. */
  readonly paths: readonly ExposurePath[];
  /** One sentence where objects and observation do not agree; "" else. */
  readonly disagreement: string;
  readonly ports: readonly ListeningPort[];
  /** One sentence that says what the verdict rests on. */
  readonly because: string;
  /** What could not be seen, in words; empty when both sensors and objects told. */
  readonly limits: readonly string[];
  readonly evidence: readonly string[];
}

/** What a finding says of its workload's exposure. */
export type FindingExposure = Pick<
  Exposure,
  "exposed" | "observed" | "allowed" | "hopCount" | "because"
>;

export const roleNames = [
  "database",
  "cache",
  "queue",
  "web-server",
  "proxy",
  "api",
  "worker",
  "batch",
  "monitoring",
  "logging",
  "ci",
  "build",
  "storage",
  "dns",
  "identity",
  "secrets",
  "admin-tool",
  "control-plane",
  "idle",
] as const;
export type RoleName = (typeof roleNames)[number];

export interface RoleVerdict {
  readonly role: RoleName;
  /** `pinned` by a person in the configuration. */
  readonly confidence: "pinned" | "high" | "medium" | "low";
  /** What speaks for it; untrusted text in quotes. */
  readonly because: readonly string[];
  readonly evidence: readonly string[];
}

export type ReachHow = "observed" | "allowed" | "denied" | "unknown";

export interface ReachedWorkload {
  readonly workload: Workload;
  readonly how: "observed" | "allowed";
  /** Ports that were used or that it listens on. */
  readonly ports: readonly number[];
  /** Its most sensitive role; null when it has none. */
  readonly role: RoleName | null;
  readonly evidence: readonly string[];
}

export interface Credential {
  readonly kind:
    | "service-account"
    | "secret-mount"
    | "secret-environment"
    | "cloud-metadata"
    | "host-file";
  /** Name alone, never a value. */
  readonly name: string;
  /** What it is good for, `get secrets in shop`; empty when unknown. */
  readonly rights: readonly string[];
  /** True for rights over the cluster, secrets, or creating pods. */
  readonly powerful: boolean;
}

/** What whoever controls this workload could talk to and use. */
export interface Reach {
  /** Observed ones, and allowed ones with a sensitive role; most sensitive first, at most 50. */
  readonly workloads: readonly ReachedWorkload[];
  /** How many workloads of the cluster policies let it talk to; null without objects. */
  readonly allowedCount: number | null;
  readonly internet: ReachHow;
  readonly metadata: ReachHow;
  readonly credentials: readonly Credential[];
  /** Rights that give the node, in words. */
  readonly hostAccess: readonly string[];
}

export interface WorkloadContext {
  readonly workload: Workload;
  readonly exposure: Exposure;
  /** Surest first; empty when nothing speaks for any. */
  readonly roles: readonly RoleVerdict[];
  readonly reach: Reach;
}

/** Objects say one thing, the kernel another. */
export interface Contradiction {
  readonly id: string;
  readonly kind:
    | "image-differs"
    | "policy-denies-flow"
    | "privilege-differs"
    | "port-not-declared"
    | "unknown-workload";
  readonly workload: Workload;
  /** The object and what it declares. */
  readonly declared: string;
  /** What was seen. */
  readonly observed: string;
  /** What it may mean and what to look at. */
  readonly meaning: string;
  readonly evidence: readonly string[];
}

/**
 * Holds small made-up contexts of workloads for tests of decisions and plans.
 * In: what a test cares about. Out: whole values of the contract.
 */
import type {
  Credential,
  Exposure,
  ReachedWorkload,
  RoleName,
  RoleVerdict,
  WorkloadContext,
} from "../core/judge/context/workload-context.ts";
import type { Workload } from "../core/observe/fact.ts";
import { sampleWorkload } from "./sample-judgement.ts";

export interface ContextSketch {
  readonly workload?: Workload;
  readonly exposure?: Partial<Exposure>;
  readonly role?: Partial<RoleVerdict>;
  readonly credential?: Partial<Credential>;
  /** Role of a workload that it was seen to talk to. */
  readonly reaches?: RoleName;
  readonly reachedHow?: ReachedWorkload["how"];
}

/** Exposed through one proxy, unless said otherwise. */
export function sampleContext(sketch: ContextSketch = {}): WorkloadContext {
  const { workload = sampleWorkload(), role, credential, reaches, reachedHow } = sketch;
  const exposure: Exposure = {
    exposed: "yes",
    observed: "same-namespace",
    allowed: "unknown",
    hopCount: 1,
    paths: [],
    disagreement: "",
    ports: [],
    because: "sample says exposed",
    limits: [],
    evidence: [],
    ...sketch.exposure,
  };
  const named: RoleVerdict = {
    role: "api",
    confidence: "high",
    because: [],
    evidence: [],
    ...role,
  };
  const held: Credential = {
    kind: "service-account",
    name: "deployer",
    rights: [],
    powerful: true,
    ...credential,
  };
  const reached = {
    workload: sampleWorkload("vault"),
    how: reachedHow ?? ("observed" as const),
    ports: [8200],
    role: reaches ?? null,
    evidence: [],
  };
  return {
    workload,
    exposure,
    roles: role === undefined ? [] : [named],
    reach: {
      workloads: reaches === undefined ? [] : [reached],
      allowedCount: null,
      internet: "unknown",
      metadata: "unknown",
      credentials: credential === undefined ? [] : [held],
      hostAccess: [],
    },
  };
}

/** No way from the internet is known, and everything was seen. */
export const closedExposure: Partial<Exposure> = {
  exposed: "no",
  observed: "loopback",
  hopCount: null,
  because: "sample says not exposed",
};

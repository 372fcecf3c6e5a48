/**
 * Holds flows and contexts for tests: small ones with sensible values, changed where a test asks.
 * In: what differs. Out: edges, ends, contexts.
 */
import type { WorkloadContext } from "../core/judge/context/workload-context.ts";
import type { FlowEdge, FlowEnd } from "../core/judge/flows/flow-edge.ts";
import type { Workload } from "../core/observe/fact.ts";
import { sampleWorkload } from "./sample-judgement.ts";

export function sampleEnd(given: Partial<FlowEnd> = {}): FlowEnd {
  return {
    kind: "internet",
    workload: null,
    name: "203.0.113.7",
    address: "203.0.113.7",
    namedBy: "address",
    ...given,
  };
}

export function sampleWorkloadEnd(workload: Workload = sampleWorkload()): FlowEnd {
  const name = `${workload.namespace}/${workload.name}`;
  return { kind: "workload", workload, name, address: "", namedBy: "container" };
}

/** From the internet to `shop/web`. */
export function sampleEdge(given: Partial<FlowEdge> = {}): FlowEdge {
  return {
    id: "f0000001",
    from: sampleEnd(),
    to: sampleWorkloadEnd(),
    directionKnown: true,
    protocol: "tcp",
    port: 8080,
    connectionCount: 3,
    failedCount: 0,
    sentBytes: 1234,
    receivedBytes: 56_789_000,
    seenBy: ["to"],
    actors: ["service"],
    binaries: ["/usr/sbin/nginx"],
    firstSeen: "2026-01-01T10:00:01.000000Z",
    lastSeen: "2026-01-01T10:05:00.000000Z",
    evidence: ["e1"],
    ...given,
  };
}

/** A web server that the internet reaches. */
export function sampleWorkloadContext(given: Partial<WorkloadContext> = {}): WorkloadContext {
  const workload = given.workload ?? sampleWorkload();
  return {
    workload,
    exposure: {
      exposed: "yes",
      observed: "internet",
      allowed: "other-namespace",
      hopCount: 0,
      because: "it accepted connections from 203.0.113.7",
      paths: [
        {
          basis: "observed",
          hops: [
            { name: "internet", workload: null, port: 0, by: "entry", flow: "" },
            { name: "shop/web", workload, port: 8080, by: "observed", flow: "f0000001" },
          ],
        },
      ],
      disagreement: "No object publishes it, yet the internet reached it.",
      ports: [
        {
          port: 8080,
          protocol: "tcp",
          address: "0.0.0.0",
          binaries: ["/usr/sbin/nginx"],
          evidence: ["e1"],
        },
      ],
      limits: ["received bytes were not watched"],
      evidence: ["e1"],
    },
    roles: [
      {
        role: "web-server",
        confidence: "high",
        because: ["runs /usr/sbin/nginx and listens on 8080"],
        evidence: ["e1"],
      },
    ],
    reach: {
      workloads: [
        {
          workload: sampleWorkload("db"),
          how: "observed",
          ports: [5432],
          role: "database",
          evidence: ["e1"],
        },
      ],
      allowedCount: 4,
      internet: "allowed",
      metadata: "unknown",
      credentials: [
        {
          kind: "service-account",
          name: "shop/web",
          rights: ["get, list secrets in shop"],
          powerful: true,
        },
      ],
      hostAccess: ["mounts / of the node"],
    },
    ...given,
  };
}

/**
 * Holds the part of the report's schema that tells of context: flows, exposure, roles, reach,
 * decisions, actions. In: nothing. Out: zod schemas; `report-schema.ts` puts them together.
 */
import * as z from "zod";
import {
  allowedOrigins,
  observedOrigins,
  roleNames,
} from "../core/judge/context/workload-context.ts";
import { actionKinds } from "../core/judge/decide/action.ts";
import { decisionNames } from "../core/judge/decide/decision.ts";
import { flowEndKinds } from "../core/judge/flows/flow-edge.ts";
import { actor, evidenceIds, imageSchema, time, workloadSchema } from "./schema-parts.ts";

const protocol = z.enum(["tcp", "udp"]);
const because = z.string().describe("What the verdict rests on");

const exposureFields = {
  exposed: z
    .enum(["yes", "no", "unknown"])
    .describe("Whether somebody on the internet can send it data; unknown is never no"),
  observed: z.enum(observedOrigins).describe("From how far connections were seen to arrive"),
  allowed: z.enum(allowedOrigins).describe("From how far objects let them arrive"),
  hopCount: z
    .int()
    .nullable()
    .describe("Workloads between the internet and it; null: no way known"),
  because,
};

export const findingExposureSchema = z
  .object(exposureFields)
  .meta({ id: "findingExposure", description: "Exposure of the finding's workload, in short" });

const flowEndSchema = z
  .object({
    kind: z.enum(flowEndKinds),
    workload: workloadSchema.nullable(),
    name: z.string().describe("What a person calls it; untrusted text"),
    address: z.string(),
    namedBy: z.string().describe("container, pod, service, node, config, argument or address"),
  })
  .meta({ id: "flowEnd", description: "One end of a flow" });

export const flowEdgeSchema = z
  .object({
    id: z.string(),
    from: flowEndSchema.describe("Who opened the connections"),
    to: flowEndSchema.describe("Who listens"),
    directionKnown: z.boolean(),
    protocol,
    port: z.int().describe("Of the listening end; 0 unknown"),
    connectionCount: z.int(),
    failedCount: z.int(),
    sentBytes: z.number().nullable().describe("From `from` to `to`; null where nothing told"),
    receivedBytes: z.number().nullable().describe("From `to` to `from`; null where nothing told"),
    seenBy: z.array(z.enum(["from", "to"])).describe("Which ends were watched"),
    actors: z.array(actor),
    binaries: z.array(z.string()),
    firstSeen: time,
    lastSeen: time,
    evidence: evidenceIds,
  })
  .meta({ id: "flow", description: "All connections from one end to one port of another" });

const exposurePathSchema = z
  .object({
    basis: z.enum(["observed", "allowed"]),
    hops: z.array(
      z.object({
        name: z.string(),
        workload: workloadSchema.nullable(),
        port: z.int(),
        by: z.enum(["entry", "observed", "allowed"]),
        flow: z.string().describe("Id of the flow of an observed step"),
      }),
    ),
  })
  .meta({ id: "exposurePath", description: "entry → … → workload" });

const exposureSchema = z
  .object({
    ...exposureFields,
    paths: z.array(exposurePathSchema),
    disagreement: z.string().describe("Where objects and observation differ; empty else"),
    ports: z.array(
      z.object({
        port: z.int(),
        protocol,
        address: z.string(),
        binaries: z.array(z.string()),
        evidence: evidenceIds,
      }),
    ),
    limits: z.array(z.string()).describe("What could not be seen"),
    evidence: evidenceIds,
  })
  .meta({ id: "exposure", description: "Who reaches a workload" });

const roleSchema = z
  .object({
    role: z.enum(roleNames),
    confidence: z.enum(["pinned", "high", "medium", "low"]),
    because: z.array(z.string()),
    evidence: evidenceIds,
  })
  .meta({ id: "role", description: "What a workload is" });

const reachHow = z.enum(["observed", "allowed", "denied", "unknown"]);

const reachSchema = z
  .object({
    workloads: z.array(
      z.object({
        workload: workloadSchema,
        how: z.enum(["observed", "allowed"]),
        ports: z.array(z.int()),
        role: z.enum(roleNames).nullable(),
        evidence: evidenceIds,
      }),
    ),
    allowedCount: z.int().nullable().describe("Workloads that policies let it talk to"),
    internet: reachHow,
    metadata: reachHow.describe("The metadata service of the cloud"),
    credentials: z.array(
      z.object({
        kind: z.enum([
          "service-account",
          "secret-mount",
          "secret-environment",
          "cloud-metadata",
          "host-file",
        ]),
        name: z.string().describe("Name alone, never a value"),
        rights: z.array(z.string()),
        powerful: z.boolean().describe("Rights over the cluster, secrets, or creating pods"),
      }),
    ),
    hostAccess: z.array(z.string()).describe("Rights that give the node"),
  })
  .meta({ id: "reach", description: "What whoever controls a workload could talk to and use" });

export const workloadContextSchema = z
  .object({
    workload: workloadSchema,
    exposure: exposureSchema,
    roles: z.array(roleSchema).describe("Surest first"),
    reach: reachSchema,
  })
  .meta({ id: "workloadContext", description: "A workload's place" });

export const decisionSchema = z
  .object({
    name: z.enum(decisionNames),
    deadlineDays: z.int().nullable().describe("null: with the next upgrade"),
    forensics: z.boolean().describe("Also look whether it was exploited already"),
    row: z.string().describe("Row of the table in docs/decision.md"),
    byTable: z.enum(decisionNames).describe("What the row alone says"),
    inputs: z.array(
      z.object({
        name: z.enum(["kev", "exposed", "automatable", "impact"]),
        value: z.string(),
        basis: z.string(),
        assumed: z.boolean().describe("Nothing told it: the safer side was taken"),
      }),
    ),
    modifiers: z.array(
      z.object({
        name: z.enum(["usage", "privilege", "reach", "role", "incident"]),
        effect: z.enum(["raises", "lowers", "limited", "none"]),
        because: z.string(),
      }),
    ),
  })
  .meta({ id: "decision", description: "When to act on a finding, and why then" });

export const actionSchema = z
  .object({
    id: z.string(),
    rank: z.int().describe("1 is first"),
    kind: z.enum(actionKinds),
    decision: z.enum(decisionNames),
    deadlineDays: z.int().nullable(),
    title: z.string().describe("One line; untrusted names inside"),
    image: imageSchema.nullable(),
    workloads: z.array(workloadSchema),
    package: z.string(),
    type: z.string(),
    from: z.array(z.string()),
    to: z.string(),
    atLeast: z.string(),
    layer: z.enum(["base", "application", "unknown"]),
    findings: z.array(z.string()).describe("Ids of the findings it removes or lowers"),
    counts: z.object({
      "act-now": z.int(),
      soon: z.int(),
      scheduled: z.int(),
      "next-upgrade": z.int(),
    }),
    upgrades: z.array(z.string()).describe("Ids of the upgrades it stands for"),
    because: z.array(z.string()),
  })
  .meta({ id: "action", description: "One thing a person does" });

export const contradictionSchema = z
  .object({
    id: z.string(),
    kind: z.enum([
      "image-differs",
      "policy-denies-flow",
      "privilege-differs",
      "port-not-declared",
      "unknown-workload",
    ]),
    workload: workloadSchema,
    declared: z.string(),
    observed: z.string(),
    meaning: z.string(),
    evidence: evidenceIds,
  })
  .meta({ id: "contradiction", description: "Objects say one thing, the kernel another" });

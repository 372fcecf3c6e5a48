/**
 * Holds the schema of the report, with what each field means; `docs/report.schema.json` is made
 * from it. In: nothing. Out: a zod schema and its JSON Schema. A test holds it to `Report`.
 * Must grow compatibly: new fields are added, none is removed or changed within a major version.
 */
import * as z from "zod";
import { bandNames, evidenceLevels } from "../core/judge/verdict.ts";
import {
  actionSchema,
  contradictionSchema,
  decisionSchema,
  findingExposureSchema,
  flowEdgeSchema,
  workloadContextSchema,
} from "./context-schema.ts";
import { detectionSchema, incidentSummarySchema } from "./incident-summary-schema.ts";
import {
  actor,
  evidenceIds,
  imageSchema,
  time,
  waiverSchema,
  workloadSchema,
} from "./schema-parts.ts";

const grade = z.enum(["none", "partial", "good"]);

const packageSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    type: z.string().describe("Syft's package type: deb, python, npm, go-module, …"),
    purl: z.string(),
    id: z.string().describe("Id in the SBOM"),
    location: z.string().describe("First location, which tells two installations apart"),
  })
  .meta({ id: "package", description: "A package as the SBOM or the scan names it" });

const usageSchema = z
  .object({
    state: z
      .enum(["in-use", "not-observed", "unknown"])
      .describe("Of the workload's own processes; unknown is never a reason to lower anything"),
    level: z.enum(evidenceLevels).describe("Strongest evidence"),
    by: z.array(actor).describe("Whose processes used it, probes and operators included"),
    firstSeen: time,
    lastSeen: time,
    coverage: grade.describe("How much the absence of a use means for the files of this package"),
    coverageReasons: z.array(z.string()).describe("Why coverage is not better"),
    evidence: evidenceIds,
    because: z.string().describe("What the verdict rests on"),
  })
  .meta({ id: "usage", description: "Whether the package was used" });

const privilegeSchema = z
  .object({
    privilege: z.enum([
      "privileged",
      "root",
      "capability",
      "host-pid",
      "host-network",
      "host-mount-namespace",
      "host-mount",
      "gained-by-setuid",
      "no-new-privileges",
    ]),
    detail: z.string().describe("Capability, mount or program"),
    source: z.enum(["seen", "declared", "denied"]),
    evidence: evidenceIds,
  })
  .meta({ id: "privilege", description: "One right of a workload" });

const knownExploitedSchema = z
  .object({ dateAdded: z.string(), dueDate: z.string(), ransomware: z.boolean() })
  .describe("Entry in CISA's catalogue of known exploited vulnerabilities");

const epssSchema = z
  .object({ score: z.number(), percentile: z.number(), date: z.string() })
  .describe("Probability of exploitation within 30 days, 0 to 1");

const vulnerabilitySchema = z
  .object({
    id: z.string().describe("The CVE where one is known, else the scanner's id"),
    aliases: z.array(z.string()).describe("All other ids, the scanner's own included"),
    severity: z.enum(["Critical", "High", "Medium", "Low", "Negligible", "Unknown"]),
    cvssScore: z.number().nullable().describe("Highest base score"),
    cvssVector: z.string().describe("Of version 2, 3 or 4; empty when none is known"),
    epss: epssSchema.nullable(),
    kev: knownExploitedSchema.nullable(),
    fixedIn: z.array(z.string()).describe("Versions with a fix, lowest first"),
    fixState: z.string(),
    description: z.string().describe("Start of the advisory; untrusted text"),
  })
  .meta({ id: "vulnerability" });

const findingSchema = z
  .object({
    id: z.string().describe("Stable over runs, versions and digests"),
    rank: z.int().describe("1 is first"),
    band: z.enum(bandNames).describe("Priority band; see docs/ranking.md"),
    vulnerability: vulnerabilitySchema,
    package: packageSchema.describe("The matching package with the strongest use"),
    packages: z
      .array(z.object({ package: packageSchema, usage: usageSchema }))
      .describe("All matching packages of the same source package, each with its own use"),
    image: imageSchema,
    workload: workloadSchema,
    usage: usageSchema,
    privileges: z.array(privilegeSchema),
    critical: z.boolean().describe("Funnel: critical severity, or known to be exploited"),
    fixable: z.boolean().describe("Funnel: a fixed version exists"),
    privileged: z.boolean().describe("Funnel: the workload is privileged"),
    inUse: z.boolean().describe("Funnel: the workload was seen to use the package"),
    exposure: findingExposureSchema,
    decision: decisionSchema,
    waiver: waiverSchema.nullable().describe("What a person signed about it; null: nothing"),
    upgrade: z.string().describe("Id of the upgrade that it belongs to"),
    reasons: z.array(z.string()).describe("Why it stands where it stands, weightiest first"),
    wouldChange: z.array(z.string()).describe("What would raise or lower it"),
    matchType: z.string().describe("How the scanner matched: direct, by source package, by CPE"),
  })
  .meta({
    id: "finding",
    description: "One vulnerability of one source package or library in one workload",
  });

const upgradeSchema = z
  .object({
    id: z.string(),
    rank: z.int().describe("1 is first"),
    image: imageSchema,
    workloads: z.array(workloadSchema),
    package: z.string().describe("Source package (distributions) or package name (languages)"),
    type: z.string(),
    from: z.array(z.string()).describe("Versions that are installed"),
    to: z.string().describe("Lowest version that removes all `findings`; empty without a fix"),
    atLeast: z.string().describe("Lowest version that removes those of its most urgent band"),
    findings: z.array(z.string()).describe("Ids of the findings it removes, by rank"),
    unfixed: z.array(z.string()).describe("Ids of findings of the same package without a fix"),
  })
  .meta({
    id: "upgrade",
    description: "One thing a person does: upgrade one package of one image",
  });

const stageSchema = z
  .object({
    matches: z.int(),
    findings: z.int(),
    vulnerabilities: z.int(),
    upgrades: z.int(),
  })
  .meta({ id: "funnelStage" });

const funnelSchema = z
  .object({
    all: z.int(),
    critical: z.int(),
    fixable: z.int(),
    privileged: z.int(),
    inUse: z.int(),
    criticalFixableInUse: z.int().describe("Privileged or not"),
    unknownUse: z.int().describe("Side exit at the last stage: use unknown"),
    actNow: z.int().describe("Matches of findings whose decision is act-now, over all"),
    actNowAssumed: z.int().describe("Of these: an input of the decision had to be assumed"),
    actNowActions: z.int().describe("Actions of the plan whose decision is act-now"),
    actionsLeftOut: z.int().describe("Actions beyond the bound of the plan, the least urgent"),
    stages: z.object({
      all: stageSchema,
      critical: stageSchema,
      fixable: stageSchema,
      privileged: stageSchema,
      inUse: stageSchema,
      actNow: stageSchema,
    }),
    definitions: z.record(z.string(), z.string()).describe("What each stage asks, in words"),
  })
  .meta({
    id: "funnel",
    description: "Matches that are left at each stage, each a part of the one before",
  });

const coverageSchema = z
  .object({
    workload: workloadSchema,
    containerId: z.string(),
    node: z.string(),
    image: imageSchema,
    joinedBy: z.string().describe("digest, image-id, reference, name, by-hand or none"),
    sbom: z.string().describe("Input that describes its image; empty: none"),
    scan: z.string().describe("Input with the matches of its image; empty: none"),
    observedFrom: time,
    observedUntil: time,
    fromStart: z.boolean().describe("The start of its first process was seen"),
    sensors: z.array(
      z.object({
        sensor: z.string(),
        policy: z.string(),
        basis: z.enum(["stated", "inferred"]).describe("From a policy file, or from the events"),
        pathPrefixes: z.array(z.string()).describe('Watched paths; [""] is all'),
        limits: z.array(z.string()),
        since: time,
        until: time,
        eventCount: z.int(),
      }),
    ),
    losses: z.array(z.object({ reason: z.string(), count: z.int(), detail: z.string() })),
    grades: z
      .object({ none: z.int(), partial: z.int(), good: z.int() })
      .describe("Packages of the image by coverage"),
    privileges: z.array(privilegeSchema),
  })
  .meta({ id: "coverage", description: "What could be seen of one container" });

const evidenceSchema = z
  .object({
    id: z.string(),
    shows: z.string(),
    path: z.string().describe("As the container sees it; untrusted text"),
    actor,
    actorReason: z.string(),
    sensor: z.enum(["exec", "loader", "open", "mmap", "write", "network", "dump", "other"]),
    policy: z.string(),
    count: z.int(),
    execId: z.string().describe("Tetragon's id of the process"),
    pid: z.int(),
    binary: z.string(),
    time,
    node: z.string(),
    container: z.string(),
    input: z.string().describe("File that holds the event"),
    offset: z.int().describe("Byte in the decompressed file; -1 unknown"),
  })
  .meta({ id: "evidence", description: "One recorded proof, down to the raw event" });

const problemSchema = z
  .object({
    code: z.string(),
    weight: z.enum(["lost", "unreadable", "doubtful", "notice"]),
    count: z.int(),
    first: z.object({ input: z.string(), offset: z.int(), line: z.int() }),
    message: z.string(),
  })
  .meta({
    id: "problem",
    description: "What went wrong with an input, counted, with its first place",
  });

const inputSchema = z
  .object({
    name: z.string(),
    role: z.string(),
    format: z.string(),
    sizeBytes: z.int(),
    count: z.int().describe("Events, packages, matches, …: what the role counts"),
    details: z.record(z.string(), z.union([z.string(), z.number()])),
  })
  .meta({ id: "input", description: "One input" });

export const reportSchema = z
  .object({
    schemaVersion: z.string(),
    generatedAt: z.string().nullable().describe("As passed in; null keeps output reproducible"),
    window: z
      .object({ from: time, to: time, seconds: z.number(), eventCount: z.int() })
      .describe("Time that the events cover"),
    inputs: z.array(inputSchema),
    coverage: z.array(coverageSchema).describe("One entry a container"),
    funnel: funnelSchema,
    upgrades: z.array(upgradeSchema).describe("By rank"),
    findings: z.array(findingSchema).describe("By rank"),
    packages: z
      .array(
        z.object({
          image: imageSchema,
          workload: workloadSchema,
          package: packageSchema,
          usage: usageSchema,
        }),
      )
      .describe("Verdict on every package of every observed image"),
    workloads: z.array(workloadContextSchema).describe("By workload: exposure, roles, reach"),
    flows: z.array(flowEdgeSchema).describe("Who talked to whom, by workload"),
    actions: z.array(actionSchema).describe("The plan, by rank"),
    contradictions: z.array(contradictionSchema).describe("Where telemetry says otherwise"),
    incidents: z.array(incidentSummarySchema).describe("Intrusions, gravest first; at most 100"),
    detection: detectionSchema,
    evidence: z.record(z.string(), evidenceSchema).describe("By id"),
    problems: z.array(problemSchema).describe("By weight"),
  })
  .describe("What waggle says about one set of inputs");

/** **Shape**: JSON Schema, draft 2020-12. */
export function reportJsonSchema(): Record<string, unknown> {
  // As of input: readers must not refuse fields that a later version adds.
  const schema = z.toJSONSchema(reportSchema, { target: "draft-2020-12", io: "input" });
  return { ...schema, title: "waggle report" };
}

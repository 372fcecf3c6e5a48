/**
 * Holds the agent `classify`: what happened, where, how it began, what to do, how sure.
 * In: outputs of sensors. Out: a classification whose every item is cited.
 * Must never let a judge, whoever it is, name an event that is not in what it was given.
 */
import * as z from "zod";
import { plural } from "../../core/report/text-layout.ts";
import type { ClassifyOutput } from "./classification.ts";
import { incidentList } from "./incident-values.ts";
import { type ClassifyMaterial, judgeClassification } from "./judge-classification.ts";
import type { StepUse } from "./step-use.ts";

/** Who judges. A model is one more of them, and is checked against what it was given. */
export interface Agent {
  classify(material: ClassifyMaterial): Promise<ClassifyOutput>;
}

/** The only one so far: it needs no model, and says the same each time. */
const agents = {
  rules: { classify: async (material) => judgeClassification(material) },
} as const satisfies Readonly<Record<string, Agent>>;

const count = z.number();
const eventCitation = z.looseObject({
  ...{ input: z.string(), offset: count, time: z.string().nullable(), execId: z.string() },
});

const seen = z.looseObject({
  ...{ incidents: incidentList, inputNames: z.array(z.string()), gaps: z.array(z.string()) },
  ...{ eventCount: count, signalCount: count, waitingRuleCount: count },
  ...{ from: z.string().nullable(), to: z.string().nullable() },
});

const history = z.looseObject({
  lines: z.array(
    z.looseObject({
      ...{ time: z.string().nullable(), kind: z.string(), execId: z.string(), pid: count },
      ...{ binary: z.string(), object: z.string(), citation: eventCitation },
    }),
  ),
  omittedCount: count,
});

const connections = z.looseObject({
  processes: z.array(
    z.looseObject({
      ...{ execId: z.string(), binary: z.string(), pid: count },
      peers: z.array(
        z.looseObject({
          ...{ address: z.string(), port: count, direction: z.string() },
          ...{ connectionCount: count, failedCount: count, sentBytes: count },
          ...{ receivedBytes: count, firstSeen: z.string().nullable() },
          citation: eventCitation,
        }),
      ),
    }),
  ),
});

const input = z.strictObject({
  incidents: seen.describe("Output of a step that uses waggle.incidents"),
  history: history.nullable().optional().describe("Output of tetragon.syscall_history"),
  connections: connections.nullable().optional().describe("Output of net.tcp_stats"),
  agent: z
    .enum(Object.keys(agents) as ["rules"])
    .optional()
    .describe("Who judges; rules when left out"),
});

export const classifyIncidents: StepUse<z.infer<typeof input>, ClassifyOutput> = {
  name: "classify",
  type: "agent",
  summary: "what happened, how it began, what to do, how sure: each item cited",
  input,
  trustedKeys: ["agent"],
  readsActs: false,
  run: async (values) => {
    const { incidents, history: acts = null, connections: talks = null } = values;
    const material = { seen: incidents, history: acts, connections: talks };
    return agents[values.agent ?? "rules"].classify(material as unknown as ClassifyMaterial);
  },
  describe: ({ verdict, incidents, confidence, headline }) =>
    verdict === "no-incident"
      ? `no incident (${confidence} confidence)`
      : `${plural(incidents.length, "incident")}; gravest: ${headline} (${confidence} confidence)`,
};

/**
 * Holds the operation `inspect`: what is in these files.
 * In: files of any kind that waggle reads. Out: for events types, policies, containers, time span
 * and losses; for documents what they count; problems of all with their first place.
 * Must never judge.
 */
import * as z from "zod";
import { formatTime } from "../core/event/format-time.ts";
import { type Problem, ProblemLog } from "../core/event/problem.ts";
import type { CoverageFact, LossFact } from "../core/observe/fact.ts";
import type { InputSummary } from "../core/report/report.ts";
import { describeEventFile, type EventFile } from "./describe-event-file.ts";
import { kindOf } from "./list-events.ts";
import { loadCluster } from "./load-cluster.ts";
import { type KnownFile, loadDocuments } from "./load-documents.ts";
import { observeEvents } from "./observe-inputs.ts";
import type { Operation, OperationContext } from "./operation.ts";
import { listFiles } from "./read-text.ts";
import { eventFields, resolveSources } from "./sources.ts";

const input = z.strictObject({
  files: z
    .array(z.string().min(1))
    .min(1)
    .max(10_000)
    .describe(
      "Events, SBOMs, scans, policies, metrics, objects of the cluster, lists of containers or " +
        "processes, KEV, EPSS, saved reports; files or directories",
    ),
  since: eventFields.since,
  until: eventFields.until,
});

export interface SensorSummary {
  readonly node: string;
  readonly sensor: string;
  readonly policy: string;
  readonly basis: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly eventCount: number;
  readonly pathPrefixes: readonly string[];
  readonly limits: readonly string[];
}

export interface LossSummary {
  readonly node: string;
  readonly container: string;
  readonly reason: string;
  readonly count: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly detail: string;
}

export interface Inspection {
  readonly eventFiles: readonly EventFile[];
  readonly documents: readonly InputSummary[];
  readonly sensors: readonly SensorSummary[];
  readonly losses: readonly LossSummary[];
  readonly problems: readonly Problem[];
}

export const inspect: Operation<z.infer<typeof input>, Inspection> = {
  name: "inspect",
  summary: "tell what is in recordings and documents",
  description:
    "Reads files of any kind that waggle knows and tells what is in them: types of events, " +
    "policies, containers, time span, what was lost, what is unknown or broken and where. " +
    "Policies and metrics given along are used to tell what could be seen and what was lost.",
  effect: "read",
  input,
  run: async (given, context) => {
    const problems = new ProblemLog();
    const known: KnownFile[] = [];
    for (const file of await listFiles(context.files, given.files)) {
      const { name, sizeBytes } = file;
      known.push({ name, kind: await kindOf(context.files, file), sizeBytes });
    }
    const documents = await loadDocuments(
      known.filter(({ kind }) => kind !== "events"),
      context,
      problems,
    );
    const events = namesOf(known, "events");
    const seen =
      events.length === 0
        ? { eventFiles: [], sensors: [], losses: [] }
        : await inspectEvents({ ...given, events }, known, { context, problems });
    return { ...seen, documents, problems: problems.list() };
  },
};

async function inspectEvents(
  given: { events: string[]; since?: string | undefined; until?: string | undefined },
  known: readonly KnownFile[],
  with_: { readonly context: OperationContext; readonly problems: ProblemLog },
): Promise<Pick<Inspection, "eventFiles" | "sensors" | "losses">> {
  const { context, problems } = with_;
  const { events, since, until } = given;
  const sources = resolveSources({ events, since, until }, { file: "", config: {} });
  const documents = {
    k8s: [],
    containers: [],
    policies: namesOf(known, "policies"),
    tetragonMetrics: namesOf(known, "metrics"),
  };
  const cluster = await loadCluster(documents, context, new ProblemLog());
  const { facts, recording } = await observeEvents({ sources, cluster }, context, problems);
  return {
    eventFiles: recording.inputs.map(describeEventFile),
    sensors: facts.coverage.map(describeSensor),
    losses: facts.losses.map(describeLoss),
  };
}

function namesOf(known: readonly KnownFile[], wanted: string): string[] {
  return known.filter(({ kind }) => kind === wanted).map(({ name }) => name);
}

function describeSensor(fact: CoverageFact): SensorSummary {
  const { node, sensor, policy, basis, eventCount, pathPrefixes, limits } = fact;
  const from = formatTime(fact.sinceUs);
  const to = formatTime(fact.untilUs);
  return { node, sensor, policy, basis, from, to, eventCount, pathPrefixes, limits };
}

function describeLoss(fact: LossFact): LossSummary {
  const { node, container, reason, count, detail } = fact;
  const from = formatTime(fact.sinceUs);
  const to = formatTime(fact.untilUs);
  return { node, container, reason, count, from, to, detail };
}

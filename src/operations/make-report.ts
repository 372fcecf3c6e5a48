/**
 * Holds the making of a report: load, observe, judge.
 * In: the sources as given, the settings. Out: the report.
 * Must never render, and never read a clock.
 */
import { ProblemLog } from "../core/event/problem.ts";
import { judge } from "../core/judge/judge.ts";
import { buildReport } from "../core/report/build-report.ts";
import type { InputSummary, Report } from "../core/report/report.ts";
import { judgeSettings, readPins, readSigned } from "./judge-settings.ts";
import { loadCluster } from "./load-cluster.ts";
import { loadEnrichedInventory, noteStaleCatalogues } from "./load-enrichment.ts";
import { loadProcesses } from "./load-processes.ts";
import { observeSources, windowOf } from "./observe-sources.ts";
import type { OperationContext, Settings } from "./operation.ts";
import { resolveSources, type SourceInput } from "./sources.ts";
import { addStateSources } from "./state-sources.ts";

/** **Order**: documents first, so that a wrong path is told before a long recording is read. */
export async function makeReport(input: SourceInput, context: OperationContext): Promise<Report> {
  const problems = new ProblemLog();
  const sources = await addStateSources(resolveSources(input, context.settings), context);
  await Promise.all(sources.events.map((name) => context.files.list(name)));
  const cluster = await loadCluster(sources, context, problems);
  const inventory = await loadEnrichedInventory(sources, context, problems);
  const { facts, recording, decisions } = await observeSources(
    { sources, cluster },
    context,
    problems,
  );
  const events = recording.inputs;
  const emit = facts.add.bind(facts);
  const dumps = { names: sources.processes, firstIndex: events.length, emit };
  const { inputs: processes, timesUs } = await loadProcesses(dumps, context, problems);
  const judgement = judge({
    facts,
    identities: cluster.identities,
    sboms: inventory.sboms,
    scans: inventory.scans,
    byHand: inventory.byHand,
    inputNames: [...events, ...processes].map(({ name }) => name),
    settings: judgeSettings(context.settings),
    cluster: cluster.view,
    pins: readPins(context.settings),
    problems,
  });
  const window = windowOf(recording, timesUs);
  const signed = readSigned(context.settings, context.now, window.toUs);
  noteStaleCatalogues(inventory.inputs, window.toUs, problems);
  return buildReport({
    judgement,
    signed: { ...signed, decisions: [...signed.decisions, ...decisions] },
    inputs: [
      ...events,
      ...processes,
      ...inventory.inputs,
      ...cluster.inputs,
      ...configInput(context.settings),
    ],
    window,
    generatedAt: context.now ?? null,
    problems,
  });
}

/** A configuration that was found and not named still shows in the report: it decides. */
function configInput({ file, config }: Settings): readonly InputSummary[] {
  if (file === "") return [];
  const count = Object.keys(config).length;
  return [{ name: file, role: "config", format: "yaml", sizeBytes: -1, count, details: {} }];
}

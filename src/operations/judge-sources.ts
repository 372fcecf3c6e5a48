/**
 * Holds the way from sources to a judgement: load, observe, judge. Reports and incidents stand on
 * the same one.
 * In: the sources as given, the settings. Out: facts, what was judged of them, what was read.
 * Must never render, and never read a clock.
 */
import { ProblemLog } from "../core/event/problem.ts";
import { type Judgement, judge } from "../core/judge/judge.ts";
import type { Detector } from "../core/observe/detect/detector.ts";
import type { InputSummary } from "../core/report/report.ts";
import { judgeSettings, readPins } from "./judge-settings.ts";
import { type ClusterDocuments, loadCluster } from "./load-cluster.ts";
import { loadEnrichedInventory, noteStaleCatalogues } from "./load-enrichment.ts";
import { loadProcesses } from "./load-processes.ts";
import { observeSources, windowOf } from "./observe-sources.ts";
import type { OperationContext } from "./operation.ts";
import { resolveSources, type SourceInput } from "./sources.ts";
import { addStateSources } from "./state-sources.ts";

type Observed = Awaited<ReturnType<typeof observeSources>>;

export interface JudgedSources {
  readonly facts: Observed["facts"];
  readonly cluster: ClusterDocuments;
  readonly judgement: Judgement;
  /** What people signed beside the state; the configuration's are not among them. */
  readonly decisions: Observed["decisions"];
  /** **Order**: events, listings of processes, then documents. */
  readonly inputs: readonly InputSummary[];
  /** Names of the inputs, at the index that citations carry. */
  readonly inputNames: readonly string[];
  readonly window: ReturnType<typeof windowOf>;
  readonly problems: ProblemLog;
}

/** **Order**: documents first, so that a wrong path is told before a long recording is read. */
export async function judgeSources(
  input: SourceInput,
  context: OperationContext,
  detectors: readonly Detector<unknown>[] = [],
): Promise<JudgedSources> {
  const problems = new ProblemLog();
  const sources = await addStateSources(resolveSources(input, context.settings), context);
  await Promise.all(sources.events.map((name) => context.files.list(name)));
  const cluster = await loadCluster(sources, context, problems);
  const inventory = await loadEnrichedInventory(sources, context, problems);
  const { facts, recording, decisions } = await observeSources(
    { sources, cluster, detectors },
    context,
    problems,
  );
  const events = recording.inputs;
  const emit = facts.add.bind(facts);
  const dumps = { names: sources.processes, firstIndex: events.length, emit };
  const { inputs: processes, timesUs } = await loadProcesses(dumps, context, problems);
  const inputNames = [...events, ...processes].map(({ name }) => name);
  const judgement = judge({
    facts,
    identities: cluster.identities,
    sboms: inventory.sboms,
    scans: inventory.scans,
    byHand: inventory.byHand,
    inputNames,
    settings: judgeSettings(context.settings),
    cluster: cluster.view,
    pins: readPins(context.settings),
    problems,
  });
  const window = windowOf(recording, timesUs);
  noteStaleCatalogues(inventory.inputs, window.toUs, problems);
  const inputs = [...events, ...processes, ...inventory.inputs, ...cluster.inputs];
  return { facts, cluster, judgement, decisions, inputs, inputNames, window, problems };
}

/**
 * Holds the running of a daemon: its parts side by side, and its end.
 * In: an opened daemon. Out: what it did, when it was asked to end. If one part fails for good, all
 * are ended in order and the failure is told.
 */
import type { Fact } from "../../core/observe/fact.ts";
import type { EventSource } from "../../ports/event-source.ts";
import type { RunningServer } from "../../ports/status-server.ts";
import { recordingSetting } from "../observe-state.ts";
import { summarizeEvents } from "../read-recording.ts";
import { followCluster } from "./follow-cluster.ts";
import { keepOnce, keepRegularly } from "./keep-regularly.ts";
import { type Daemon, loadLiveOptions } from "./open-daemon.ts";
import { pumpSource } from "./pump-source.ts";
import { ReportWriter } from "./report-writer.ts";
import { scrapeLosses } from "./scrape-losses.ts";
import { statusPages } from "./status-pages.ts";
import { takeInbox } from "./take-inbox.ts";
import { tidyState } from "./tidy-state.ts";

export interface RunSummary {
  readonly state: string;
  readonly eventCount: number;
  readonly writtenFactCount: number;
  readonly reportCount: number;
  /** **Unit**: seconds that it ran. */
  readonly seconds: number;
}

export async function runDaemon(daemon: Daemon): Promise<RunSummary> {
  const { context, log, settings, health, observation, keeper } = daemon;
  const { clock } = context.outside.services;
  const startedMs = clock.elapsedMs();
  const ending = new AbortController();
  const end = () => ending.abort();
  context.signal.addEventListener("abort", end, { once: true });
  if (context.signal.aborted) end();
  const server = await serveStatus(daemon);
  const run = new Run(daemon, ending);
  log.info("waggle runs.", {
    state: settings.state,
    sources: daemon.sources.map(({ name }) => name),
  });
  try {
    await run.until();
  } finally {
    end();
    context.signal.removeEventListener("abort", end);
    await server?.close();
    await closeDaemon(daemon);
  }
  const seconds = (clock.elapsedMs() - startedMs) / 1000;
  log.info("waggle ended.", { events: observation.eventCount, seconds: Math.round(seconds) });
  return {
    state: settings.state,
    eventCount: observation.eventCount,
    writtenFactCount: keeper.writtenCount,
    reportCount: health.counted("reports"),
    seconds,
  };
}

/** Everything that was seen is put away before anything is closed. */
async function closeDaemon(daemon: Daemon): Promise<void> {
  const { archive, store, log, context, health, keeper } = daemon;
  const { clock } = context.outside.services;
  await keepOnce({ keeper, clock, log, health, onFacts: async () => {} }, "final");
  await keepRecording(daemon);
  await archive?.close();
  await store.close();
}

async function serveStatus(daemon: Daemon): Promise<RunningServer | undefined> {
  const { settings, context, sources } = daemon;
  if (settings.status === "") return undefined;
  const { clock, statusServer } = context.outside.services;
  const pages = statusPages({ ...daemon, clock, sources: () => sources, startedUs: clock.nowUs() });
  const server = await (await statusServer()).listen(settings.status, pages);
  daemon.log.info("Status pages are served.", { address: server.address });
  return server;
}

/** What was read until now, for reports from the state. */
async function keepRecording({ observation, store, problems }: Daemon): Promise<void> {
  const inputs = observation.inputs();
  const firsts = inputs.map(({ firstUs }) => firstUs).filter((us) => us > 0);
  const recording = {
    fromUs: firsts.length === 0 ? 0 : Math.min(...firsts),
    toUs: observation.timeUs,
    eventCount: observation.eventCount,
    problems: problems.list(),
    inputs: inputs.map(summarizeEvents),
  };
  await store.settings.set(recordingSetting, JSON.stringify(recording));
}

/** **Unit**: milliseconds. */
const lettersMs = 2000;

class Run {
  private readonly daemon: Daemon;
  private readonly ending: AbortController;
  private readonly reports: ReportWriter;

  constructor(daemon: Daemon, ending: AbortController) {
    this.daemon = daemon;
    this.ending = ending;
    this.reports = new ReportWriter(daemon, ending.signal);
  }

  async until(): Promise<void> {
    const { signal } = this.ending;
    const { daemon } = this;
    const parts = [
      ...daemon.sources.map((source) => this.pump(source)),
      this.keep(),
      this.scrape(),
      this.cluster(),
      this.reports.run(),
      this.letters(),
      tidyState(daemon, signal),
    ];
    signal.addEventListener("abort", () => {
      for (const source of daemon.sources) source.stop();
    });
    if (signal.aborted) for (const source of daemon.sources) source.stop();
    // The first that fails ends all; its failure is told when all have ended.
    const guarded = parts.map((part) =>
      part.catch((error: unknown) => {
        this.ending.abort();
        throw error;
      }),
    );
    const results = await Promise.allSettled(guarded);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  private pump(source: EventSource): Promise<void> {
    const { positions, observation, log, health, context } = this.daemon;
    const { clock } = context.outside.services;
    const position = positions[source.name];
    return pumpSource({ source, position, observation, clock, log, health });
  }

  private keep(): Promise<void> {
    const { keeper, log, health, context, store } = this.daemon;
    const { clock } = context.outside.services;
    const { signal } = this.ending;
    const onFacts = async (facts: readonly Fact[]): Promise<void> => {
      this.reports.noteFacts(facts);
      await keepRecording({ ...this.daemon, store });
    };
    return keepRegularly({ keeper, clock, log, health, signal, onFacts });
  }

  private scrape(): Promise<void> {
    const { settings, observation, log, health, context } = this.daemon;
    const { clock } = context.outside.services;
    return scrapeLosses({
      urls: settings.metricsUrls,
      scrape: (url) => context.outside.sources.scrape(url),
      onLosses: (losses) => observation.returnSettled(losses),
      ...{ clock, log, health, signal: this.ending.signal },
    });
  }

  /** What people decide while this daemon holds the directory. */
  private async letters(): Promise<void> {
    const { settings, context, store, log } = this.daemon;
    const { signal } = this.ending;
    while (!signal.aborted) {
      await context.outside.services.clock.wait(lettersMs, signal);
      if (signal.aborted) return;
      const { notes, refused } = await takeInbox(settings.state, context.files, store.notes);
      for (const { id, by } of notes) log.info("A person decided.", { note: id, by });
      for (const why of refused) log.warn("A file of the inbox was refused.", { why });
      if (notes.length > 0) this.reports.note("person");
    }
  }

  private async cluster(): Promise<void> {
    const { settings, context, log, health, observation } = this.daemon;
    if (settings.kubeconfig === undefined) return;
    const { clock } = context.outside.services;
    const watch = await context.outside.sources.cluster(settings.kubeconfig);
    await followCluster({
      ...{ watch, clock, log, health, signal: this.ending.signal },
      ...{ files: context.files, state: settings.state },
      onChange: async () => {
        observation.reconfigure(await loadLiveOptions(settings, context));
        this.reports.note("cluster");
      },
    });
  }
}

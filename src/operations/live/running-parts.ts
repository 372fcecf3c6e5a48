/**
 * Holds the parts of a daemon side by side.
 * In: an opened daemon. Out: nothing, once all have ended: by the signal, or because one failed for
 * good. Must never wait for a part that does not end.
 */
import type { EventSource } from "../../ports/event-source.ts";
import type { Daemon } from "./daemon.ts";
import { followInbox } from "./follow-inbox.ts";
import { keepAll, type OnBatch } from "./keep-all.ts";
import { pumpSource } from "./pump-source.ts";
import { ReportWriter } from "./report-writer.ts";
import { WorkflowRunner } from "./run-workflows.ts";
import { scanRegularly } from "./scan-regularly.ts";
import { scrapeLosses } from "./scrape-losses.ts";
import { PeopleTeller } from "./tell-people.ts";
import { tidyState } from "./tidy-state.ts";
import { IncidentWatch } from "./watch-incidents.ts";
import { type TetragonHooks, tetragonParts } from "./watch-tetragons.ts";

/** **Unit**: milliseconds; a service has ten seconds in all, and must still put facts away. */
const endMs = 6000;

/** Asked to end by `ending`, which the failure of a part gives too. */
export class RunningParts {
  readonly reports: ReportWriter;
  readonly incidents: IncidentWatch;
  readonly people: PeopleTeller;
  readonly workflows: WorkflowRunner;
  private readonly daemon: Daemon;
  private readonly ending: AbortController;
  private readonly open = new Set<string>();
  /** Of sources that came later. */
  private readonly found: Promise<void>[] = [];
  private failure: { readonly error: unknown } | undefined;

  constructor(daemon: Daemon, ending: AbortController) {
    this.daemon = daemon;
    this.ending = ending;
    this.reports = new ReportWriter(daemon, ending.signal, () => this.incidents.stir());
    this.incidents = new IncidentWatch(daemon, {
      take: (notice) => this.people.take(notice),
      onHappened: (incident) => this.workflows.note(incident),
      onGrave: () => this.reports.note("incident"),
    });
    this.workflows = new WorkflowRunner(daemon);
    this.people = new PeopleTeller(daemon, this.incidents.places.rolesOf);
  }

  /** **Errors**: throws what the first part that failed threw, when all have ended. */
  async untilEnded(): Promise<void> {
    const { signal } = this.ending;
    const stop = () => {
      for (const source of this.daemon.sources) source.stop();
    };
    const asked = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => asked.resolve(), { once: true });
    if (signal.aborted) asked.resolve();
    const ended = Promise.all(this.begin()).then(() => Promise.all(this.found));
    await asked.promise;
    stop();
    const over = new AbortController();
    const { clock } = this.daemon.context.outside.services;
    await Promise.race([ended.then(() => over.abort()), clock.wait(endMs, over.signal)]);
    if (this.open.size > 0) {
      this.daemon.log.warn("Parts did not end in time.", { parts: [...this.open] });
    }
    if (this.failure !== undefined) throw this.failure.error;
  }

  private begin(): readonly Promise<void>[] {
    const { daemon, reports, incidents, people } = this;
    const { signal } = this.ending;
    return [
      ...daemon.sources.map((source) =>
        this.guard(`source ${source.name}`, () => this.pump(source)),
      ),
      this.guard("facts", () => keepAll(daemon, (batch) => this.noteBatch(batch), signal)),
      this.guard("metrics", () => this.scrape()),
      ...tetragonParts(daemon, this.hooks(), signal).map(({ name, work }) =>
        this.guard(name, work),
      ),
      this.guard("inbox", () => followInbox(daemon, () => this.notePerson(), signal)),
      this.guard("scans", () => scanRegularly(daemon, () => reports.note("scan"), signal)),
      this.guard("reports", () => reports.run()),
      this.guard("incidents", () => incidents.run(signal)),
      this.guard("people", () => people.run(signal)),
      this.guard("workflows", () => this.workflows.run(signal)),
      this.guard("tidying", () => this.tidy()),
    ];
  }

  private tidy(): Promise<void> {
    const { daemon, incidents } = this;
    const onForgotten = () => incidents.reload();
    const isIncidentKept = (id: string) => incidents.isKept(id);
    return tidyState(daemon, { onForgotten, isIncidentKept }, this.ending.signal);
  }

  /** The first that fails ends all. */
  private async guard(name: string, work: () => Promise<void>): Promise<void> {
    this.open.add(name);
    try {
      await work();
    } catch (error) {
      this.failure ??= { error };
      this.ending.abort();
    } finally {
      this.open.delete(name);
    }
  }

  /** The configuration is another. */
  noteSettings({ isJudged, isTold }: { isJudged: boolean; isTold: boolean }): void {
    if (isJudged) this.reports.note("configuration");
    if (!isTold) return;
    this.people.reopen();
    this.incidents.remind();
  }

  private noteBatch(batch: Parameters<OnBatch>[0]): void {
    this.reports.noteFacts(batch.facts);
    this.incidents.noteBatch(batch);
  }

  private notePerson(): void {
    this.reports.note("person");
    this.incidents.stir();
  }

  private hooks(): TetragonHooks {
    return {
      onChange: () => this.reports.note("cluster"),
      begin: (source) => {
        this.found.push(this.guard(`source ${source.name}`, () => this.pump(source)));
      },
    };
  }

  private pump(source: EventSource): Promise<void> {
    const { positions, observation, log, health, context } = this.daemon;
    const { clock } = context.outside.services;
    const position = positions[source.name];
    return pumpSource({ source, position, observation, clock, log, health });
  }

  private scrape(): Promise<void> {
    const { settings, observation, log, health, context } = this.daemon;
    const { clock } = context.outside.services;
    return scrapeLosses({
      urls: settings.metricsUrls,
      scrape: (url) => context.outside.sources.scrape(url),
      onLosses: (losses) => observation.returnSettled(losses),
      areBrokenNamed: () => doAllList(this.daemon),
      ...{ clock, log, health, signal: this.ending.signal },
    });
  }
}

/** Whether all that is read comes from servers that list their policies. */
function doAllList({ sources, health }: Daemon): boolean {
  const serverPrefix = "tetragon:";
  return sources.every(
    ({ name }) =>
      name.startsWith(serverPrefix) && health.listingServers.has(name.slice(serverPrefix.length)),
  );
}

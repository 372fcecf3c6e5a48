/**
 * Holds the writing of reports by a daemon: when something that matters changed, and by a schedule.
 * In: facts as they are put away, what else stirs. Out: reports in the store and at the sinks, with
 * the changes that each tells. Must never stop the daemon: what fails is told and tried again.
 */
import { formatTime } from "../../core/event/format-time.ts";
import { judgeStandings } from "../../core/judge/change/judge-standing.ts";
import { classifyFile } from "../../core/judge/file-class.ts";
import type { ContainerFact, CoverageFact, Fact, FileUseFact } from "../../core/observe/fact.ts";
import type { ReportMaker } from "../../ports/report-maker.ts";
import type { Sink } from "../../ports/sink.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { readSigned } from "../judge-settings.ts";
import { readReport } from "../load-report.ts";
import {
  chooseTrigger,
  createTriggers,
  noteFacts,
  type StirKind,
  settleTriggers,
  stir,
  type TriggerSettings,
} from "./choose-trigger.ts";
import { deliverReport } from "./deliver-report.ts";
import type { Daemon } from "./open-daemon.ts";
import { type RecordedReport, recordReport } from "./record-report.ts";

/** **Unit**: milliseconds. */
const askMs = 1000;
const retryMs = { least: 30_000, most: 3_600_000 } as const;
const containerCountMax = 20_000;

export class ReportWriter {
  private readonly daemon: Daemon;
  private readonly signal: AbortSignal;
  private readonly triggers: ReturnType<typeof createTriggers>;
  private readonly containers = new Map<string, ContainerFact>();
  private readonly coverage = new Map<string, CoverageFact>();
  private readonly settings: TriggerSettings;
  /** Not before: after a failure, or after reports that told nothing new. */
  private notBeforeMs = 0;
  private fruitlessCount = 0;
  private maker: ReportMaker | undefined;
  private sinks: readonly Sink[] = [];

  constructor(daemon: Daemon, signal: AbortSignal) {
    this.daemon = daemon;
    this.signal = signal;
    const { scheduleUs, settleUs } = daemon.settings;
    const quietMs = settleUs / 1000;
    this.settings = { quietMs, delayMsMax: quietMs * 6, scheduleMs: scheduleUs / 1000 };
    this.triggers = createTriggers(this.nowMs());
  }

  noteFacts(facts: readonly Fact[]): void {
    for (const fact of facts) {
      if (fact.kind === "container") keep(this.containers, fact.container, fact);
      else if (fact.kind === "coverage") {
        keep(this.coverage, `${fact.node} ${fact.sensor} ${fact.policy}`, fact);
      }
    }
    noteFacts(this.triggers, facts, { nowMs: this.nowMs(), matters: isCode });
  }

  note(kind: StirKind): void {
    stir(this.triggers, kind, this.nowMs());
  }

  async run(): Promise<void> {
    const { context, settings, store } = this.daemon;
    const { services } = context.outside;
    this.maker = await services.reportMaker();
    this.sinks = await Promise.all(settings.sinks.map((target) => services.sink(target)));
    for await (const fact of store.facts.facts()) this.noteFacts([fact]);
    const [latest] = await store.history.reports(1);
    // What was known before the last report is no news; without one all of it is.
    if (latest !== undefined) settleTriggers(this.triggers, this.nowMs());
    while (!this.signal.aborted) {
      await services.clock.wait(askMs, this.signal);
      const nowMs = this.nowMs();
      if (this.signal.aborted || nowMs < this.notBeforeMs) continue;
      const { isDue, because } = chooseTrigger(this.triggers, nowMs, this.settings);
      if (isDue) await this.write(because);
    }
  }

  private nowMs(): number {
    return this.daemon.context.outside.services.clock.elapsedMs();
  }

  private async write(trigger: string): Promise<void> {
    const { log, health, context } = this.daemon;
    const { clock } = context.outside.services;
    settleTriggers(this.triggers, this.nowMs());
    const startedMs = this.nowMs();
    try {
      const recorded = await this.make(trigger);
      health.count("reports");
      health.note("reports", true, "", clock.nowUs());
      const ms = Math.round(this.nowMs() - startedMs);
      log.info("A report was written.", { trigger, changes: recorded.changes.length, ms });
      this.pace(recorded.changes.length > 0);
    } catch (error) {
      if (this.signal.aborted) return;
      if (!(error instanceof WaggleError)) throw error;
      health.count("report-failures");
      health.note("reports", false, error.message, clock.nowUs());
      log.error("A report could not be made; tried again.", { trigger, why: error.message });
      this.note("cluster");
      this.pace(false);
    }
  }

  /** Reports that tell nothing new come ever less often, up to one an hour. */
  private pace(isFruitful: boolean): void {
    this.fruitlessCount = isFruitful ? 0 : this.fruitlessCount + 1;
    const waitMs = isFruitful ? 0 : retryMs.least * 2 ** Math.min(this.fruitlessCount, 10);
    this.notBeforeMs = this.nowMs() + Math.min(waitMs, retryMs.most);
  }

  private async make(trigger: string): Promise<RecordedReport> {
    const { context, store, settings } = this.daemon;
    const nowUs = context.outside.services.clock.nowUs();
    const body = await this.requireMaker().make(this.words(nowUs), this.signal);
    const report = await readReport(body, "the report that was made");
    const { decisions } = readSigned(context.settings, undefined, nowUs);
    const recorded = await recordReport({
      ...{ store, report, trigger, timeUs: nowUs, configured: decisions },
      standings: judgeStandings({
        containers: [...this.containers.values()],
        coverage: [...this.coverage.values()],
        // Events have a time of their own: a recording that is replayed is of another day.
        nowUs: this.daemon.observation.timeUs,
      }),
    });
    const { changes, id } = recorded;
    await deliverReport({ report, id, trigger, changes }, this.sinks, this.daemon);
    if (recorded.previousLost !== "") {
      this.daemon.log.warn("The report before could not be compared.", {
        why: recorded.previousLost,
        state: settings.state,
      });
    }
    return recorded;
  }

  private words(nowUs: number): readonly string[] {
    const { settings, context } = this.daemon;
    const { file } = context.settings;
    const time = formatTime(nowUs);
    return [
      ...["report", "--state", settings.state, "--format", "json"],
      ...(file === "" ? [] : ["--config", file]),
      ...(time === null ? [] : ["--now", time]),
    ];
  }

  private requireMaker(): ReportMaker {
    if (this.maker !== undefined) return this.maker;
    throw new Error("reports are made after `run` began");
  }
}

/** What a server reads and writes all day is no news; code that was not used before is. */
function isCode({ path, how }: FileUseFact): boolean {
  if (how === "executed" || how === "mapped") return true;
  const { kind } = classifyFile(path, undefined);
  return kind === "interpreted" || kind === "archive";
}

/** The oldest goes when it is too many. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= containerCountMax) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}

/**
 * Holds the writing of reports by a daemon: when something that matters changed, and by a schedule.
 * In: facts as they are put away, what else stirs. Out: reports in the store and at the sinks, made
 * by a process of its own. Must never stop the daemon: what fails is told and tried again.
 */
import * as z from "zod";
import { formatTime } from "../../core/event/format-time.ts";
import { classifyFile } from "../../core/judge/file-class.ts";
import type { Fact, FileUseFact } from "../../core/observe/fact.ts";
import { containerOfFact } from "../../core/observe/fact-key.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import {
  chooseTrigger,
  createTriggers,
  noteFacts,
  type StirKind,
  settleTriggers,
  stir,
  type TriggerSettings,
} from "./choose-trigger.ts";
import type { Daemon } from "./daemon.ts";

/** **Unit**: milliseconds. */
const askMs = 1000;
const retryMs = { least: 30_000, most: 3_600_000 } as const;

/** **Unit**: facts of the store that wait for their container. */
const earlyCountMax = 50_000;

/** Of the store: set while something stirred that no report told yet. */
const dueSetting = "report-due";

/** What `record` prints; the changes are in the store. */
const recordedSchema = z.object({
  id: z.string(),
  findingCount: z.number(),
  changes: z.array(z.unknown()),
  previousLost: z.string(),
  deliveries: z.array(z.object({ sink: z.string(), error: z.string() })),
});
type Recorded = z.infer<typeof recordedSchema>;

export class ReportWriter {
  private readonly daemon: Daemon;
  private readonly signal: AbortSignal;
  private readonly onWritten: () => void;
  private readonly triggers: ReturnType<typeof createTriggers>;
  /** Not before: after a failure, or after reports that told nothing new. */
  private notBeforeMs = 0;
  private fruitlessCount = 0;
  private isDueKept = false;

  constructor(daemon: Daemon, signal: AbortSignal, onWritten: () => void = () => {}) {
    this.daemon = daemon;
    this.signal = signal;
    this.onWritten = onWritten;
    this.triggers = createTriggers(this.nowMs());
  }

  noteFacts(facts: readonly Fact[]): void {
    noteFacts(this.triggers, facts, { nowMs: this.nowMs(), matters: isCode });
  }

  note(kind: StirKind): void {
    stir(this.triggers, kind, this.nowMs());
  }

  /** Ends when the signal is given. **Errors**: what reading the store at first throws. */
  async run(): Promise<void> {
    const { clock } = this.daemon.context.outside.services;
    await this.recall();
    while (!this.signal.aborted) {
      await clock.wait(askMs, this.signal);
      if (this.signal.aborted) return;
      await this.keepDue();
      const nowMs = this.nowMs();
      if (nowMs < this.notBeforeMs && !this.isPressing()) continue;
      const { isDue, because } = chooseTrigger(this.triggers, nowMs, this.settings());
      if (isDue) await this.write(because);
    }
  }

  /** What was known before the last report is no news; without one all of it is. */
  private async recall(): Promise<void> {
    const { context, store } = this.daemon;
    // What a container is may come after what happened in it.
    const early: Fact[] = [];
    for await (const fact of store.facts.facts()) {
      const isKnown = this.triggers.subjects.has(containerOfFact(fact));
      if (isKnown || fact.kind === "container") this.noteFacts([fact]);
      else early.push(fact);
      if (early.length >= earlyCountMax) this.noteFacts(early.splice(0));
    }
    this.noteFacts(early);
    const [latest] = await store.history.reports(1);
    if (latest === undefined) return;
    const ageUs = context.outside.services.clock.nowUs() - latest.timeUs;
    settleTriggers(this.triggers, this.nowMs() - Math.max(0, ageUs) / 1000);
    this.isDueKept = (await store.settings.get(dueSetting)) === "yes";
    if (this.isDueKept) this.note("restart");
  }

  /** A daemon that ends before the report is written must not forget that one is due. */
  private async keepDue(): Promise<void> {
    const isDue = this.triggers.firstMs >= 0;
    if (isDue === this.isDueKept) return;
    try {
      await this.daemon.store.settings.set(dueSetting, isDue ? "yes" : "no");
      this.isDueKept = isDue;
    } catch (error) {
      // The next batch of facts meets the same trouble, and tells it.
      if (!(error instanceof WaggleError)) throw error;
    }
  }

  /** As they are now: they may be read again while the daemon runs. */
  private settings(): TriggerSettings {
    const { scheduleUs, settleUs } = this.daemon.settings;
    const quietMs = settleUs / 1000;
    return { quietMs, delayMsMax: quietMs * 6, scheduleMs: scheduleUs / 1000 };
  }

  /** More than code that was not used before, which a busy service has news of all day. */
  private isPressing(): boolean {
    const { counts } = this.triggers;
    const others = Object.entries(counts).filter(([kind]) => kind !== "use" && kind !== "retry");
    return others.some(([, count]) => count > 0);
  }

  private nowMs(): number {
    return this.daemon.context.outside.services.clock.elapsedMs();
  }

  private async write(trigger: string): Promise<void> {
    const { log, health, context } = this.daemon;
    const { clock } = context.outside.services;
    settleTriggers(this.triggers, this.nowMs());
    const startedMs = this.nowMs();
    log.debug("A report is being made.", { trigger });
    try {
      const recorded = await this.make(trigger);
      health.count("reports");
      health.note("reports", true, "", clock.nowUs());
      const ms = Math.round(this.nowMs() - startedMs);
      this.tell(recorded, { trigger, ms });
      this.pace(recorded.changes.length > 0);
      this.onWritten();
    } catch (error) {
      if (this.signal.aborted) return;
      if (!(error instanceof WaggleError)) throw error;
      health.count("report-failures");
      health.note("reports", false, error.message, clock.nowUs());
      log.error("A report could not be made; tried again.", { trigger, why: error.message });
      this.note("retry");
      this.pace(false);
    }
  }

  private tell(
    recorded: Recorded,
    fields: { readonly trigger: string; readonly ms: number },
  ): void {
    const { log, health, context } = this.daemon;
    const { clock } = context.outside.services;
    const { id, findingCount: findings, changes, previousLost, deliveries } = recorded;
    log.info("A report was written.", { ...fields, id, findings, changes: changes.length });
    if (previousLost !== "") {
      log.warn("The report before could not be compared.", { why: previousLost });
    }
    for (const { sink, error } of deliveries) {
      health.note(`sink ${sink}`, error === "", error, clock.nowUs());
      if (error === "") continue;
      health.count("lost-deliveries");
      log.error("A report was not delivered; it is in the state.", { sink, id, why: error });
    }
  }

  /** Reports that tell nothing new come ever less often, up to one an hour. */
  private pace(isFruitful: boolean): void {
    this.fruitlessCount = isFruitful ? 0 : this.fruitlessCount + 1;
    const waitMs = isFruitful ? 0 : retryMs.least * 2 ** Math.min(this.fruitlessCount, 10);
    this.notBeforeMs = this.nowMs() + Math.min(waitMs, retryMs.most);
  }

  private async make(trigger: string): Promise<Recorded> {
    const { services } = this.daemon.context.outside;
    const maker = await services.reportMaker();
    const text = await maker.make(this.words(trigger), this.signal);
    return readRecorded(text);
  }

  private words(trigger: string): readonly string[] {
    const { settings, context } = this.daemon;
    const { file } = context.settings;
    const time = formatTime(context.outside.services.clock.nowUs());
    return [
      ...["record", "--state", settings.state, "--beside", "--format", "json"],
      ...["--trigger", trigger],
      ...settings.sinks.flatMap((target) => ["--sink", target]),
      ...(file === "" ? [] : ["--config", file]),
      ...(time === null ? [] : ["--now", time]),
    ];
  }
}

/** **Errors**: `tool-failed`: the program may have been replaced while this one runs. */
function readRecorded(text: string): Recorded {
  try {
    return recordedSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = "The report was made, but what was said of it is not as expected.";
    throw new WaggleError("tool-failed", why, { cause });
  }
}

/** What a server reads and writes all day is no news; code that was not used before is. */
function isCode({ path, how }: FileUseFact): boolean {
  if (how === "executed" || how === "mapped") return true;
  const { kind } = classifyFile(path, undefined);
  return kind === "interpreted" || kind === "archive";
}

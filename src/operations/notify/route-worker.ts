/**
 * Holds telling one receiver: what waits, when it may go, trying again, giving up.
 * In: notices. Out: what the receiver took; dead letters of what it did not.
 * Must never lose a notice without counting it, nor wait for another route.
 */
import type { DeadLetter } from "../../ports/dead-letters.ts";
import { DeliveryError } from "../../ports/delivery-error.ts";
import type { Notice } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { acknowledgementNews } from "../detect/people-news.ts";
import { backOffMs, HourlyRate } from "./back-off.ts";
import { hears, isAtLeast } from "./choose-route.ts";
import { OpenAlerts } from "./open-alerts.ts";
import { type PendingNotice, PendingNotices } from "./pending-notices.ts";
import { quietForMs } from "./quiet-hours.ts";
import { leftToTell, type ToldNotice, toldBy } from "./told-notices.ts";
import type { RouteCounts, WorkerParts } from "./worker-parts.ts";

/** What dead letters say that only waited: a daemon sends them when it starts again. */
export const endedReason = "waggle ended before it could be sent";

const limits = { incidents: 1000, tries: 10, ageMs: 24 * 3_600_000, waitMs: 60_000 };
const rateDefault = 60;
/** **Unit**: milliseconds that the end may take. */
const endMs = 4000;

export class RouteWorker {
  readonly route: string;
  private readonly parts: WorkerParts;
  private readonly pending = new PendingNotices(limits.incidents);
  private readonly rate: HourlyRate;
  /** They become letters at the next step: here nothing may be waited for. */
  private readonly evicted: PendingNotice[] = [];
  private readonly open: OpenAlerts;
  private readonly own = { sent: 0, resent: 0, failed: 0, known: 0, deadLettered: 0, lost: 0 };
  private pausedUntilMs = 0;
  private upkeepDueMs = 0;
  private failureCount = 0;
  private underwayCount = 0;
  private nudge = new AbortController();

  constructor(parts: WorkerParts) {
    this.parts = parts;
    this.route = parts.route.name;
    this.open = new OpenAlerts(parts);
    this.rate = new HourlyRate(parts.route.ratePerHour ?? rateDefault);
  }

  get counts(): RouteCounts {
    const waiting = this.pending.size + this.evicted.length + this.underwayCount;
    return { ...this.own, waiting };
  }

  /** What the route hears waits for its turn. One that was told of an incident hears its end. */
  async take(notice: Notice): Promise<void> {
    if (await this.isHeard(notice)) this.put(notice);
  }

  /** `notices`: older than all that wait, so what waits joins them, not they it. */
  async takeUp(notices: readonly Notice[]): Promise<void> {
    const older: Notice[] = [];
    for (const notice of notices) if (await this.isHeard(notice)) older.push(notice);
    const newer = older.length === 0 ? [] : this.pending.drain();
    for (const notice of [...older, ...newer.map((entry) => entry.notice)]) this.put(notice);
  }

  private async isHeard(notice: Notice): Promise<boolean> {
    if (notice.kind === "test") return true;
    const { route, memory, rolesOf } = this.parts;
    const told = await memory.load(this.key(notice));
    const isTold = told !== undefined && told.kind !== "resolve";
    return isTold || hears(route, notice.incident, rolesOf);
  }

  private put(notice: Notice): void {
    if (this.parts.notifier.upkeep !== undefined) this.open.note(notice);
    this.evicted.push(...this.pending.put(notice, this.parts.clock.elapsedMs()));
    this.nudge.abort();
  }

  /** Until the signal is given; then once more what can go at once, and letters of the rest. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    while (!signal.aborted) {
      // Before looking: what comes while it looks must not be slept through.
      this.nudge = new AbortController();
      const waitMs = Math.min(await this.keepUp(signal), await this.step(signal));
      if (waitMs > 0) await clock.wait(waitMs, AbortSignal.any([signal, this.nudge.signal]));
    }
    await this.end();
  }

  /** Sends one, if one may go. **Unit**: milliseconds until the next may; 0 for at once. */
  async step(signal: AbortSignal): Promise<number> {
    const { clock, route } = this.parts;
    await this.bury(this.evicted.splice(0), "too many wait");
    const nowMs = clock.elapsedMs();
    if (nowMs < this.pausedUntilMs) return this.pausedUntilMs - nowMs;
    const quietMs = quietForMs(route.quietHours, clock.nowUs());
    const rateMs = this.rate.waitMs(nowMs);
    const loud = route.quietHours?.exceptSeverity;
    const isAllowed = ({ kind, incident }: Notice): boolean => {
      if (kind === "test") return true;
      const isLoud = loud !== undefined && isAtLeast(incident.severity, loud);
      return rateMs === 0 && (quietMs === 0 || isLoud);
    };
    const entry = this.pending.take(nowMs, isAllowed);
    if (entry !== undefined) {
      this.underwayCount += 1;
      await this.attempt(entry, signal);
      this.underwayCount -= 1;
      return 0;
    }
    const dueMs = this.pending.nextDueMs() - nowMs;
    const waits = [dueMs, quietMs, rateMs].filter((ms) => ms > 0);
    return Math.max(1, Math.min(limits.waitMs, ...waits));
  }

  /**
   * Sends again what is open, where the receiver needs it: no news, so quiet hours and the rate
   * are not asked. **Unit**: milliseconds until the next time.
   */
  private async keepUp(signal: AbortSignal): Promise<number> {
    const { clock, onPreview, notifier } = this.parts;
    const { upkeep } = notifier;
    if (upkeep === undefined || onPreview !== undefined || this.open.size === 0) return Infinity;
    const nowMs = clock.elapsedMs();
    const waitMs = Math.max(this.upkeepDueMs, this.pausedUntilMs) - nowMs;
    if (waitMs > 0) return waitMs;
    this.upkeepDueMs = nowMs + upkeep.everyMs;
    const notices = await this.open.list();
    if (notices.length === 0) return upkeep.everyMs;
    try {
      await upkeep.send(notices, signal);
      this.own.resent += notices.length;
      this.failureCount = 0;
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      if (!signal.aborted) this.failedUpkeep(error);
    }
    return upkeep.everyMs;
  }

  private failedUpkeep(error: WaggleError): void {
    const { log } = this.parts;
    this.own.failed += 1;
    this.failureCount += 1;
    if (error.retryable) this.pause(error);
    const tell = this.failureCount === 1 ? log.warn : log.debug;
    const fields = { route: this.route, why: error.message };
    tell.call(log, "Open alerts could not be sent again; it is tried again.", fields);
  }

  /** **Unit**: milliseconds that the route is left alone now. */
  private pause(error: WaggleError): number {
    const { clock, random } = this.parts;
    const pauseMs = backOffMs(this.failureCount, random(), askedMs(error));
    this.pausedUntilMs = clock.elapsedMs() + pauseMs;
    return pauseMs;
  }

  private async attempt(entry: PendingNotice, signal: AbortSignal): Promise<void> {
    const { memory, route, clock } = this.parts;
    const told = await memory.load(this.key(entry.notice));
    const notice = leftToTell(entry.notice, told);
    const kinds: readonly string[] | undefined = route.kinds;
    if (
      notice === undefined ||
      (notice.kind !== "test" && kinds?.includes(notice.kind) === false)
    ) {
      this.own.known += 1;
      return;
    }
    try {
      const thread = await this.send(notice, signal);
      this.own.sent += 1;
      this.failureCount = 0;
      this.rate.note(clock.elapsedMs());
      if (notice.kind !== "test") await this.remember(notice, thread, told);
      if (notice.kind === "open") this.catchUp(notice, told);
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      if (signal.aborted) this.pending.putBack(entry);
      else await this.failed(entry, error);
    }
  }

  /** A route that hears late missed who took it up. One that waits anyway is told once. */
  private catchUp({ incident, ...rest }: Notice, told: ToldNotice | undefined): void {
    if (incident.acknowledgement?.timeUs === told?.acknowledgedUs) return;
    const nowMs = this.parts.clock.elapsedMs();
    for (const missed of acknowledgementNews(undefined, incident)) {
      const notice = { ...rest, ...missed };
      this.pending.putBack({ notice, sinceMs: nowMs, dueMs: nowMs, tryCount: 0 });
    }
  }

  private async send(notice: Notice, signal: AbortSignal): Promise<string> {
    const { notifier, onPreview } = this.parts;
    if (onPreview === undefined) return (await notifier.send(notice, signal)).thread;
    onPreview(this.route, notifier.preview(notice));
    return "";
  }

  private async remember(
    notice: Notice,
    thread: string,
    before: ToldNotice | undefined,
  ): Promise<void> {
    const { memory, clock, log } = this.parts;
    try {
      await memory.save(
        this.key(notice),
        toldBy(notice, { thread, before, timeUs: clock.nowUs() }),
      );
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      log.error("What was told could not be written down.", {
        route: this.route,
        why: error.message,
      });
    }
  }

  private async failed(entry: PendingNotice, error: WaggleError): Promise<void> {
    const { clock, random, log } = this.parts;
    const nowMs = clock.elapsedMs();
    const tryCount = entry.tryCount + 1;
    this.own.failed += 1;
    this.failureCount += 1;
    const isOld = nowMs - entry.sinceMs > limits.ageMs && tryCount > 1;
    if (!error.retryable || tryCount >= limits.tries || isOld) {
      await this.bury([{ ...entry, tryCount }], error.message);
      return;
    }
    const ownMs = backOffMs(tryCount, random(), askedMs(error));
    const dueMs = nowMs + Math.max(this.pause(error), ownMs);
    this.pending.putBack({ ...entry, tryCount, dueMs });
    const fields = { route: this.route, incident: entry.notice.incident.id, tryCount };
    // Once for each time that it goes down; the counters tell the rest.
    const tell = this.failureCount === 1 ? log.warn : log.debug;
    tell.call(log, "A notice was not taken; it is tried again.", { ...fields, why: error.message });
  }

  private async bury(entries: readonly PendingNotice[], reason: string): Promise<void> {
    const { clock, log, onPreview } = this.parts;
    const dead = entries.filter(({ notice }) => notice.kind !== "test" && onPreview === undefined);
    if (dead.length === 0) return;
    const timeUs = clock.nowUs();
    const route = this.route;
    await this.keep(
      dead.map(({ notice, tryCount }) => ({ timeUs, route, reason, tryCount, notice })),
    );
    if (reason === endedReason) return;
    const incidents = dead.slice(0, 20).map(({ notice }) => notice.incident.id);
    log.error("Notices became dead letters.", { route, incidents, why: reason });
  }

  private async keep(letters: readonly DeadLetter[]): Promise<void> {
    const { deadLetters, log } = this.parts;
    this.own.deadLettered += letters.length;
    try {
      this.own.lost += await deadLetters.add(letters);
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      this.own.lost += letters.length;
      const fields = { route: this.route, count: letters.length, why: error.message };
      log.error("Dead letters could not be kept.", fields);
    }
  }

  private async end(): Promise<void> {
    const { clock } = this.parts;
    const over = new AbortController();
    const done = new AbortController();
    const timer = clock.wait(endMs, done.signal).then(() => over.abort());
    // What failed before is not tried: its receiver is likely still down.
    while (!over.signal.aborted && (await this.step(over.signal)) === 0);
    done.abort();
    await timer;
    await this.bury([...this.evicted.splice(0), ...this.pending.drain()], endedReason);
  }

  private key({ incident }: Notice): string {
    return `${this.route} ${incident.id}`;
  }
}

/** By the receiver. **Unit**: milliseconds. */
function askedMs(error: WaggleError): number | undefined {
  return error instanceof DeliveryError ? error.retryAfterMs : undefined;
}

/**
 * Holds the watching for incidents as a part of the daemon: soon after signals came, and now and
 * then while incidents are open.
 * In: batches of facts, what people decide. Out: notices, a line in the log each, what is
 * remembered. Must never stop the daemon, nor tell again what was told.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { levels } from "../../core/observe/detect/rule.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Notice } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import {
  closingOf,
  decisionsOf,
  layOverDecisions,
  type SaidOfIncident,
} from "../detect/incident-decisions.ts";
import {
  boundMemory,
  type IncidentMemory,
  keepIncidentMemory,
  noMemory,
  readIncidentMemory,
} from "../detect/incident-memory.ts";
import {
  acknowledgementNews,
  newsForPeople,
  type PeopleNews,
  toldNow,
} from "../detect/people-news.ts";
import type { Daemon } from "./daemon.ts";
import { type BatchFacts, IncidentFacts } from "./incident-facts.ts";
import { IncidentPlaces } from "./incident-places.ts";
import { hasAll, judgeLive } from "./judge-live.ts";

export interface WatchCalls {
  /** For people; again at a start, and when others are to be told. */
  take(notice: Notice): Promise<void>;
  /** An incident began, or something new happened in it: once. */
  readonly onHappened: (incident: Incident) => void;
  /** A grave incident began: what is vulnerable there is asked again. */
  readonly onGrave: () => void;
}

/** **Unit**: milliseconds between two judgements: after signals, and while incidents are open. */
const judgeMs = { stirred: 2000, open: 60_000 } as const;
/** Of the time that a judgement took: until the next. */
const restFactor = 25;
const part = "incidents";

type ToldNews = Pick<Notice, "incident" | "news"> & {
  readonly kind: Exclude<Notice["kind"], "test">;
};

/** Of the log. */
const sentences: Readonly<Record<ToldNews["kind"], string>> = {
  open: "began",
  update: "goes on",
  acknowledge: "is in hand",
  resolve: "is over",
};

export class IncidentWatch {
  readonly known = new IncidentFacts();
  readonly places: IncidentPlaces;
  private readonly daemon: Daemon;
  private readonly calls: WatchCalls;
  private readonly clock: Clock;
  private memory: IncidentMemory = noMemory;
  /** Batches that come while the store is read; undefined when it is not. */
  private waiting: BatchFacts[] | undefined = [];
  private isStirred = false;
  private isReminding = true;
  private judgedMs = Number.NEGATIVE_INFINITY;
  private costMs = 0;
  private keptText = "";
  private isLeftOut = false;
  /** Ids as judged last; undefined before that, and where not all are known. */
  private keptIds: ReadonlySet<string> | undefined;
  private nudge = new AbortController();
  /** As judged last, with what people closed; short. **Order**: gravest first. */
  incidents: readonly Incident[] = [];

  constructor(daemon: Daemon, calls: WatchCalls) {
    this.daemon = daemon;
    this.clock = daemon.context.outside.services.clock;
    this.calls = calls;
    this.places = new IncidentPlaces(daemon);
  }

  noteBatch({ settled, open, dropped }: BatchFacts): void {
    const batch = { settled, open, dropped };
    if (this.waiting !== undefined) this.waiting.push(batch);
    else if (this.known.note(batch)) this.stir();
  }

  /** Whether it may still be shown. Where nobody knows, it may. */
  isKept(id: string): boolean {
    return this.keptIds?.has(id) ?? true;
  }

  /** Something else may have changed it: what a person decided. */
  stir(): void {
    this.isStirred = true;
    this.nudge.abort();
  }

  /** Other people are to be told: they hear of what is open. */
  remind(): void {
    this.isReminding = true;
    this.stir();
  }

  /** The store forgot some facts. */
  async reload(): Promise<void> {
    const { store, settings } = this.daemon;
    this.waiting ??= [];
    try {
      await this.known.load(store.facts, settings.name);
    } finally {
      for (const batch of this.waiting ?? []) this.known.note(batch);
      this.waiting = undefined;
    }
    this.stir();
  }

  /** Ends when the signal is given. **Errors**: what reading the store at first throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this;
    this.memory = await readIncidentMemory(this.daemon.store.settings);
    await this.reload();
    while (!signal.aborted) {
      // Before looking: what comes while it looks must not be slept through.
      this.nudge = new AbortController();
      const waitMs = this.waitMs();
      if (waitMs <= 0) await this.judgeOrTell();
      else await clock.wait(waitMs, AbortSignal.any([signal, this.nudge.signal]));
    }
  }

  private waitMs(): number {
    const sinceMs = this.clock.elapsedMs() - this.judgedMs;
    const restMs = restFactor * this.costMs;
    if (this.isStirred) return Math.max(judgeMs.stirred, restMs) - sinceMs;
    const isOpen = this.incidents.some(({ state }) => state !== "closed");
    return isOpen ? Math.max(judgeMs.open, restMs) - sinceMs : judgeMs.open;
  }

  private async judgeOrTell(): Promise<void> {
    const { log, health } = this.daemon;
    const { clock } = this;
    const startedMs = clock.elapsedMs();
    this.isStirred = false;
    try {
      if (this.known.hasSignals || this.memory.told.length > 0) await this.judge();
      else this.noteKept([]);
      health.note(part, true, "", clock.nowUs());
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      this.isStirred = true;
      if (health.note(part, false, error.message, clock.nowUs())) {
        log.error("Incidents cannot be judged; tried again.", { why: error.message });
      }
    }
    this.judgedMs = clock.elapsedMs();
    this.costMs = this.judgedMs - startedMs;
  }

  private async judge(): Promise<void> {
    const { store, observation } = this.daemon;
    const decisions = decisionsOf(await store.notes.all());
    const places = await this.places.get();
    const judged = judgeLive({
      ...{ known: this.known, early: this.places.early, places, previous: this.memory.judged },
      nowUs: observation.timeUs,
    });
    this.noteKept(judged);
    this.noteLeftOut();
    const shown = layOverDecisions(judged, decisions);
    const news = newsForPeople(this.memory.told, shown);
    if (this.isReminding) await this.tellAgain(shown, news);
    this.isReminding = false;
    // One that is no more of its own was not closed by a person, whatever was said of it once.
    const decided = new Map(shown.map(({ id }) => [id, decisions.get(id)]));
    for (const one of [...news.happened, ...news.said]) {
      await this.tell(one, decided.get(one.incident.id));
    }
    for (const { kind, incident } of news.happened) {
      if (kind !== "resolve") this.calls.onHappened(incident);
    }
    this.memory = boundMemory({ judged, told: toldNow(this.memory.told, shown, news) });
    this.incidents = boundMemory({ judged: shown, told: [] }).judged;
    await this.keep();
  }

  private noteKept(judged: readonly Incident[]): void {
    const isWhole = this.known.hasAllDetected && hasAll(judged);
    this.keptIds = isWhole ? new Set(judged.map(({ id }) => id)) : undefined;
  }

  /** Told when it begins: what bounds leave out is counted on pages. */
  private noteLeftOut(): void {
    const { workloads } = this.places.early.leftOut;
    const facts = this.known.telling.letGoCount;
    const isLeftOut = workloads + facts > 0;
    if (isLeftOut && !this.isLeftOut) {
      this.daemon.log.warn("Of some places incidents know less than was seen: bounds were met.", {
        workloads,
        facts,
      });
    }
    this.isLeftOut = isLeftOut;
  }

  private async tell(
    { kind, incident, news }: ToldNews,
    decided: SaidOfIncident | undefined,
  ): Promise<void> {
    const { log, health } = this.daemon;
    const closing = kind === "resolve" ? closingOf(incident, decided) : undefined;
    const said = closing === undefined ? news : [`${closing.by} closed it: ${closing.text}`];
    await this.calls.take(noticeOf({ kind, incident, news: said }));
    health.count(`incidents-${kind}`);
    const { id, severity, headline, score } = incident;
    const sentence = sentences[kind];
    log.info(`An incident ${sentence}.`, { incident: id, severity, score, headline, news: said });
    const isGrave = levels.indexOf(severity) >= levels.indexOf("high");
    if (kind === "open" && isGrave) this.calls.onGrave();
  }

  /** Whoever was not told before the last end; the others know, and are left out. */
  private async tellAgain(shown: readonly Incident[], { happened }: PeopleNews): Promise<void> {
    const fresh = new Set(happened.map(({ incident }) => incident.id));
    const told = new Set(this.memory.told.map(({ id }) => id));
    for (const incident of shown) {
      if (fresh.has(incident.id) || !told.has(incident.id)) continue;
      const kind = incident.state === "closed" ? "resolve" : "open";
      await this.calls.take(noticeOf({ kind, incident, news: [] }));
      const [held] = kind === "open" ? acknowledgementNews(undefined, incident) : [];
      if (held !== undefined) await this.calls.take(noticeOf(held));
    }
  }

  private async keep(): Promise<void> {
    const text = JSON.stringify(this.memory);
    if (text === this.keptText) return;
    await keepIncidentMemory(this.daemon.store.settings, this.memory);
    this.keptText = text;
  }
}

function noticeOf({ kind, incident, news }: ToldNews): Notice {
  const cluster = incident.workloads.find((one) => one.cluster !== "")?.cluster ?? "";
  return { kind, incident, news, thread: "", cluster };
}

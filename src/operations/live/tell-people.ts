/**
 * Holds telling people of incidents as a part of the daemon: routes of the configuration, opened
 * and opened again when it changes.
 * In: notices. Out: what receivers took; the state of each route for pages.
 * Must never let a receiver that is down stop the daemon, nor forget a notice while routes change.
 */
import type { Notice } from "../../ports/notifier.ts";
import type { NotifyOutside } from "../../ports/notify-outside.ts";
import { type NoticeMemory, openNoticeMemory } from "../notify/notice-memory.ts";
import { IncidentNotifier } from "../notify/notify-incidents.ts";
import { notifyFiles, openRoutes } from "../notify/open-routes.ts";
import type { RouteCounts, WorkerParts } from "../notify/worker-parts.ts";
import type { Daemon } from "./daemon.ts";

/** **Unit**: milliseconds between two looks at how routes are. */
const lookMs = 10_000;

export class PeopleTeller {
  private readonly daemon: Daemon;
  private readonly rolesOf: WorkerParts["rolesOf"];
  private shared: { readonly outside: NotifyOutside; readonly memory: NoticeMemory } | undefined;
  private notifier: IncidentNotifier | undefined;
  private reopening = new AbortController();
  private isStale = false;
  /** Until routes are open, and while they are opened again. */
  private isOpening = true;
  /** Of notifiers that ended. */
  private readonly before = new Map<string, RouteCounts>();
  /** As it was at the last look. */
  private readonly failedOf = new Map<
    string,
    { readonly taken: number; readonly failed: number }
  >();
  /** Notices that came before the routes were open. */
  private readonly early: Notice[] = [];

  constructor(daemon: Daemon, rolesOf: WorkerParts["rolesOf"]) {
    this.daemon = daemon;
    this.rolesOf = rolesOf;
  }

  async take(notice: Notice): Promise<void> {
    if (this.isOpening) this.early.push(notice);
    else await this.notifier?.take(notice);
  }

  /** The configuration is another: routes are opened again, what waits is taken along. */
  reopen(): void {
    this.isStale = true;
    this.isOpening = true;
    this.reopening.abort();
  }

  /** Until the signal is given, and some seconds more. **Errors**: what reading memory throws. */
  async run(signal: AbortSignal): Promise<void> {
    do {
      this.isStale = false;
      this.reopening = new AbortController();
      await this.runOnce(AbortSignal.any([signal, this.reopening.signal]));
    } while (this.isStale && !signal.aborted);
  }

  private async runOnce(signal: AbortSignal): Promise<void> {
    this.notifier = await this.open();
    this.isOpening = false;
    for (const notice of this.early.splice(0)) await this.notifier?.take(notice);
    if (this.notifier === undefined) await untilGiven(signal);
    else {
      const over = new AbortController();
      const watching = this.watchRoutes(AbortSignal.any([signal, over.signal]));
      await this.notifier.run(signal);
      over.abort();
      await watching;
    }
    this.isOpening = true;
    for (const [route, counts] of this.counts()) this.before.set(route, counts);
    this.notifier = undefined;
  }

  /** By route, since the start. */
  counts(): ReadonlyMap<string, RouteCounts> {
    const now = this.notifier?.counts() ?? new Map<string, RouteCounts>();
    const routes = new Set([...this.before.keys(), ...now.keys()]);
    return new Map([...routes].map((one) => [one, addCounts(this.before.get(one), now.get(one))]));
  }

  /** undefined where nobody is to be told. */
  private async open(): Promise<IncidentNotifier | undefined> {
    const { context, log, health, settings } = this.daemon;
    if ((context.settings.config.notify ?? []).length === 0) return undefined;
    const { clock } = context.outside.services;
    const { outside, memory } = await this.share();
    const openings = openRoutes(context.settings, outside);
    const routes = openings.flatMap(({ route, notifier, trouble }) => {
      health.note(partOf(route.name), notifier !== undefined, trouble, clock.nowUs());
      if (notifier !== undefined) return [{ route, notifier }];
      log.error("A route cannot be opened: nobody is told by it.", {
        ...{ route: route.name, why: trouble },
      });
      return [];
    });
    if (routes.length > 0) {
      const names = routes.map(({ route }) => route.name);
      log.info("Routes tell people of incidents.", { routes: names });
    }
    const { letters } = notifyFiles(settings.state);
    return new IncidentNotifier(routes, {
      ...{ memory, deadLetters: outside.deadLetters(letters), clock, log },
      ...{ random: () => outside.random(), rolesOf: this.rolesOf },
    });
  }

  private async share(): Promise<NonNullable<PeopleTeller["shared"]>> {
    if (this.shared !== undefined) return this.shared;
    const { context, log, settings } = this.daemon;
    const outside = await context.outside.services.notify();
    const onDamage = (why: string) => {
      log.error("What people were told is not known any more: some hear it twice.", { why });
    };
    const { memory } = notifyFiles(settings.state);
    const shared = { outside, memory: await openNoticeMemory(context.files, memory, onDamage) };
    this.shared = shared;
    return shared;
  }

  private async watchRoutes(signal: AbortSignal): Promise<void> {
    const { clock } = this.daemon.context.outside.services;
    while (!signal.aborted) {
      this.noteRoutes();
      await clock.wait(lookMs, signal);
    }
    this.noteRoutes();
  }

  /** A route fails while tries fail and none is taken. */
  private noteRoutes(): void {
    const { health, context } = this.daemon;
    const nowUs = context.outside.services.clock.nowUs();
    for (const [route, { sent, resent, failed, waiting }] of this.counts()) {
      const known = this.failedOf.get(route) ?? { taken: 0, failed: 0 };
      const taken = sent + resent;
      this.failedOf.set(route, { taken, failed });
      if (taken > known.taken) health.note(partOf(route), true, "", nowUs);
      else if (failed > known.failed) {
        const why = `its receiver took none of ${failed - known.failed} tries, ${waiting} wait`;
        health.note(partOf(route), false, why, nowUs);
      }
    }
  }
}

function untilGiven(signal: AbortSignal): Promise<void> {
  const given = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => given.resolve(), { once: true });
  if (signal.aborted) given.resolve();
  return given.promise;
}

function partOf(route: string): string {
  return `route ${route}`;
}

function addCounts(a: RouteCounts | undefined, b: RouteCounts | undefined): RouteCounts {
  const sum = (key: keyof RouteCounts) => (a?.[key] ?? 0) + (b?.[key] ?? 0);
  return {
    ...{
      sent: sum("sent"),
      resent: sum("resent"),
      failed: sum("failed"),
      known: sum("known"),
      lost: sum("lost"),
    },
    ...{ deadLettered: sum("deadLettered"), waiting: b?.waiting ?? 0 },
  };
}

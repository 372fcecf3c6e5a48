/**
 * Holds the running of a daemon from its first page to its end.
 * In: an opened daemon. Out: what it did, when it was asked to end. If one part fails for good, all
 * are ended in order and the failure is told.
 */
import type { RunningServer } from "../../ports/status-server.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { Daemon } from "./daemon.ts";
import { keepRecording } from "./keep-recording.ts";
import { keepOnce } from "./keep-regularly.ts";
import { reloadOnRequest } from "./reload-settings.ts";
import type { ResolveRun } from "./run-settings.ts";
import { RunningParts } from "./running-parts.ts";
import { statusPages } from "./status-pages.ts";

export interface RunSummary {
  readonly state: string;
  readonly eventCount: number;
  readonly writtenFactCount: number;
  readonly reportCount: number;
  /** **Unit**: seconds that it ran. */
  readonly seconds: number;
}

/**
 * Closes the daemon, however it ends. `resolve` reads the configuration again as it was read first.
 * **Errors**: throws what a part threw that trying again cannot mend.
 */
export async function runDaemon(daemon: Daemon, resolve: ResolveRun): Promise<RunSummary> {
  const { context, log, settings, health, observation, keeper } = daemon;
  const { clock } = context.outside.services;
  const startedMs = clock.elapsedMs();
  const ending = new AbortController();
  const end = () => ending.abort();
  context.signal.addEventListener("abort", end, { once: true });
  if (context.signal.aborted) end();
  let server: RunningServer | undefined;
  try {
    const parts = new RunningParts(daemon, ending);
    server = await serveStatus(daemon, parts);
    reloadOnRequest({ daemon, resolve, onChange: (what) => parts.noteSettings(what) });
    log.info("waggle runs.", {
      state: settings.state,
      sources: daemon.sources.map(({ name }) => name),
    });
    await parts.untilEnded();
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
  try {
    const onBatch = () => keepRecording(daemon);
    const kept = await keepOnce({ keeper, clock, log, health, onBatch }, "final");
    if (kept === undefined) log.error("What was seen last could not be put away.");
    await archive?.close();
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    log.error("Raw events could not be put away.", { code: error.code, why: error.message });
  } finally {
    await store.close();
  }
}

async function serveStatus(
  daemon: Daemon,
  { incidents, people, workflows }: RunningParts,
): Promise<RunningServer | undefined> {
  const { settings, context, sources } = daemon;
  if (settings.status === "") return undefined;
  const { clock, statusServer } = context.outside.services;
  const pages = statusPages({
    ...{ ...daemon, clock, startedUs: clock.nowUs() },
    sources: () => sources,
    detection: {
      listings: () => daemon.detection.listings,
      ...{ known: incidents.known, incidents: () => incidents.incidents },
      placesLeftOut: () => incidents.places.early.leftOut,
      routes: () => people.counts(),
    },
  });
  const take = workflows.take.bind(workflows);
  const server = await (await statusServer()).listen(settings.status, pages, take);
  daemon.log.info("Status pages are served.", { address: server.address });
  return server;
}

/**
 * Holds telling people of incidents: notices go to each route that hears them, each route at its
 * own pace.
 * In: notices, in their order; routes. Out: what receivers took, dead letters, counts.
 * Must never let one receiver that is slow or down delay another.
 */
import type { DeadLetters } from "../../ports/dead-letters.ts";
import type { Log } from "../../ports/log.ts";
import type { Notice } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { readLetter } from "./read-letter.ts";
import { endedReason, RouteWorker } from "./route-worker.ts";
import type { RouteCounts, WorkerParts } from "./worker-parts.ts";

type Shared = Omit<WorkerParts, "route" | "notifier">;
export type OpenRoute = Pick<WorkerParts, "route" | "notifier">;

export class IncidentNotifier {
  private readonly workers: readonly RouteWorker[];
  private readonly deadLetters: DeadLetters;
  private readonly log: Log;

  constructor(routes: readonly OpenRoute[], shared: Shared) {
    this.workers = routes.map((one) => new RouteWorker({ ...shared, ...one }));
    this.deadLetters = shared.deadLetters;
    this.log = shared.log;
  }

  /**
   * Puts it where it waits for its turn; nothing is sent yet. A notice that says nothing new to a
   * route is left out there, so after a restart all open incidents may be given again.
   */
  async take(notice: Notice): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.take(notice)));
  }

  /**
   * Until the signal is given; then a few seconds more. What then still waits becomes dead letters
   * that the next run takes up again. **Errors**: throws defects only.
   */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.takeUp();
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      this.log.error("Dead letters could not be taken up.", { why: error.message });
    }
    await Promise.all(this.workers.map((worker) => worker.run(signal)));
  }

  /** By route. */
  counts(): ReadonlyMap<string, RouteCounts> {
    return new Map(this.workers.map((worker) => [worker.route, worker.counts]));
  }

  /** What only waited when the run before ended: older than all that came since. */
  private async takeUp(): Promise<void> {
    const older = new Map<RouteWorker, Notice[]>(this.workers.map((worker) => [worker, []]));
    try {
      await this.deadLetters.takeEach(async (raw) => {
        const letter = readLetter(raw);
        const worker = this.workers.find(({ route }) => route === letter?.route);
        if (letter === undefined || worker === undefined || letter.reason !== endedReason)
          return false;
        older.get(worker)?.push(letter.notice);
        return true;
      });
    } finally {
      for (const [worker, notices] of older) await worker.takeUp(notices);
    }
  }
}

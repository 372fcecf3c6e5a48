/**
 * Holds what the worker of a route is given, and what it counts.
 * In: nothing. Out: types only.
 */
import type { Clock } from "../../ports/clock.ts";
import type { DeadLetters } from "../../ports/dead-letters.ts";
import type { Log } from "../../ports/log.ts";
import type { NoticePreview, Notifier } from "../../ports/notifier.ts";
import type { RolesOf } from "./choose-route.ts";
import type { NoticeMemory } from "./notice-memory.ts";
import type { NotifyRoute } from "./route-schema.ts";

export interface WorkerParts {
  readonly route: NotifyRoute;
  readonly notifier: Notifier;
  readonly memory: NoticeMemory;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly rolesOf: RolesOf;
  /** Given: nothing is sent, only shown. */
  readonly onPreview?: ((route: string, preview: NoticePreview) => void) | undefined;
}

/** Since the start. */
export interface RouteCounts {
  sent: number;
  /** Open alerts that were sent again, for a receiver that forgets. */
  resent: number;
  /** Tries that failed. */
  failed: number;
  /** Notices that said nothing new to this route. */
  known: number;
  deadLettered: number;
  /** Notices that are nowhere: neither sent nor a dead letter. */
  lost: number;
  /** **Unit**: notices that wait now, or are on their way. */
  waiting: number;
}

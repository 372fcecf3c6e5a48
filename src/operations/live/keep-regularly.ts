/**
 * Holds the rhythm in which facts are put away: each second or so, less often where that costs
 * much, with patience where the store refuses.
 * In: the keeper. Out: each batch, to whoever looks for news in it. Ends when the signal is given.
 */
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { DaemonHealth } from "./daemon-health.ts";
import type { EarlyCall } from "./early-call.ts";
import type { FactKeeper, KeptBatch } from "./keep-facts.ts";

export interface Rhythm {
  readonly keeper: FactKeeper;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: DaemonHealth;
  readonly signal: AbortSignal;
  /** Whoever cannot wait for the rhythm. */
  readonly urgent: EarlyCall;
  readonly onBatch: (batch: KeptBatch) => Promise<void>;
}

/**
 * **Unit**: milliseconds from one beginning to the next; the least so that what happens is seen
 * within two seconds also by whoever has just begun to read everything.
 */
const intervalMs = { least: 880, most: 30_000 } as const;
/** Putting away takes at most this part of the time. */
const shareMax = 0.05;
/**
 * Of what one took: rest before the next. What came during a long one, with a checkpoint, has
 * waited already.
 */
const restShare = 0.25;

/**
 * The middle of so many tells what one takes: a slow disk is slow each time, but a stall of the
 * machine, in which two or three are slow, must not hold back what comes after it.
 */
const recentCount = 7;

/** Urgency cuts the rest before the next to no less than this many times what the last took. */
const urgentFactor = 3;

/** The last batch is not written here: sources may still end. **Errors**: throws defects only. */
export async function keepRegularly(rhythm: Rhythm): Promise<void> {
  const { clock, signal, urgent } = rhythm;
  let waitMs: number = intervalMs.least;
  let restMs = waitMs;
  let tookMs = 0;
  const recentMs: number[] = new Array(recentCount).fill(0);
  while (!signal.aborted) {
    await untilTurn(rhythm, restMs, tookMs);
    if (signal.aborted) return;
    urgent.take();
    const startedMs = clock.elapsedMs();
    const costMs = await keepOnce(rhythm, "regular");
    const spentMs = clock.elapsedMs() - startedMs;
    tookMs = costMs ?? tookMs;
    if (costMs !== undefined && costMs > 0) {
      recentMs.shift();
      recentMs.push(costMs);
    }
    const wished = costMs === undefined ? waitMs * 2 : middleOf(recentMs) / shareMax;
    waitMs = Math.min(intervalMs.most, Math.max(intervalMs.least, wished));
    restMs = Math.max(waitMs - spentMs, restShare * spentMs);
  }
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function untilTurn({ clock, signal, urgent }: Rhythm, restMs: number, tookMs: number) {
  const soonMs = Math.min(restMs, Math.max(intervalMs.least, urgentFactor * tookMs));
  await clock.wait(soonMs, signal);
  if (restMs > soonMs) await clock.wait(restMs - soonMs, AbortSignal.any([signal, urgent.signal]));
}

/**
 * **Unit**: milliseconds that count for the rhythm; undefined when the store refused.
 * **Errors**: throws defects only.
 */
export async function keepOnce(
  { keeper, clock, log, health, onBatch }: Omit<Rhythm, "signal" | "urgent">,
  how: "regular" | "final",
): Promise<number | undefined> {
  try {
    const batch = await keeper.keep(how);
    if (batch === undefined) return 0;
    await onBatch(batch);
    if (health.note("store", true, "", clock.nowUs())) log.info("The store takes facts again.");
    const { costMs, facts, dropped, isCheckpoint } = batch;
    const fields = { facts: facts.length, dropped: dropped.length, ms: Math.round(costMs) };
    log.debug("Facts were put away.", { ...fields, checkpoint: isCheckpoint });
    return batch.rhythmMs;
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    health.count("commit-failures");
    if (health.note("store", false, error.message, clock.nowUs())) {
      log.error("Facts cannot be put away; they are kept in memory and tried again.", {
        code: error.code,
        why: error.message,
      });
    }
    return undefined;
  }
}

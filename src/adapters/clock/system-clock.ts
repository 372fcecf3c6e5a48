/**
 * Holds the port `Clock` over the machine's own clocks.
 * In: nothing. Out: the time now, and waiting that an abort ends.
 * Must never leave a listener or a timer behind a wait that is over.
 */
import type { Clock } from "../../ports/clock.ts";

/** **Unit**: milliseconds; beyond, Node's timers end at once. */
const waitMsMax = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowUs: () => Date.now() * 1000,
  elapsedMs: () => performance.now(),
  wait,
};

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, Math.min(ms, waitMsMax));
    signal.addEventListener("abort", finish);
  });
}

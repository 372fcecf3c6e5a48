/**
 * Holds a `Clock` that tests turn by hand.
 * In: a start, and how far to go on. Out: waits that end when their time has come.
 * Must never look at a real clock.
 */
import type { TimeUs } from "../../core/event/event.ts";
import type { Clock } from "../../ports/clock.ts";

interface Waiting {
  readonly dueMs: number;
  readonly finish: () => void;
}

export class ManualClock implements Clock {
  private currentUs: TimeUs;
  private elapsed = 0;
  private waiting: Waiting[] = [];

  constructor(startUs: TimeUs = Date.UTC(2026, 0, 1) * 1000) {
    this.currentUs = startUs;
  }

  nowUs(): TimeUs {
    return this.currentUs;
  }

  elapsedMs(): number {
    return this.elapsed;
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        this.waiting = this.waiting.filter((one) => one !== waiting);
        signal.removeEventListener("abort", finish);
        resolve();
      };
      const waiting = { dueMs: this.elapsed + ms, finish };
      this.waiting.push(waiting);
      signal.addEventListener("abort", finish);
    });
  }

  /** How many wait now: a test that advances too early would wait for ever. */
  get waitingCount(): number {
    return this.waiting.length;
  }

  /** The wall clock jumps; nobody who waits notices. */
  set(nowUs: TimeUs): void {
    this.currentUs = nowUs;
  }

  /**
   * Lets time pass, in steps: each wait ends at its own moment, in order, and what then runs may
   * wait again within the same advance.
   */
  async advance(ms: number): Promise<void> {
    const endMs = this.elapsed + ms;
    for (;;) {
      const [next] = this.waiting
        .filter(({ dueMs }) => dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.passTo(next.dueMs);
      next.finish();
      await letRun();
    }
    this.passTo(endMs);
  }

  private passTo(elapsedMs: number): void {
    this.currentUs += Math.round((elapsedMs - this.elapsed) * 1000);
    this.elapsed = elapsedMs;
  }
}

function letRun(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Holds the work of canaries: every few minutes one runs, and what sensors told of it is judged.
 * In: a runner, a clock, what was seen, what is stated. Out: losses, as facts.
 * Must never hold up reading, nor end because a canary could not run.
 */
import type { CoverageFact, Emit } from "../../core/observe/fact.ts";
import {
  type CanaryState,
  createCanaryState,
  judgeCanary,
  silentSensors,
  unexercisedPolicies,
} from "../../core/respond/judge-canaries.ts";
import type { CanarySighting } from "../../core/respond/watch-canaries.ts";
import type { CanaryMark, CanaryRunner } from "../../ports/canary-runner.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";

export interface CanaryWork {
  readonly runner: CanaryRunner;
  readonly clock: Clock;
  readonly log: Log;
  /** **Unit**: milliseconds from one canary to the next. */
  readonly intervalMs: number;
  /** **Unit**: milliseconds until its events must have come: Tetragon may hold them for 30 s. */
  readonly graceMs: number;
  /** Node that this program runs on, as its sensors call it; "" while unknown: then none runs. */
  readonly node: () => string;
  /** Of that node, now. */
  readonly coverage: () => readonly CoverageFact[];
  /** Since the last call: `CanaryWatch.take`. */
  readonly sightings: () => readonly CanarySighting[];
  readonly emit: Emit;
  /** Called before a canary runs: `CanaryWatch.expect`. */
  readonly expect: (mark: CanaryMark) => void;
  /** How sensors are, after each canary. */
  readonly tell: (told: CanaryVerdict) => void;
}

export interface CanaryVerdict {
  readonly silent: readonly string[];
  /** Policies that no canary exercises: whether they work is not known. */
  readonly unexercised: readonly string[];
}

export const canaryIntervalMs = 5 * 60_000;
export const canaryGraceMs = 45_000;

/** Runs until the signal is given. **Errors**: none; a canary that cannot run is logged. */
export async function runCanaries(work: CanaryWork, signal: AbortSignal): Promise<void> {
  const { clock, intervalMs } = work;
  const state = createCanaryState();
  while (!signal.aborted) {
    if (work.node() !== "") await runOne(work, state, signal);
    await clock.wait(intervalMs, signal);
  }
}

async function runOne(work: CanaryWork, state: CanaryState, signal: AbortSignal): Promise<void> {
  const { runner, clock, log, graceMs } = work;
  const mark = await runner.mark();
  work.expect(mark);
  const run = await runner.run(mark);
  if (run.trouble !== "") log.warn("a canary did less than it should", { trouble: run.trouble });
  if (run.endedUs === 0) return;
  await clock.wait(graceMs, signal);
  // What has not come yet may still: only a whole wait tells that it does not.
  if (signal.aborted) return;
  const before = silentSensors(state).join("; ");
  const round = { node: work.node(), run, coverage: work.coverage(), sightings: work.sightings() };
  for (const loss of judgeCanary(state, round)) work.emit(loss);
  const silent = silentSensors(state);
  work.tell({ silent, unexercised: unexercisedPolicies(state, round) });
  if (silent.join("; ") === before) return;
  if (silent.length > 0) log.warn("sensors did not report a canary", { sensors: silent });
  else log.info("all sensors that canaries exercise report them again");
}

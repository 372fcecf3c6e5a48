/**
 * Holds one step: what it is given, its time, its tries, its record.
 * In: a step, values, how the work is done. Out: what it did; a failure is a value.
 * Must never wait for work that does not end in time.
 */
import { formatTime } from "../../core/event/format-time.ts";
import type { Clock } from "../../ports/clock.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { hashValue } from "./hash-value.ts";
import { ExpressionError, type Values } from "./run-expression.ts";
import { fillTemplate } from "./template.ts";
import type { WorkflowStep } from "./workflow.ts";
import type { StepRun } from "./workflow-run.ts";

/** How steps are done: live, or from the record of an earlier run. */
export interface StepEngine {
  /**
   * **Errors**: throws `WaggleError`. `signal` is given when its time is up, or the run was ended.
   */
  perform(step: WorkflowStep, values: Values, signal: AbortSignal): Promise<unknown>;
  readonly clock: Pick<Clock, "nowUs" | "elapsedMs" | "wait">;
  readonly signal: AbortSignal;
}

/** **Unit**: UTF-16 code units of an output as JSON. */
const outputLengthMax = 256 * 1024 * 1024;
/** **Unit**: milliseconds before the second try; then twice as long each time. */
const pauseMs = 1000;

/** They would fail again the same way. */
const hopeless: readonly string[] = ["usage", "config-invalid"];

/** **Errors**: values, but for defects. Work that is late is left alone, and its end dropped. */
export async function runStep(
  step: WorkflowStep,
  values: Values,
  engine: StepEngine,
): Promise<StepRun> {
  const startedAt = formatTime(engine.clock.nowUs());
  const given = fill(step, values);
  if ("message" in given) {
    return failedStep(step, { code: "workflow-failed", message: given.message }, startedAt);
  }
  const withSha256 = hashValue(given.values);
  for (let tryCount = 1; ; tryCount += 1) {
    try {
      const output = await withinTime(step, given.values, engine);
      const plain = toPlain(output);
      return {
        ...blank(step),
        ...{ status: "succeeded", startedAt, endedAt: formatTime(engine.clock.nowUs()) },
        ...{ tryCount, withSha256, output: plain, outputSha256: hashValue(plain) },
        summary: step.use.describe(plain),
      };
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      const isOver = tryCount > step.retryCount || hopeless.includes(error.code);
      if (isOver || engine.signal.aborted) {
        const { code, message } = error;
        const endedAt = formatTime(engine.clock.nowUs());
        const failed = failedStep(step, { code, message }, startedAt);
        return { ...failed, endedAt, tryCount, withSha256 };
      }
      await engine.clock.wait(pauseMs * 2 ** (tryCount - 1), engine.signal);
    }
  }
}

function fill(
  step: WorkflowStep,
  values: Values,
): { readonly values: Values } | { readonly message: string } {
  try {
    return { values: fillTemplate(step.with, values) as Values };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { message: `with: ${error.message}.` };
  }
}

async function withinTime(
  step: WorkflowStep,
  values: Values,
  { perform, clock, signal }: StepEngine,
): Promise<unknown> {
  const late = new AbortController();
  const done = new AbortController();
  const both = AbortSignal.any([signal, late.signal]);
  const work = perform(step, values, both);
  const timer = clock.wait(step.timeoutMs, AbortSignal.any([done.signal, signal])).then(() => {
    if (done.signal.aborted) return undefined;
    late.abort();
    const why = signal.aborted ? "the run was ended" : `it took longer than ${step.timeoutMs} ms`;
    throw new WaggleError("workflow-failed", `${step.id}: ${why}.`, { retryable: true });
  });
  try {
    return await Promise.race([work, timer]);
  } finally {
    done.abort();
    await Promise.allSettled([timer]);
    work.catch(() => undefined);
  }
}

/** As its record will be read: a replay must see the same. */
function toPlain(output: unknown): unknown {
  const json = JSON.stringify(output) ?? "null";
  if (json.length > outputLengthMax) {
    throw new WaggleError("input-too-large", "Its output is too large to be kept.");
  }
  return JSON.parse(json);
}

function blank({ id, use, isTolerant }: WorkflowStep): Omit<StepRun, "status"> {
  return {
    ...{ id, uses: use.name, type: use.type, startedAt: null, endedAt: null, tryCount: 0 },
    ...{ withSha256: "", output: null, outputSha256: "", summary: "", error: null, because: "" },
    tolerated: isTolerant,
  };
}

export function skippedStep(step: WorkflowStep, because: string): StepRun {
  return { ...blank(step), status: "skipped", because };
}

export function failedStep(
  step: WorkflowStep,
  error: NonNullable<StepRun["error"]>,
  startedAt: string | null = null,
): StepRun {
  return { ...blank(step), status: "failed", startedAt, endedAt: startedAt, error };
}

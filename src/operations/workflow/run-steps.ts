/**
 * Holds the order in which steps run: each as soon as those it waits for are over, a few at a time.
 * In: a workflow, how one step is done. Out: what each step did.
 * Must never start a step twice, nor one whose ground failed.
 */
import type { InputValues } from "./read-inputs.ts";
import type { Values } from "./run-expression.ts";
import { ExpressionError, runCondition } from "./run-expression.ts";
import { failedStep, runStep, type StepEngine, skippedStep } from "./run-step.ts";
import type { Workflow, WorkflowStep } from "./workflow.ts";
import type { StepRun } from "./workflow-run.ts";

export interface StepsRequest {
  readonly workflow: Pick<Workflow, "steps" | "parallelCount">;
  readonly inputs: InputValues;
  readonly trigger: Readonly<Record<string, unknown>>;
}

/**
 * **Order**: of the result, as the workflow lists them. **Errors**: throws defects only, after all
 * that runs was told to end.
 */
export async function runSteps(
  { workflow, inputs, trigger }: StepsRequest,
  engine: StepEngine,
): Promise<readonly StepRun[]> {
  const done = new Map<string, StepRun>();
  const running = new Map<string, Promise<void>>();
  const stop = new AbortController();
  const within = { ...engine, signal: AbortSignal.any([engine.signal, stop.signal]) };
  const start = (step: WorkflowStep): void => {
    const values = valuesOf(inputs, trigger, done);
    const work = decide(step, values, done, within).then((run) => {
      done.set(step.id, run);
      running.delete(step.id);
    });
    running.set(step.id, work);
  };
  try {
    while (done.size < workflow.steps.length) {
      for (const step of workflow.steps) {
        if (running.size >= workflow.parallelCount) break;
        const isOpen = !done.has(step.id) && !running.has(step.id);
        if (isOpen && step.waitsFor.every((id) => done.has(id))) start(step);
      }
      await Promise.race(running.values());
    }
  } catch (error) {
    stop.abort();
    await Promise.allSettled(running.values());
    throw error;
  }
  return workflow.steps.flatMap(({ id }) => done.get(id) ?? []);
}

/** What expressions read. A step that is not over yet is not there. */
export function valuesOf(
  inputs: InputValues,
  trigger: Readonly<Record<string, unknown>>,
  done: ReadonlyMap<string, StepRun>,
): Values {
  const steps = [...done].map(([id, { status, output, error }]) => {
    return [id, { status, output: output ?? null, error: error?.message ?? null }] as const;
  });
  return { inputs, trigger, steps: Object.fromEntries(steps) };
}

async function decide(
  step: WorkflowStep,
  values: Values,
  done: ReadonlyMap<string, StepRun>,
  engine: StepEngine,
): Promise<StepRun> {
  const blockers = step.waitsFor.filter(
    (id) => !step.looksAt.includes(id) && isBlocking(done.get(id)),
  );
  const [blocker = ""] = blockers.toSorted((a, b) => hasFailed(b, done) - hasFailed(a, done));
  if (blocker !== "") {
    const verb = hasFailed(blocker, done) === 1 ? "failed" : "was skipped";
    return skippedStep(step, `${blocker} ${verb}`);
  }
  if (engine.signal.aborted) return skippedStep(step, "the run was ended");
  try {
    if (step.condition !== undefined && !runCondition(step.condition, values)) {
      return skippedStep(step, "its condition is false");
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return failedStep(step, { code: "workflow-failed", message: `if: ${error.message}.` });
  }
  return runStep(step, values, engine);
}

function hasFailed(id: string, done: ReadonlyMap<string, StepRun>): number {
  return done.get(id)?.status === "failed" ? 1 : 0;
}

function isBlocking(run: StepRun | undefined): boolean {
  return run?.status === "skipped" || (run?.status === "failed" && !run.tolerated);
}

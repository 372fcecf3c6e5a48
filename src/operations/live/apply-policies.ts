/**
 * Holds the making of one server's policies what they are wanted to be.
 * In: a server, wanted policies, limits. Out: what was done, and what the server said.
 * Must never take a policy away whose successor the server does not list as working.
 */
import {
  isWorking,
  type PolicyPlan,
  type PolicyStep,
  planPolicies,
} from "../../core/respond/plan-policies.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LoadedPolicy, TetragonControl } from "../../ports/tetragon-control.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { ChangeLog } from "./change-log.ts";
import type { WantedPolicy } from "./want-policies.ts";

export interface StepResult extends PolicyStep {
  /** `planned`: not tried. `left`: not done, because a step before it failed. */
  readonly outcome: "planned" | "done" | "failed" | "left";
  /** The server's own words, untrusted; "" when it said nothing. */
  readonly said: string;
}

export interface AppliedPolicies {
  readonly steps: readonly StepResult[];
  readonly foreignCount: number;
}

export interface ApplyOptions {
  readonly control: TetragonControl;
  readonly wanted: readonly WantedPolicy[];
  readonly changesPerHour: number;
  readonly log: ChangeLog;
  readonly clock: Pick<Clock, "nowUs">;
  /** False: only says what it would do. */
  readonly isApplied: boolean;
}

/** **Errors**: throws what the server's list throws; refusals of steps are results. */
export async function applyPolicies(options: ApplyOptions): Promise<AppliedPolicies> {
  const { control, wanted, changesPerHour, log, clock } = options;
  const nowUs = clock.nowUs();
  const changesUs = await log.recent(control.address, nowUs);
  const documents = wanted.map(({ document }) => document);
  const limits = { changesPerHour, nowUs, changesUs };
  const plan = planPolicies(documents, await control.policies(), limits);
  return { steps: await runPlan(plan, options), foreignCount: plan.foreignCount };
}

async function runPlan(plan: PolicyPlan, options: ApplyOptions): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of plan.steps) {
    if (!options.isApplied || (step.kind !== "add" && step.kind !== "delete")) {
      results.push({ ...step, outcome: step.kind === "failed" ? "failed" : "planned", said: "" });
      continue;
    }
    const before = results.find(({ name }) => name === step.after);
    if (before?.outcome === "failed" || before?.outcome === "left") {
      const said = "Its successor could not be loaded: it stays.";
      results.push({ ...step, outcome: "left", said });
      continue;
    }
    results.push({ ...step, ...(await runStep(step, options)) });
  }
  return results;
}

type Outcome = Pick<StepResult, "outcome" | "said">;

async function runStep(step: PolicyStep, options: ApplyOptions): Promise<Outcome> {
  const { control, log, clock } = options;
  // One change: what takes another's place, or goes for good.
  const counts = (step.kind === "add") === (step.after !== "");
  try {
    if (counts) await log.note(control.address, clock.nowUs());
    return step.kind === "add" ? await addOne(step.name, options) : await deleteOne(step, control);
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    return { outcome: "failed", said: error.message };
  }
}

async function addOne(name: string, { control, wanted }: ApplyOptions): Promise<Outcome> {
  const yaml = wanted.find(({ document }) => document.name === name)?.yaml ?? "";
  await control.addPolicy(yaml);
  const there = await findPolicy(name, control);
  if (there !== undefined && isWorking(there)) return { outcome: "done", said: "" };
  const state = there === undefined ? "does not list it" : `lists it in state ${there.state}`;
  const said = there?.error === undefined || there.error === "" ? "" : `: ${there.error}`;
  return { outcome: "failed", said: `The server took it and ${state}${said}` };
}

async function deleteOne({ name, after }: PolicyStep, control: TetragonControl): Promise<Outcome> {
  const successor = after === "" ? undefined : await findPolicy(after, control);
  if (after !== "" && (successor === undefined || !isWorking(successor))) {
    return { outcome: "left", said: "Its successor does not work: it stays." };
  }
  await control.deletePolicy(name, "");
  return { outcome: "done", said: "" };
}

async function findPolicy(
  name: string,
  control: TetragonControl,
): Promise<LoadedPolicy | undefined> {
  const policies = await control.policies();
  return policies.find((one) => one.name === name && one.namespace === "");
}

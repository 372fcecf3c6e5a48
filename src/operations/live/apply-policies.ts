/**
 * Holds the making of one server's policies what they are wanted to be.
 * In: a server, wanted policies, limits. Out: what was done, and what the server said.
 * Must never take a policy away whose successor the server does not list as working.
 */
import type { TimeUs } from "../../core/event/event.ts";
import {
  isWorking,
  type PolicyPlan,
  type PolicyStep,
  planPolicies,
} from "../../core/respond/plan-policies.ts";
import type { LoadTries } from "../../core/respond/retry-load.ts";
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
  /** What the server refused and does not list is tried at once, as if it never had been. */
  readonly isAnew: boolean;
  /** False: only says what it would do. */
  readonly isApplied: boolean;
}

/** **Errors**: throws what the server's list throws; refusals of steps are results. */
export async function applyPolicies(options: ApplyOptions): Promise<AppliedPolicies> {
  const { control, wanted, changesPerHour, log, clock } = options;
  const nowUs = clock.nowUs();
  const changesUs = await log.recent(control.address, nowUs);
  const documents = wanted.map(({ document }) => document);
  const loaded = await control.policies();
  const known = await log.tries(control.address);
  const isListed = (name: string) => loaded.some((one) => one.name === name);
  const tries = options.isAnew ? new Map([...known].filter(([name]) => isListed(name))) : known;
  const limits = { changesPerHour, nowUs, changesUs, tries };
  const plan = planPolicies(documents, loaded, limits);
  const steps = await runPlan(plan, options);
  const names = new Set(documents.map(({ name }) => name));
  const own = steps.filter(({ name }) => names.has(name));
  const after = triesAfter(own, tries, clock.nowUs());
  // What works or is not wanted any more leaves the book, so that it does not grow.
  if (options.isApplied && (after.size > 0 || known.size > 0)) {
    await log.setTries(control.address, after);
  }
  return { steps, foreignCount: plan.foreignCount };
}

/** Of wanted ones that could not be loaded; one that only waits for a change keeps its own. */
function triesAfter(
  steps: readonly StepResult[],
  before: ReadonlyMap<string, LoadTries>,
  nowUs: TimeUs,
): ReadonlyMap<string, LoadTries> {
  const after = new Map<string, LoadTries>();
  for (const { name, kind, outcome } of steps) {
    if (outcome === "done" || kind === "keep") continue;
    const known = before.get(name);
    const isTried = outcome === "failed" && (kind === "add" || kind === "retry");
    if (isTried) after.set(name, { count: (known?.count ?? 0) + 1, lastUs: nowUs });
    else if (known !== undefined) after.set(name, known);
  }
  return after;
}

const changing: ReadonlySet<PolicyStep["kind"]> = new Set(["add", "delete", "retry"]);

async function runPlan(plan: PolicyPlan, options: ApplyOptions): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of plan.steps) {
    if (!options.isApplied || !changing.has(step.kind)) {
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
    if (step.kind === "delete") return await deleteOne(step, control);
    if (step.kind === "retry") await takeAwayFailed(step.name, control);
    return await addOne(step.name, options);
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

/** Gone meanwhile is as good; whatever else is refused, adding it tells. */
async function takeAwayFailed(name: string, control: TetragonControl): Promise<void> {
  try {
    await control.deletePolicy(name, "");
  } catch (error) {
    if (!(error instanceof WaggleError) || error.code !== "tetragon-refused") throw error;
  }
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

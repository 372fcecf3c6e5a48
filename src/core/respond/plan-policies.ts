/**
 * Holds what is to be done so that a server has the wanted policies: which to add, to take away,
 * to keep, and what waits.
 * In: wanted policies, those that are loaded, changes of the last hour. Out: steps, in order.
 * Must never name a policy that is not ours, nor take one away before its successor is there.
 */
import { compareText } from "../event/compare-text.ts";
import { formatTime } from "../event/format-time.ts";
import { type PolicyDocument, purposeOfName } from "./policy-document.ts";
import { type LoadTries, nextTryUs } from "./retry-load.ts";

/** What a server says of one of its policies: `LoadedPolicy` of its port. */
export interface LoadedState {
  readonly name: string;
  readonly namespace: string;
  readonly state: string;
  readonly mode: string;
  readonly error: string;
}

/**
 * `add`: load it; `after` names what it takes the place of. `delete`: take it away; `after` names
 * its successor, which must be active by then, or is "". `keep`: it is there. `wait`: the changes
 * of this hour are used up. `failed`: it is loaded and does not work, or somebody switched it off,
 * or it was refused, and is not tried now. `retry`: it could not be loaded, and is taken away and
 * added again.
 */
export interface PolicyStep {
  readonly kind: "add" | "delete" | "keep" | "wait" | "failed" | "retry";
  readonly name: string;
  readonly purpose: string;
  readonly after: string;
  /** Of what failed and is not tried now: whether it will be. Absent where nobody tries. */
  readonly again?: "later" | "never";
  /** A sentence; may hold the server's own words, untrusted. */
  readonly why: string;
}

export interface ChangeLimits {
  readonly changesPerHour: number;
  readonly nowUs: number;
  /** **Unit**: microseconds; when the last changes were made, in any order. */
  readonly changesUs: readonly number[];
  /** Name → attempts to load it that failed; those that are not there were not tried. */
  readonly tries: ReadonlyMap<string, LoadTries>;
}

export interface PolicyPlan {
  /** **Order**: as they are to be done. */
  readonly steps: readonly PolicyStep[];
  /** Of other owners, or not of our shape: never touched. */
  readonly foreignCount: number;
}

/** **Unit**: microseconds. */
const hourUs = 3_600_000_000;

const brokenStates: ReadonlySet<string> = new Set(["load-error", "error", "disabled", "skipped"]);
const movingStates: ReadonlySet<string> = new Set(["loading", "unloading"]);

/** False while it does not see, or not yet: what it takes the place of stays. */
export function isWorking({ state }: Pick<LoadedState, "state">): boolean {
  return !brokenStates.has(state) && !movingStates.has(state);
}

/**
 * A change is a policy that takes the place of another, or one that goes: these are limited, for
 * each costs a load in the kernel and a moment of doubt. What is not there at all is added at
 * once: a server that starts anew must not stay blind for hours.
 */
export function planPolicies(
  wanted: readonly PolicyDocument[],
  loaded: readonly LoadedState[],
  limits: ChangeLimits,
): PolicyPlan {
  const own = loaded.filter(isOurs);
  const byName = new Map(own.map((one) => [one.name, one] as const));
  const steps: PolicyStep[] = [];
  let left = Math.max(0, limits.changesPerHour - recentCount(limits));
  const spend = (): boolean => left > 0 && left-- > 0;
  for (const { name, purpose } of wanted) {
    const there = byName.get(name);
    const before = own.filter((one) => one.name !== name && purposeOfName(one.name) === purpose);
    if (there !== undefined) {
      const isDue = there.state === "load-error" && isRetryDue(name, limits);
      const step = isDue ? retryStep(there, purpose, spend) : stateStep(there, purpose, limits);
      steps.push(step, ...clear(there, before));
    } else if (!isRetryDue(name, limits)) {
      steps.push(refusedStep({ name, purpose }, limits.tries.get(name)));
      steps.push(...before.map((one) => keepOld(one.name, "Its successor could not be loaded.")));
    } else if (before.length === 0) {
      steps.push({ kind: "add", name, purpose, after: "", why: "It is wanted and not loaded." });
    } else steps.push(...replace({ name, purpose }, before, spend));
  }
  const purposes = new Set(wanted.map(({ purpose }) => purpose));
  const unwanted = own.filter(({ name }) => !purposes.has(purposeOfName(name) ?? ""));
  for (const { name } of unwanted.sort((a, b) => compareText(a.name, b.name))) {
    steps.push(removal(name, "", "Nothing asks for it any more.", spend));
  }
  return { steps, foreignCount: loaded.length - own.length };
}

/** By its name, and loaded for the whole cluster: nobody else's is ever touched. */
export function isOurs({ name, namespace }: Pick<LoadedState, "name" | "namespace">): boolean {
  return namespace === "" && purposeOfName(name) !== undefined;
}

function recentCount({ nowUs, changesUs }: ChangeLimits): number {
  // A time of the future is one of a clock that was set back: it counts, or nothing would.
  return changesUs.filter((timeUs) => timeUs > nowUs - hourUs).length;
}

function isRetryDue(name: string, { tries, nowUs }: ChangeLimits): boolean {
  const known = tries.get(name);
  const dueUs = nextTryUs(known);
  // After a time of the future, of a clock that was set back, nobody would wait.
  return dueUs !== undefined && (dueUs <= nowUs || (known?.lastUs ?? 0) > nowUs);
}

function retryStep(
  { name, error }: LoadedState,
  purpose: string,
  spend: () => boolean,
): PolicyStep {
  const about = { name, purpose, after: "" };
  const why = `It could not be loaded${saidOf(error)}.`;
  if (spend()) return { kind: "retry", ...about, why: `${why} It is tried again.` };
  const spent = `${why} The changes of this hour are used up.`;
  return { kind: "failed", ...about, again: "later", why: spent };
}

function saidOf(error: string): string {
  return error === "" ? "" : `: ${error}`;
}

/** What the server does not list it has refused whole: some say so, and forget it. */
function refusedStep(
  { name, purpose }: Pick<PolicyDocument, "name" | "purpose">,
  tries: LoadTries | undefined,
): PolicyStep {
  const why = `It could not be loaded, and the server does not list it.${tellRetry(tries)}`;
  return { kind: "failed", name, purpose, after: "", again: againOf(tries), why };
}

function againOf(tries: LoadTries | undefined): "later" | "never" {
  return nextTryUs(tries) === undefined ? "never" : "later";
}

/** When it is tried again, for people. */
function tellRetry(tries: LoadTries | undefined): string {
  const count = tries?.count ?? 0;
  const at = formatTime(nextTryUs(tries) ?? 0);
  if (at === null) return ` Tried ${count} times: it is not tried any more.`;
  return ` Tried ${count} ${count === 1 ? "time" : "times"}; again after ${at}.`;
}

function stateStep(loaded: LoadedState, purpose: string, limits: ChangeLimits): PolicyStep {
  const { name, state, error, mode } = loaded;
  const about = { name, purpose, after: "" };
  if (brokenStates.has(state)) {
    const why = `It is loaded and in state ${state}${saidOf(error)}.`;
    if (state !== "load-error") return { kind: "failed", ...about, why };
    const tries = limits.tries.get(name);
    return { kind: "failed", ...about, again: againOf(tries), why: `${why}${tellRetry(tries)}` };
  }
  if (mode === "enforce") {
    return { kind: "keep", ...about, why: "It is loaded; the server lists it as enforcing." };
  }
  return { kind: "keep", ...about, why: `It is loaded, in state ${state}.` };
}

/** Predecessors of one that is there: they go once it works. Its coming was the change. */
function clear(there: LoadedState, before: readonly LoadedState[]): readonly PolicyStep[] {
  if (!isWorking(there)) {
    return before.map(({ name }) => keepOld(name, `Its successor is in state ${there.state}.`));
  }
  return before.map(({ name }) =>
    removal(name, there.name, "Its successor is loaded.", () => true),
  );
}

function replace(
  { name, purpose }: Pick<PolicyDocument, "name" | "purpose">,
  before: readonly LoadedState[],
  spend: () => boolean,
): readonly PolicyStep[] {
  const [first] = before;
  const after = first?.name ?? "";
  if (!spend()) {
    const why = "The changes of this hour are used up; what is loaded stays until then.";
    return [
      { kind: "wait", name, purpose, after, why },
      ...before.map((one) => keepOld(one.name, "Its successor waits.")),
    ];
  }
  const why = `It says something else than ${after}, and takes its place.`;
  return [
    { kind: "add", name, purpose, after, why },
    ...before.map((one): PolicyStep => {
      const said = `${name} takes its place, and is loaded first.`;
      return { kind: "delete", name: one.name, purpose, after: name, why: said };
    }),
  ];
}

function keepOld(name: string, why: string): PolicyStep {
  return { kind: "keep", name, purpose: purposeOfName(name) ?? "", after: "", why };
}

function removal(name: string, after: string, why: string, spend: () => boolean): PolicyStep {
  const about = { name, purpose: purposeOfName(name) ?? "", after };
  if (spend()) return { kind: "delete", ...about, why };
  return { kind: "wait", ...about, why: `${why} The changes of this hour are used up.` };
}

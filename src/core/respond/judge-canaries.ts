/**
 * Holds which sensors fell silent, told by canaries that they did not report.
 * In: what each canary did, what sensors state, what was seen. Out: losses, and who is silent.
 * Must never call a sensor silent that was not bound to see that canary.
 */
import type { TimeUs } from "../event/event.ts";
import type { CoverageFact, LossFact, Sensor } from "../observe/fact.ts";
import { networkDoings, readWatch } from "../observe/network-watch.ts";
import { createPathScope } from "../observe/path-scope.ts";
import type { CanarySighting } from "./watch-canaries.ts";

/** What a canary did: `CanaryRun` of its port. */
export interface CanaryDoings {
  readonly token: string;
  readonly startedUs: TimeUs;
  readonly endedUs: TimeUs;
  readonly filePath: string;
  readonly port: number;
}

export interface CanaryRound {
  readonly node: string;
  readonly run: CanaryDoings;
  /** Of that node; what policies state there now. */
  readonly coverage: readonly CoverageFact[];
  /** Of any token: others' are passed over. */
  readonly sightings: readonly CanarySighting[];
}

interface Standing {
  readonly sensor: Sensor;
  readonly policy: string;
  readonly doing: string;
  /** End of the last canary that it reported; 0 never. */
  lastGoodUs: TimeUs;
  readonly firstAskedUs: TimeUs;
  isSilent: boolean;
}

/** **Shape**: by node, sensor, policy and doing; at most `standingCountMax`. */
export interface CanaryState {
  readonly standings: Map<string, Standing>;
}

const standingCountMax = 4096;

export function createCanaryState(): CanaryState {
  return { standings: new Map() };
}

const silentPrefix = "sensor-silent";

/** Reason of a loss: of one policy, or, for the base sensor, of the whole node. */
export function silentReason(policy: string): string {
  return policy === "" ? silentPrefix : `${silentPrefix}-of-${policy.slice(0, 253)}`;
}

/**
 * Takes one canary into account. A sensor that does not report it is down from the last one that
 * it reported, or, where it never did, from the first that it was bound to see. **Order** of
 * losses: by reason.
 */
export function judgeCanary(state: CanaryState, round: CanaryRound): readonly LossFact[] {
  const { run, node } = round;
  const seen = round.sightings.filter((one) => one.token === run.token && one.node === node);
  const reported = new Set(seen.map((one) => keyOf(one)));
  for (const one of seen) admit(state, round, one);
  for (const one of boundToSee(round)) admit(state, round, one);
  const isBlind = !reported.has(keyOf({ sensor: "exec", policy: "", doing: "" }));
  const silent: Standing[] = [];
  for (const standing of standingsOf(state, round)) {
    standing.isSilent = !reported.has(keyOf(standing));
    if (standing.isSilent) silent.push(standing);
    else standing.lastGoodUs = run.endedUs;
  }
  // Who does not see the process at all sees nothing of what it did: that is one loss, not many.
  const counted = isBlind ? silent.filter(({ sensor }) => sensor === "exec") : silent;
  const groups = Map.groupBy(counted, ({ policy }) => policy);
  return [...groups.values()].map((group) => lossOf(group, round)).sort(byReason);
}

/** Names of sensors that did not report the last canary. **Order**: sorted. */
export function silentSensors({ standings }: CanaryState): readonly string[] {
  const silent = [...standings.values()].filter(({ isSilent }) => isSilent);
  return silent.map((one) => `${one.sensor} ${one.policy} ${one.doing}`.trim()).sort();
}

/** Policies of which no canary does what they watch, so that none tells whether they work. */
export function unexercisedPolicies(
  { standings }: CanaryState,
  { node, coverage }: Pick<CanaryRound, "node" | "coverage">,
): readonly string[] {
  const exercised = new Set(
    [...standings].flatMap(([key, { policy }]) => (key.startsWith(`${node} `) ? [policy] : [])),
  );
  const names = coverage.map(({ policy }) => policy).filter((policy) => policy !== "");
  return [...new Set(names)].filter((policy) => !exercised.has(policy)).sort();
}

type Identity = Pick<CanarySighting, "sensor" | "policy" | "doing">;

function keyOf({ sensor, policy, doing }: Pick<Standing, "sensor" | "policy" | "doing">): string {
  return `${sensor} ${policy} ${doing}`;
}

function admit(
  { standings }: CanaryState,
  { node, run }: CanaryRound,
  { sensor, policy, doing }: Identity,
): void {
  const key = `${node} ${keyOf({ sensor, policy, doing })}`;
  if (standings.has(key) || standings.size >= standingCountMax) return;
  const firstAskedUs = run.startedUs;
  standings.set(key, { sensor, policy, doing, lastGoodUs: 0, firstAskedUs, isSilent: false });
}

/** Those that are there still: a policy that was taken away is not silent, it is gone. */
function standingsOf(state: CanaryState, { node, coverage }: CanaryRound): readonly Standing[] {
  const policies = new Set(coverage.map(({ policy }) => policy));
  const found: Standing[] = [];
  for (const [key, standing] of state.standings) {
    if (!key.startsWith(`${node} `)) continue;
    if (standing.policy === "" || policies.has(standing.policy)) found.push(standing);
    else state.standings.delete(key);
  }
  return found;
}

/**
 * Sensors that state, without conditions, that they watch what it did. The libraries that it maps
 * are not known beforehand: sensors of mappings are held to what they reported once.
 */
function boundToSee({ run, coverage }: CanaryRound): readonly Identity[] {
  const bound: Identity[] = [{ sensor: "exec", policy: "", doing: "" }];
  for (const { sensor, policy, basis, limits, pathPrefixes } of coverage) {
    if (basis !== "stated") continue;
    if (sensor === "open" && limits.length === 0 && run.filePath !== "") {
      if (createPathScope(pathPrefixes).holds(run.filePath))
        bound.push({ sensor, policy, doing: "" });
    }
    if (sensor !== "network" || run.port === 0) continue;
    for (const doing of networkDoings) {
      if (readWatch(limits, doing) === "yes") bound.push({ sensor, policy, doing });
    }
  }
  return bound;
}

function lossOf(group: readonly Standing[], { node, run }: CanaryRound): LossFact {
  const since = group.map(({ lastGoodUs, firstAskedUs }) => lastGoodUs || firstAskedUs);
  const [first] = group;
  const what = group.map(({ doing, sensor }) => (doing === "" ? sensor : doing)).sort();
  return {
    kind: "loss",
    node,
    container: "",
    reason: silentReason(first?.policy ?? ""),
    sinceUs: since.reduce((a, b) => Math.min(a, b)),
    untilUs: run.endedUs,
    count: 0,
    detail: `did not report a canary: ${[...new Set(what)].join(", ")}`,
  };
}

function byReason(a: LossFact, b: LossFact): number {
  return a.reason < b.reason ? -1 : a.reason > b.reason ? 1 : 0;
}

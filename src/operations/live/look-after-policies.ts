/**
 * Holds the keeping of waggle's own policies at each Tetragon: loaded where they lack, replaced
 * when the images that run ask for others. Off unless a person said so.
 * In: the daemon. Out: nothing; what was changed is logged. The work is done by a process of its
 * own (`waggle policy apply`), because it reads SBOMs.
 */
import * as z from "zod";
import { WaggleError } from "../../ports/waggle-error.ts";
import { stateFiles } from "../state-sources.ts";
import type { Daemon } from "./daemon.ts";
import { loadLiveOptions } from "./load-live-options.ts";
import { tlsWords } from "./tls-fields.ts";

/** **Unit**: milliseconds. A restarted Tetragon has forgotten what was loaded over gRPC. */
const intervalMs = 5 * 60_000;
const reconnectMs = 5000;

/** **Unit**: policies that the status names. */
const namedCountMax = 20;

const appliedSchema = z.object({
  nodes: z.array(
    z.object({
      address: z.string(),
      trouble: z.string(),
      steps: z.array(
        z.object({
          ...{ kind: z.string(), name: z.string(), outcome: z.string(), said: z.string() },
          why: z.string().default(""),
          again: z.enum(["later", "never"]).optional(),
        }),
      ),
    }),
  ),
});
type AppliedNode = z.infer<typeof appliedSchema>["nodes"][number];
type AppliedStep = AppliedNode["steps"][number];

/** Kind of step → what it does, for the log; others change nothing. */
const changed: ReadonlyMap<string, string> = new Map([
  ["add", "loaded"],
  ["retry", "loaded again after it failed"],
  ["delete", "taken away"],
]);

/** Ends when the signal is given. **Errors**: throws defects only. */
export async function lookAfterPolicies(daemon: Daemon, signal: AbortSignal): Promise<void> {
  const { settings, context } = daemon;
  const { clock } = context.outside.services;
  if (!settings.managePolicies || settings.tetragon.length === 0) return;
  let lookedMs = Number.NEGATIVE_INFINITY;
  let reconnects = -1;
  let restarts = -1;
  const givenUp = new Set<string>();
  while (!signal.aborted) {
    const isConnected = daemon.sources.some((one) => one.status().state === "connected");
    const count = daemon.sources.reduce((sum, one) => sum + one.status().reconnectCount, 0);
    const isDue = clock.elapsedMs() - lookedMs >= intervalMs || count !== reconnects;
    if (isConnected && isDue) {
      lookedMs = clock.elapsedMs();
      reconnects = count;
      // What a server refuses it is not asked for ever: until it is another one, as it may be too
      // when this program starts.
      const isAnew = restartCount(daemon) !== restarts;
      restarts = restartCount(daemon);
      await applyOnce(daemon, { isAnew, givenUp }, signal);
    }
    await clock.wait(reconnectMs, signal);
  }
}

/** Of servers that were found to be started anew; a connection that was lost is none. */
function restartCount({ health }: Daemon): number {
  return health.losses.find(({ reason }) => reason === "restart")?.times ?? 0;
}

interface Round {
  readonly isAnew: boolean;
  /** Of the last round: server and name. */
  readonly givenUp: Set<string>;
}

async function applyOnce(daemon: Daemon, round: Round, signal: AbortSignal): Promise<void> {
  const { context, log, health, observation } = daemon;
  const { clock, reportMaker } = context.outside.services;
  try {
    const text = await (await reportMaker()).make(words(daemon, round), signal);
    const { nodes } = appliedSchema.parse(JSON.parse(text));
    let changeCount = 0;
    for (const { address, trouble, steps } of nodes) {
      if (trouble !== "") log.warn("Policies could not be looked after.", { address, trouble });
      for (const step of steps) if (tellStep(daemon, address, step)) changeCount += 1;
    }
    tellGivenUp(daemon, nodes, round.givenUp);
    const lacking = countLacking(daemon, nodes);
    const troubles = [...nodes.map(({ trouble }) => trouble), lacking].filter((one) => one !== "");
    health.note("policies", troubles.length === 0, troubles.join("; "), clock.nowUs());
    if (changeCount > 0) observation.reconfigure(await loadLiveOptions(daemon, context));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof WaggleError)) throw error;
    if (health.note("policies", false, error.message, clock.nowUs())) {
      log.error("Policies could not be planned; tried again.", { why: error.message });
    }
  }
}

/** Gives true where something was changed. */
function tellStep({ log }: Daemon, address: string, step: AppliedStep): boolean {
  const { kind, name, outcome, said } = step;
  const what = changed.get(kind);
  if (what === undefined) return false;
  const fields = { address, policy: name, said };
  if (outcome === "done") log.info(`A policy was ${what}.`, fields);
  else log.warn(`A policy could not be ${what}.`, fields);
  return outcome === "done";
}

/** Once each, and again when it was tried anew meanwhile. */
function tellGivenUp({ log }: Daemon, nodes: readonly AppliedNode[], known: Set<string>): void {
  const now = new Set<string>();
  for (const { address, trouble, steps } of nodes) {
    // Nobody knows: what was told stays told.
    if (trouble !== "") for (const key of known) if (key.startsWith(`${address} `)) now.add(key);
    for (const { name, again, why } of steps) {
      if (again !== "never") continue;
      const key = `${address} ${name}`;
      now.add(key);
      if (!known.has(key)) log.warn("A policy is given up.", { address, policy: name, why });
    }
  }
  known.clear();
  for (const key of now) known.add(key);
}

/** For metrics, and in words for the status; "" where all that is wanted could be loaded. */
function countLacking({ health }: Daemon, nodes: readonly AppliedNode[]): string {
  const steps = nodes.flatMap((one) => one.steps);
  const isTried = ({ kind, outcome }: AppliedStep) =>
    outcome === "failed" && (kind === "add" || kind === "retry");
  const later = steps.filter((one) => one.again === "later" || isTried(one));
  const never = steps.filter(({ again }) => again === "never");
  health.set("policies-refused", later.length);
  health.set("policies-given-up", never.length);
  const tell = (what: string, some: readonly AppliedStep[]): readonly string[] => {
    const names = [...new Set(some.map(({ name }) => name))].slice(0, namedCountMax);
    return names.length === 0 ? [] : [`${what}: ${names.join(", ")}`];
  };
  return [
    ...tell("could not be loaded, tried again later", later),
    ...tell("could not be loaded, and not tried any more", never),
  ].join("; ");
}

function words({ settings, context }: Daemon, { isAnew }: Round): readonly string[] {
  const { state, tetragon, tls, policyChanges } = settings;
  const { file } = context.settings;
  return [
    ...["policy", "apply", "--yes", "--beside", "--state", state, "--format", "json"],
    ...["--to", `${state}/${stateFiles.policies}`, "--changes-per-hour", String(policyChanges)],
    ...tetragon.flatMap(({ address }) => ["--tetragon", address]),
    ...(isAnew ? ["--anew"] : []),
    ...tlsWords(tls),
    ...(file === "" ? [] : ["--config", file]),
  ];
}

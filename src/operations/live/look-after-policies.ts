/**
 * Holds the keeping of waggle's own policies at each Tetragon: loaded where they lack, replaced
 * when the images that run ask for others. Off unless a person said so.
 * In: the daemon. Out: nothing; what was changed is logged. The work is done by a process of its
 * own (`waggle policy apply`), because it reads SBOMs.
 */
import { z } from "zod";
import { WaggleError } from "../../ports/waggle-error.ts";
import { stateFiles } from "../state-sources.ts";
import type { Daemon } from "./daemon.ts";
import { loadLiveOptions } from "./load-live-options.ts";
import { tlsWords } from "./tls-fields.ts";

/** **Unit**: milliseconds. A restarted Tetragon has forgotten what was loaded over gRPC. */
const intervalMs = 5 * 60_000;
const reconnectMs = 5000;

const appliedSchema = z.object({
  nodes: z.array(
    z.object({
      address: z.string(),
      trouble: z.string(),
      steps: z.array(
        z.object({ kind: z.string(), name: z.string(), outcome: z.string(), said: z.string() }),
      ),
    }),
  ),
});

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
  while (!signal.aborted) {
    const isConnected = daemon.sources.some((one) => one.status().state === "connected");
    const count = daemon.sources.reduce((sum, one) => sum + one.status().reconnectCount, 0);
    const isDue = clock.elapsedMs() - lookedMs >= intervalMs || count !== reconnects;
    if (isConnected && isDue) {
      lookedMs = clock.elapsedMs();
      reconnects = count;
      await applyOnce(daemon, signal);
    }
    await clock.wait(reconnectMs, signal);
  }
}

async function applyOnce(daemon: Daemon, signal: AbortSignal): Promise<void> {
  const { context, log, health, observation } = daemon;
  const { clock, reportMaker } = context.outside.services;
  try {
    const text = await (await reportMaker()).make(words(daemon), signal);
    const { nodes } = appliedSchema.parse(JSON.parse(text));
    let changeCount = 0;
    for (const { address, trouble, steps } of nodes) {
      if (trouble !== "") log.warn("Policies could not be looked after.", { address, trouble });
      for (const { kind, name, outcome, said } of steps) {
        const what = changed.get(kind);
        if (what === undefined) continue;
        if (outcome === "done") changeCount += 1;
        const fields = { address, policy: name, said };
        if (outcome === "done") log.info(`A policy was ${what}.`, fields);
        else log.warn(`A policy could not be ${what}.`, fields);
      }
    }
    const troubles = nodes.map(({ trouble }) => trouble).filter((trouble) => trouble !== "");
    health.note("policies", troubles.length === 0, troubles[0] ?? "", clock.nowUs());
    if (changeCount > 0) observation.reconfigure(await loadLiveOptions(daemon, context));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof WaggleError)) throw error;
    if (health.note("policies", false, error.message, clock.nowUs())) {
      log.error("Policies could not be planned; tried again.", { why: error.message });
    }
  }
}

function words({ settings, context }: Daemon): readonly string[] {
  const { state, tetragon, tls, policyChanges } = settings;
  const { file } = context.settings;
  return [
    ...["policy", "apply", "--yes", "--beside", "--state", state, "--format", "json"],
    ...["--to", `${state}/${stateFiles.policies}`, "--changes-per-hour", String(policyChanges)],
    ...tetragon.flatMap(({ address }) => ["--tetragon", address]),
    ...tlsWords(tls),
    ...(file === "" ? [] : ["--config", file]),
  ];
}

/**
 * Holds the putting away of the cluster's objects as they change, where reports find them.
 * In: the watch. Out: a file in the state directory; a call when probes or pods may have changed.
 * Must never write more often than twice a minute: clusters breathe.
 */
import type { Clock } from "../../ports/clock.ts";
import type { ClusterWatch } from "../../ports/cluster-watch.ts";
import type { Files } from "../../ports/files.ts";
import type { Log } from "../../ports/log.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { stateFiles } from "../state-sources.ts";
import type { DaemonHealth } from "./daemon-health.ts";

export interface ClusterFollowing {
  readonly watch: ClusterWatch;
  readonly state: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: DaemonHealth;
  readonly signal: AbortSignal;
  readonly onChange: () => Promise<void>;
  /** Every few seconds: pods come and go. */
  readonly onLook: () => Promise<void>;
}

const checkMs = 2000;
const writeMs = 30_000;

/** Ends when the signal is given. **Errors**: what starting the watch throws: `usage`. */
export async function followCluster(following: ClusterFollowing): Promise<void> {
  const { watch, clock, signal } = following;
  let written = -1;
  let writtenMs = Number.NEGATIVE_INFINITY;
  await watch.start();
  try {
    while (!signal.aborted) {
      noteState(following);
      await following.onLook();
      const isDue = clock.elapsedMs() - writtenMs >= writeMs;
      if (watch.status().state === "synced" && watch.version !== written && isDue) {
        written = (await writeOrTell(following)) ?? written;
        writtenMs = clock.elapsedMs();
      }
      await clock.wait(checkMs, signal);
    }
  } finally {
    watch.stop();
  }
}

function noteState({ watch, health, log, clock }: ClusterFollowing): void {
  const { state, detail } = watch.status();
  const ok = state !== "failing";
  if (!health.note("cluster", ok, detail, clock.nowUs())) return;
  if (ok) log.info("The cluster's objects are known.", { state });
  else log.warn("The cluster cannot be watched; the last objects stay.", { detail });
}

/** undefined: tried again, with what is known then. */
async function writeOrTell(following: ClusterFollowing): Promise<number | undefined> {
  const { health, log, clock } = following;
  const part = "cluster snapshot";
  try {
    const version = await writeSnapshot(following);
    health.note(part, true, "", clock.nowUs());
    return version;
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    if (health.note(part, false, error.message, clock.nowUs())) {
      log.error("The cluster's objects cannot be kept; tried again.", { why: error.message });
    }
    return undefined;
  }
}

async function writeSnapshot(following: ClusterFollowing): Promise<number> {
  const { watch, state, files, log } = following;
  const { version, json, missing } = watch.snapshot();
  await files.writeWhole(`${state}/${stateFiles.cluster}`, [json]);
  for (const [kind, why] of missing) log.debug("Objects are not seen.", { kind, why });
  await following.onChange();
  return version;
}

/**
 * Holds the watching of a cluster's objects as part of a daemon.
 * In: the daemon. Out: a snapshot in the state, probes as they are declared now; a call when
 * something changed.
 */
import type { TetragonPod } from "../../ports/cluster-watch.ts";
import type { Daemon } from "./daemon.ts";
import { followCluster } from "./follow-cluster.ts";
import { loadLiveOptions } from "./load-live-options.ts";

type OnPods = (pods: readonly TetragonPod[]) => Promise<void>;

/** Ends when the signal is given; at once without a cluster. **Errors**: `usage`. */
export async function watchObjects(
  daemon: Daemon,
  calls: { readonly onChange: () => void; readonly onPods: OnPods },
  signal: AbortSignal,
): Promise<void> {
  const { settings, context, log, health, observation } = daemon;
  if (settings.kubeconfig === undefined) return;
  const { clock } = context.outside.services;
  const watch = await context.outside.sources.cluster(settings.kubeconfig);
  await followCluster({
    ...{ watch, clock, log, health, signal },
    ...{ files: context.files, state: settings.state },
    onChange: async () => {
      observation.reconfigure(await loadLiveOptions(daemon, daemon.context));
      calls.onChange();
    },
    onLook: () => calls.onPods(watch.tetragonPods()),
  });
}

/**
 * Holds the reading of the configuration again while a daemon runs.
 * In: the daemon, how its settings are resolved. Out: what may change has changed; what may not is
 * told. Must never take half of a configuration: a wrong one changes nothing.
 */
import { WaggleError } from "../../ports/waggle-error.ts";
import { loadConfig } from "../load-config.ts";
import type { Daemon } from "./daemon.ts";
import { openSinks } from "./deliver-report.ts";
import { loadDetectors } from "./load-detectors.ts";
import { loadLiveOptions } from "./load-live-options.ts";
import type { ResolveRun, RunSettings } from "./run-settings.ts";

export interface Reloading {
  readonly daemon: Daemon;
  readonly resolve: ResolveRun;
  readonly onChange: (what: ChangedSettings) => void;
}

/** What the configuration says something else of than before. */
interface ChangedSettings {
  /** Reports judge by it. */
  readonly isJudged: boolean;
  /** Who is told of incidents. */
  readonly isTold: boolean;
}

/** Option → what of the settings it fills; `now`: it is looked up each time it is used. */
const options: readonly {
  readonly option: string;
  readonly key: keyof RunSettings;
  readonly when: "now" | "restart";
}[] = [
  { option: "sink", key: "sinks", when: "now" },
  { option: "schedule", key: "scheduleUs", when: "now" },
  { option: "settle", key: "settleUs", when: "now" },
  { option: "retention", key: "retentionUs", when: "now" },
  { option: "history-retention", key: "historyRetentionUs", when: "now" },
  { option: "state", key: "state", when: "restart" },
  { option: "name", key: "name", when: "restart" },
  { option: "tetragon", key: "tetragon", when: "restart" },
  { option: "tls", key: "tls", when: "restart" },
  { option: "discover", key: "discover", when: "restart" },
  { option: "follow", key: "follow", when: "restart" },
  { option: "tetragon-metrics", key: "metricsUrls", when: "restart" },
  { option: "kubernetes", key: "kubeconfig", when: "restart" },
  { option: "status", key: "status", when: "restart" },
  { option: "archive", key: "archiveUs", when: "restart" },
  { option: "archive-size", key: "archiveBytes", when: "restart" },
  { option: "scan", key: "scan", when: "restart" },
  { option: "detect", key: "detect", when: "restart" },
  { option: "rules", key: "rules", when: "now" },
  { option: "workflows", key: "workflows", when: "restart" },
  { option: "scan-source", key: "scanSources", when: "restart" },
  { option: "manage-policies", key: "managePolicies", when: "restart" },
  { option: "policy-changes", key: "policyChanges", when: "restart" },
  { option: "canary", key: "canaryUs", when: "restart" },
  { option: "log-level", key: "logLevel", when: "restart" },
];

/** One at a time: requests that come meanwhile are answered in turn. */
export function reloadOnRequest(reloading: Reloading): void {
  let last: Promise<void> = Promise.resolve();
  reloading.daemon.context.onReload(() => {
    last = last.then(() => reloadOrTell(reloading));
  });
}

async function reloadOrTell(reloading: Reloading): Promise<void> {
  const { log, health, context } = reloading.daemon;
  const nowUs = context.outside.services.clock.nowUs();
  try {
    await reload(reloading);
    health.note("configuration", true, "", nowUs);
  } catch (error) {
    // Whatever it is: the daemon that runs well must not end by a file that changed.
    const why = error instanceof WaggleError ? error.message : String(error);
    health.note("configuration", false, why, nowUs);
    log.error("The configuration was not taken; the one before stays.", { why });
  }
}

async function reload({ daemon, resolve, onChange }: Reloading): Promise<void> {
  const before = daemon.context.settings;
  const file = before.file === "" ? undefined : before.file;
  const settings = await loadConfig(daemon.context.files, file);
  const wanted = resolve(settings);
  await openSinks(wanted.sinks, daemon.context);
  const context = { ...daemon.context, settings };
  const { detect } = daemon.settings;
  // Rule files may differ though their names do not; states of rules that stay are kept.
  const calls = { log: daemon.log, urgent: daemon.detection.urgent };
  const detection = await loadDetectors({ detect, rules: wanted.rules }, context, calls);
  const live = await loadLiveOptions({ settings: daemon.settings, detection }, context);
  const differing = options.filter(
    ({ key }) => JSON.stringify(wanted[key]) !== JSON.stringify(daemon.settings[key]),
  );
  const changed = differing.filter(({ when }) => when === "now");
  const restart = differing.filter(({ when }) => when === "restart");
  const taken = Object.fromEntries(changed.map(({ key }) => [key, wanted[key]]));
  daemon.observation.reconfigure(live);
  daemon.detection = detection;
  daemon.context = context;
  daemon.settings = { ...daemon.settings, ...taken };
  daemon.log.info("The configuration was read again.", {
    file: settings.file,
    changed: changed.map(({ option }) => option),
  });
  if (restart.length > 0) {
    const names = restart.map(({ option }) => option);
    daemon.log.warn("These settings need a restart.", { options: names });
  }
  const { run: _, notify: told, ...judged } = before.config;
  const { run: __, notify: toldNow, ...judgedNow } = settings.config;
  onChange({
    isJudged: JSON.stringify(judged) !== JSON.stringify(judgedNow),
    isTold: JSON.stringify(told) !== JSON.stringify(toldNow),
  });
}

/**
 * Holds what a daemon is to do, with defaults filled in.
 * In: the input of `run` and the configuration. Out: `RunSettings`.
 * Must never open anything.
 */
import * as z from "zod";
import type { LogLevel } from "../../ports/log.ts";
import type { ImageSource } from "../../ports/scanner.ts";
import type { TetragonAddress, TlsFiles } from "../../ports/tetragon-control.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { Settings } from "../operation.ts";
import { readDuration } from "../time-range.ts";
import { readScanSources } from "./choose-scans.ts";
import { kebabKey, runFields } from "./run-fields.ts";
import { addressesOf, tlsOf } from "./tls-fields.ts";

const schema = z.strictObject(runFields);
export type RunInput = z.infer<typeof schema>;

export interface RunSettings {
  readonly state: string;
  readonly name: string;
  readonly tetragon: readonly TetragonAddress[];
  readonly tls: TlsFiles | undefined;
  readonly discover: boolean;
  readonly follow: readonly string[];
  readonly metricsUrls: readonly string[];
  /** undefined: no cluster; "" the pod's own account or the usual file. */
  readonly kubeconfig: string | undefined;
  /** "" serves nothing. */
  readonly status: string;
  readonly sinks: readonly string[];
  /** **Unit**: microseconds, all of these; 0 is off. */
  readonly scheduleUs: number;
  readonly settleUs: number;
  readonly archiveUs: number;
  readonly archiveBytes: number;
  readonly retentionUs: number;
  /** Never sooner than `retentionUs`. */
  readonly historyRetentionUs: number;
  readonly canaryUs: number;
  readonly scan: "auto" | "off";
  readonly detect: "auto" | "off";
  /** Files and directories of rules beside those that come with the program. */
  readonly rules: readonly string[];
  /** Names or files of workflows that start by themselves. */
  readonly workflows: readonly string[];
  readonly scanSources: readonly ImageSource[];
  readonly managePolicies: boolean;
  readonly policyChanges: number;
  readonly logLevel: LogLevel;
}

/** As the settings were resolved first, with another configuration. **Errors**: throws `usage`. */
export type ResolveRun = (settings: Settings) => RunSettings;

/** **Errors**: throws `usage` naming the option. */
export function resolveRun(given: RunInput, settings: Settings): RunSettings {
  const input = withConfig(given, settings);
  const tls = tlsOf(input);
  const tetragon = addressesOf(input.tetragon ?? [], tls);
  const wantsCluster = input.kubernetes === true || input.kubeconfig !== undefined;
  const resolved: RunSettings = {
    state: (input.state ?? settings.config.state ?? "waggle-state").replace(/(?<=.)\/+$/, ""),
    name: input.name ?? "local",
    tetragon,
    tls,
    discover: input.discover ?? false,
    follow: input.follow ?? [],
    metricsUrls: input.tetragonMetrics ?? [],
    kubeconfig: wantsCluster || input.discover === true ? (input.kubeconfig ?? "") : undefined,
    status: input.status === "off" ? "" : (input.status ?? "127.0.0.1:9464"),
    sinks: input.sink ?? [],
    scheduleUs: durationOf(input.schedule ?? "24h", "schedule"),
    settleUs: durationOf(input.settle ?? "20s", "settle"),
    archiveUs: durationOf(input.archive ?? "24h", "archive"),
    archiveBytes: sizeOf(input.archiveSize ?? "2GB", "archive-size"),
    retentionUs: durationOf(input.retention ?? "30d", "retention"),
    historyRetentionUs: durationOf(input.historyRetention ?? "400d", "history-retention"),
    canaryUs: durationOf(input.canary ?? "off", "canary"),
    scan: input.scan ?? "auto",
    detect: input.detect ?? "auto",
    rules: input.rules ?? [],
    workflows: input.workflows ?? [],
    scanSources: readScanSources(input.scanSource ?? ""),
    managePolicies: input.managePolicies ?? false,
    policyChanges: input.policyChanges ?? 6,
    logLevel: input.logLevel ?? "info",
  };
  if (tetragon.length === 0 && resolved.follow.length === 0 && !resolved.discover) {
    throw new WaggleError(
      "usage",
      "No source of events: pass --tetragon unix:///var/run/tetragon/tetragon.sock, " +
        "--follow FILE or --discover.",
    );
  }
  return resolved;
}

/** What the command line left out is taken from `run:`; its paths are as written. */
function withConfig(given: RunInput, { config }: Settings): RunInput {
  const configured: Readonly<Record<string, unknown>> = config.run ?? {};
  const filled = Object.keys(runFields).flatMap((key) => {
    const value = given[key as keyof RunInput] ?? configured[kebabKey(key)];
    return value === undefined ? [] : [[key, value] as const];
  });
  return schema.parse(Object.fromEntries(filled));
}

function durationOf(text: string, option: string): number {
  if (text === "off") return 0;
  const us = readDuration(text);
  if (us !== undefined && us > 0) return us;
  throw new WaggleError("usage", `${option} takes a duration such as 10m or 24h, not "${text}".`);
}

const sizeUnits: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
};

function sizeOf(text: string, option: string): number {
  const [, number = "", unit = ""] = /^(\d{1,12})\s?([KMG]?i?B)$/i.exec(text) ?? [];
  const bytes = Number(number) * (sizeUnits[unit.toUpperCase()] ?? 0);
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new WaggleError("usage", `${option} takes a size such as 500MB or 2GB, not "${text}".`);
}

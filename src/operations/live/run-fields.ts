/**
 * Holds what `waggle run` can be told: each an option of the command line, a key of `run:` in the
 * configuration, and an environment variable.
 * In: nothing. Out: the schema. Defaults are in `run-settings.ts`.
 */
import * as z from "zod";
import { tlsFields } from "./tls-fields.ts";

const names = (what: string) => z.array(z.string().min(1)).max(1000).optional().describe(what);
const text = (what: string) => z.string().min(1).optional().describe(what);
const flag = (what: string) => z.boolean().optional().describe(what);

export const runFields = {
  state: text("Directory for all that is kept; ./waggle-state when left out"),
  tetragon: names(
    "Tetragon servers: unix:///var/run/tetragon/tetragon.sock or host:port; may be repeated",
  ),
  discover: flag("Connect to the Tetragon pods that the Kubernetes API lists"),
  follow: names("Export files of Tetragon that grow: read on as they are written and rotated"),
  tetragonMetrics: names("Metrics of Tetragon, http://host:2112/metrics: tell what was lost"),
  ...tlsFields,
  kubernetes: flag("Watch the objects of the cluster that this pod, or the kubeconfig, is of"),
  kubeconfig: text("Kubeconfig to use; implies kubernetes"),
  name: text("What this daemon calls itself in the state; local when left out"),
  status: text("Where to serve /healthz, /readyz, /metrics: host:port, or off; 127.0.0.1:9464"),
  sink: names("Where reports go: a file, a directory, -, or https://… as a web hook"),
  schedule: text("Write a report at least this often, or off; 24h when left out"),
  settle: text("How long changes must be quiet before a report is written; 20s when left out"),
  archive: text("How long raw events are kept, or off; 24h when left out"),
  archiveSize: text("How much disk raw events may take, such as 2GB; 2GB when left out"),
  retention: text("How long facts of ended containers and old reports are kept; 30d"),
  historyRetention: text(
    "How long findings that ended are kept, with their changes and notes, or off; 400d",
  ),
  scan: z
    .enum(["auto", "off"])
    .optional()
    .describe("Run syft and grype for images without a scan, when they are installed: auto or off"),
  detect: z
    .enum(["auto", "off"])
    .optional()
    .describe("Detect intrusions with the rules that come along and those of --rules: auto or off"),
  rules: names("Directories or files of more detection rules: Sigma, or sequences"),
  workflows: names(
    "Workflows that start on incidents, by time or by web hook: names or files; none by itself",
  ),
  scanSource: text("What syft reads images from, such as docker, containerd, registry"),
  managePolicies: flag("Load and replace Tetragon policies of ours; off when left out"),
  policyChanges: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe("How many policies may change in an hour; 6 when left out"),
  canary: text("How often marked processes test each sensor, or off; off when left out"),
  logLevel: z.enum(["error", "warn", "info", "debug"]).optional().describe("info when left out"),
};

/** Keys of the configuration are written as options are: `tetragon-metrics`. */
export function kebabKey(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export const runConfigSchema = z
  .strictObject(
    Object.fromEntries(
      Object.entries(runFields).map(([key, schema]) => [kebabKey(key), schema]),
    ) as Record<string, z.ZodType>,
  )
  .describe("What `waggle run` is told, as its options are called");

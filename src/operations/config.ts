/**
 * Holds `waggle.yaml`: its schema, and reading it with errors that name line, column and key.
 * In: the text of the file. Out: a checked `Config`, or `WaggleError` `config-invalid`.
 * Must never open the files it names.
 *
 * Lists of inputs are called as on the command line; what the command line gives wins.
 */
import { isMap, isPair, isScalar, type Node } from "yaml";
import * as z from "zod";
import { roleNames } from "../core/judge/context/workload-context.ts";
import { justificationNames, waiverStatuses } from "../core/judge/waive/waiver.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { readFailOn } from "./fail-on.ts";
import { runConfigSchema } from "./live/run-fields.ts";
import { nearestName } from "./nearest-name.ts";
import { notifyConfigSchema, notifyShapes } from "./notify/route-schema.ts";
import { readYaml, type YamlPlace, yamlLengthMax } from "./read-yaml.ts";
import { readDuration, readTime } from "./time-range.ts";

const files = (what: string) => z.array(z.string().min(1)).max(10_000).describe(what);

const duration = z.string().refine((text) => readDuration(text) !== undefined, {
  error: "expected a duration such as 90s, 10m or 1h30m",
});

const failOn = z.string().refine(
  (text) => {
    try {
      return readFailOn([text]).length > 0;
    } catch (error) {
      if (error instanceof WaggleError) return false;
      throw error;
    }
  },
  { error: "expected words such as critical, kev or in-use:high" },
);

const probe = z.strictObject({
  container: z
    .string()
    .min(1)
    .optional()
    .describe("Container, pod or id prefix; all when left out"),
  command: z.string().min(1).describe("The command as the kernel sees it, words joined by spaces"),
});

const needsBecause = `not_affected needs a justification: one of ${justificationNames.join(", ")}`;

/** Strict, because a misspelt key would widen what the decision speaks of. */
const decision = z
  .strictObject({
    vulnerability: z.string().min(1).max(200).describe("CVE, GHSA or other id"),
    package: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe("Source package as upgrades name it, or name, name@version or purl; all if absent"),
    workload: z
      .string()
      .min(1)
      .max(600)
      .optional()
      .describe("namespace/name or namespace/name/container; all if absent"),
    image: z
      .string()
      .min(1)
      .max(600)
      .optional()
      .describe("Repository, reference or digest; all if absent"),
    status: z.enum(waiverStatuses),
    justification: z
      .enum(justificationNames)
      .optional()
      .describe("Why it is not_affected, in the words of OpenVEX"),
    reason: z.string().trim().min(1).max(2000).describe("Why, for whoever reads it later"),
    by: z.string().trim().min(1).max(200).describe("The person who answers for it"),
    until: z
      .string()
      .refine((text) => readTime(text) !== undefined, {
        error: "expected the last day it holds, such as 2026-12-31, or an ISO time",
      })
      .describe("Last day (UTC, whole) or time that it holds"),
  })
  .refine((one) => one.status !== "not_affected" || one.justification !== undefined, {
    error: needsBecause,
    path: ["justification"],
  })
  .refine(
    (one) => one.justification === undefined || /^(not_affected|false_positive)$/.test(one.status),
    { error: "goes with not_affected and false_positive alone", path: ["justification"] },
  );

/** Every key is optional. Paths are relative to the file's directory. */
const configSchema = z
  .strictObject({
    state: z.string().min(1).describe("State directory of `waggle run`"),
    run: runConfigSchema,
    notify: notifyConfigSchema.describe("Who is told of incidents; see docs/notify.md"),
    events: files("Event files, directories of rotated exports, or -"),
    sbom: files("SBOM files or directories, [NAME=]FILE"),
    vulns: files("Vulnerability scan files or directories"),
    kev: files("CISA's catalogue of known exploited vulnerabilities, JSON"),
    epss: files("EPSS scores of FIRST, CSV"),
    k8s: files("Outputs of kubectl get … -A -o json"),
    containers: files("Lists of containers: docker, crictl, nerdctl, podman, or a table"),
    policies: files("Tracing policies in force: files or directories"),
    "tetragon-metrics": files("Tetragon's Prometheus metrics, first and last"),
    processes: files("Dumps of running processes"),
    profiles: files("Profiles of workloads, see docs/profiles.md: what a frozen one lacks is told"),
    since: z.string().describe("Leave out events before this time"),
    until: z.string().describe("Leave out events from this time on"),
    format: z
      .enum(["text", "md", "json", "html", "sarif", "openvex", "cyclonedx", "csv"])
      .describe("How a report is printed"),
    top: z.int().min(1).max(1000).describe("How many upgrades a report lists"),
    "fail-on": z.array(failOn).max(20).describe("Conditions that end with exit status 10"),
    images: z
      .record(z.string().min(1), z.union([z.string().min(1), files("Files of one image")]))
      .describe("Joins by hand: container, pod, workload or image name to its SBOM and scan"),
    probes: z.array(probe).max(1000).describe("Health checks that no Kubernetes object names"),
    addresses: z
      .record(z.string().min(1), z.string().min(1).max(200))
      .describe("What an address or network is called: 203.0.113.0/24: partner"),
    roles: z
      .record(z.string().min(1), z.array(z.enum(roleNames)).max(8))
      .describe("What a workload is, whatever it looks like: shop/web: [api]"),
    decisions: z
      .array(decision)
      .max(10_000)
      .describe(
        "What people signed about findings: each with vulnerability, status, reason, by, until; " +
          "see docs/documents.md",
      ),
    detect: z
      .enum(["auto", "off"])
      .describe("off: reports look for no intrusions; auto when left out"),
    "minimum-window": duration.describe(
      "Shortest watch that makes 'not observed' mean something; 5m when left out",
    ),
    "lowering-window": duration.describe(
      "Shortest watch after which 'not observed' may lower a rank; 24h when left out",
    ),
    "critical-severities": z
      .array(z.enum(["Critical", "High", "Medium", "Low", "Negligible", "Unknown"]))
      .describe("What the funnel's first step keeps; Critical when left out"),
  })
  .partial();

export type Config = z.infer<typeof configSchema>;

/** For `docs/config.schema.json` and editors. JSON Schema draft 2020-12. */
export function configJsonSchema(): Record<string, unknown> {
  return { title: "waggle.yaml", ...z.toJSONSchema(configSchema) };
}

/** **Errors**: throws `config-invalid` naming `file`, line, column and key of the first mistake. */
export function readConfig(text: string, file: string): Config {
  if (text.length > yamlLengthMax) {
    throw new WaggleError("config-invalid", `${file}: longer than 1 MB; not a configuration.`);
  }
  const fail = ({ line, column }: YamlPlace, message: string): never => {
    throw new WaggleError("config-invalid", `${file}:${line}:${column}: ${message}`);
  };
  const documents = readYaml(text, { takesAliases: false });
  const broken = documents.find((document) => document.kind === "refused");
  if (broken !== undefined) fail(broken.place, `${broken.message}.`);
  const [document, second] = documents.filter((one) => one.kind === "read");
  if (document === undefined) return {};
  const { root, value, placeAt } = document;
  if (second !== undefined) {
    fail(placeAt(second.root?.range?.[0] ?? text.length), "a second document; keep one.");
  }
  if (value === null) return {};
  if (!isMap(root)) {
    return fail(placeAt(0), "expected keys and values, such as `events: [file]`.");
  }
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const { offset, message } = tellIssue(result.error.issues[0], root);
  return fail(placeAt(offset), message);
}

function tellIssue(
  issue: z.core.$ZodIssue | undefined,
  root: Node,
): { readonly offset: number; readonly message: string } {
  if (issue === undefined) return { offset: 0, message: "not as expected." };
  const found = locate(root, issue.path);
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const offset = isMap(found.node) ? keyOffset(found.node, key) : found.offset;
    return { offset, message: unknownKey(key, issue.path) };
  }
  const key = issue.path.map(String).join(".");
  return { offset: found.offset, message: `${key}: ${lowerFirst(issue.message)}.` };
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const shapes: Readonly<Record<string, object>> = {
    probes: probe.shape,
    decisions: decision.shape,
    ...notifyShapes,
  };
  const shape = shapes[String(path.at(-1))] ?? shapes[String(path[0])] ?? configSchema.shape;
  const names = Object.keys(shape);
  const near = nearestName(key, names);
  const hint = near === undefined ? `There are: ${names.join(", ")}.` : `Did you mean "${near}"?`;
  return `unknown key "${key}". ${hint}`;
}

interface Located {
  readonly node: unknown;
  readonly offset: number;
}

/** Follows an issue's path as far as the document goes; the offset is of the last node found. */
function locate(root: Node, path: readonly PropertyKey[]): Located {
  let node: unknown = root;
  let offset = root.range?.[0] ?? 0;
  for (const step of path) {
    const next: unknown = isCollection(node) ? node.get(step, true) : undefined;
    if (next === undefined || next === null) break;
    node = next;
    offset = (next as Node).range?.[0] ?? offset;
  }
  return { node, offset };
}

function isCollection(node: unknown): node is { get(key: unknown, keep: true): unknown } {
  return typeof node === "object" && node !== null && "items" in node && "get" in node;
}

function keyOffset(map: { items: readonly unknown[]; range?: unknown }, key: string): number {
  for (const item of map.items) {
    if (isPair(item) && isScalar(item.key) && String(item.key.value) === key) {
      return item.key.range?.[0] ?? 0;
    }
  }
  return 0;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/**
 * Runs each method on a recording and brings its answers into one shape.
 * In: a recording's files. Out: verdicts. waggle is run as a user runs it, through its command line.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Action } from "../src/core/judge/decide/action.ts";
import type { Decision } from "../src/core/judge/decide/decision.ts";
import type { FlowEdge } from "../src/core/judge/flows/flow-edge.ts";
import type { Funnel } from "../src/core/judge/verdict.ts";
import type { SyftDocument } from "./baselines.ts";
import type { DecidedFinding, DecidedReport } from "./decisions.ts";
import { readJson } from "./read-bytes.ts";
import type { Recording, Variant } from "./recordings.ts";
import type { Verdict } from "./score.ts";
import { readTable } from "./truth.ts";

export interface WaggleReport extends DecidedReport {
  readonly verdicts: readonly Verdict[];
  readonly scanned: ReadonlySet<string>;
  /** `container name@version` of every package that the scans match. */
  readonly matched: ReadonlySet<string>;
  readonly findings: readonly (DecidedFinding & { readonly state: string })[];
}

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly location: string;
}

interface UsageJson {
  readonly state: Verdict["state"];
  readonly level: string;
  readonly coverage: string;
  readonly coverageReasons: readonly string[];
}

interface ReportJson {
  readonly packages: readonly {
    readonly workload: { readonly name: string; readonly container: string };
    readonly package: PackageJson;
    readonly usage: UsageJson;
  }[];
  readonly findings: readonly {
    readonly id: string;
    readonly vulnerability: { readonly id: string };
    readonly workload: { readonly name: string; readonly container: string };
    readonly packages: readonly { readonly package: PackageJson }[];
    readonly usage: UsageJson;
    readonly decision: Decision;
  }[];
  readonly actions: readonly Action[];
  readonly funnel: Funnel;
}

/** Containers of the recording that have an SBOM, by name. */
export async function containersWithScan(recording: Recording): Promise<readonly string[]> {
  const table = readTable(readFileSync(join(recording.folder, "containers.tsv"), "utf8"));
  return table
    .map((row) => row.get("name") ?? "")
    .filter((name) => existsSync(join(recording.scans, `${name}.syft.json.xz`)));
}

function reportArguments(variant: Variant, output: string): readonly string[] {
  const { folder, scans } = variant.recording;
  const documents = readdirSync(scans);
  const args = ["report", "--events", variant.events, "--format", "json", "-o", output];
  const add = (flag: string, file: string) => {
    if (existsSync(file)) args.push(flag, file);
  };
  for (const name of documents.filter((one) => one.endsWith(".syft.json.xz"))) {
    args.push("--sbom", join(scans, name));
  }
  for (const name of documents.filter((one) => one.endsWith(".grype.json.xz"))) {
    args.push("--vulns", join(scans, name));
  }
  if (readdirSync(variant.policies).length > 0) add("--policies", variant.policies);
  add("--containers", join(folder, "containers.tsv"));
  add("--k8s", join(folder, "cluster.json.xz"));
  add("--processes", join(folder, "bootstrap.jsonl.xz"));
  for (const name of ["metrics-start.txt", "metrics-end.txt"]) {
    add("--tetragon-metrics", join(folder, name));
    add("--tetragon-metrics", join(folder, `${name}.gz`));
  }
  return args;
}

/** Edges of a report on whatever a folder of a recording holds, without SBOMs and scans. */
export async function runOnFolder(folder: string, work: string): Promise<readonly FlowEdge[]> {
  const output = join(work, "flows.json");
  const main = join(import.meta.dirname, "..", "src", "main.ts");
  const args = ["report", "--events", join(folder, "events.jsonl.xz"), "--format", "json"];
  const known = readdirSync(folder);
  for (const [flag, name] of folderFiles) {
    const file = known.find((one) => one === name || one === `${name}.gz`);
    if (file !== undefined) args.push(flag, join(folder, file));
  }
  const done = spawnSync(process.execPath, [main, ...args, "-o", output], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`waggle report ended with ${done.status}: ${done.stderr}`);
  const report = JSON.parse(readFileSync(output, "utf8")) as { flows: readonly FlowEdge[] };
  return report.flows;
}

const folderFiles: readonly (readonly [string, string])[] = [
  ["--policies", "policies"],
  ["--containers", "containers.tsv"],
  ["--k8s", "cluster.json.xz"],
  ["--processes", "bootstrap.jsonl.xz"],
  ["--tetragon-metrics", "metrics-start.txt"],
  ["--tetragon-metrics", "metrics-end.txt"],
];

export async function runWaggle(variant: Variant, work: string): Promise<WaggleReport> {
  const output = join(work, "report.json");
  const main = join(import.meta.dirname, "..", "src", "main.ts");
  const done = spawnSync(process.execPath, [main, ...reportArguments(variant, output)], {
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(`waggle report ended with ${done.status}: ${done.stderr}`);
  const report = JSON.parse(readFileSync(output, "utf8")) as ReportJson;
  const names = await containersWithScan(variant.recording);
  const nameOf = (workload: { name: string; container: string }) =>
    names.find((name) => name === workload.container || name === workload.name) ?? workload.name;
  return {
    verdicts: report.packages
      .map((one) => toVerdict(nameOf(one.workload), one.package, one.usage))
      .filter((one) => names.includes(one.container)),
    scanned: new Set(names),
    matched: await matchedPackages(variant.recording, names),
    actions: report.actions,
    findings: report.findings.map((one) => ({
      id: one.id,
      vulnerability: one.vulnerability.id,
      decision: one.decision,
      container: nameOf(one.workload),
      packages: one.packages.map(
        ({ package: { name, version } }) => `${name.toLowerCase()}@${version}`,
      ),
      state: one.usage.state,
    })),
    funnel: report.funnel,
  };
}

interface GrypeDocument {
  readonly matches: readonly { readonly artifact: { readonly name: string; version: string } }[];
}

async function matchedPackages(
  { scans }: Recording,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const container of names) {
    const scan = (await readJson(join(scans, `${container}.grype.json.xz`))) as GrypeDocument;
    for (const { artifact } of scan.matches) {
      keys.add(`${container} ${artifact.name.toLowerCase()}@${artifact.version}`);
    }
  }
  return keys;
}

function toVerdict(container: string, found: PackageJson, usage: UsageJson): Verdict {
  const { name, version, type, location } = found;
  const { state, level, coverage } = usage;
  const partlyBlind = usage.coverageReasons.some((reason) => reason.includes("could not be seen"));
  return { container, name, version, type, location, state, level, coverage, partlyBlind };
}

export async function baselineVerdicts(
  recording: Recording,
  paths: ReadonlyMap<string, ReadonlySet<string>>,
  method: (sbom: SyftDocument, paths: ReadonlySet<string>) => ReadonlySet<string>,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const container of await containersWithScan(recording)) {
    const file = join(recording.scans, `${container}.syft.json.xz`);
    const sbom = (await readJson(file)) as SyftDocument;
    const used = method(sbom, paths.get(container) ?? new Set());
    for (const { id, name, version, type, locations } of sbom.artifacts) {
      const state = used.has(id) ? "in-use" : "not-observed";
      const location = locations[0]?.path ?? "";
      const seen = { state, level: "", coverage: "", partlyBlind: false } as const;
      verdicts.push({ container, name, version, type, location, ...seen });
    }
  }
  return verdicts;
}

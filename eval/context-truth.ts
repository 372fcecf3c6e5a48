/**
 * Reads what the recorded workloads really are and who really reaches them, and runs waggle for it.
 * In: `eval/truth/contexts.tsv`, a folder of recordings. Out: truth rows, contexts by container.
 * Must never look at waggle's output for the truth.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { WorkloadContext } from "../src/core/judge/context/workload-context.ts";
import { readTable } from "./truth.ts";

export interface ContextTruth {
  readonly container: string;
  /** Roles that must be found. */
  readonly roles: readonly string[];
  /** Roles that are no mistake. */
  readonly also: readonly string[];
  readonly observed: string;
  readonly allowed: string;
  readonly exposed: string;
}

export interface ContextRun {
  readonly name: string;
  readonly hasObjects: boolean;
  /** Pairs of what is said and what is true; workloads without truth are left out. */
  readonly pairs: readonly { readonly truth: ContextTruth; readonly said: WorkloadContext }[];
}

function readContextTruth(): readonly ContextTruth[] {
  const list = (text: string | undefined) => (text ?? "").split(",").filter((one) => one !== "");
  const file = join(import.meta.dirname, "truth", "contexts.tsv");
  return readTable(readFileSync(file, "utf8")).map((row) => ({
    container: row.get("container") ?? "",
    roles: list(row.get("roles")),
    also: list(row.get("also")),
    observed: row.get("observed") ?? "",
    allowed: row.get("allowed") ?? "",
    exposed: row.get("exposed") ?? "",
  }));
}

/** Containers that the internet reaches, by the layout of the recordings. */
export function exposedContainers(): ReadonlySet<string> {
  const exposed = readContextTruth().filter((row) => row.exposed === "yes");
  return new Set(exposed.map(({ container }) => container));
}

/** Recordings of containers that carry rows of the truth, each with and without objects. */
export function runContexts(folder: string, work: string): readonly ContextRun[] {
  const truth = readContextTruth();
  const names = readdirSync(folder).filter(
    (name) =>
      existsSync(join(folder, name, "containers.tsv")) &&
      existsSync(join(folder, name, "events.jsonl.xz")),
  );
  return names.flatMap((name) => {
    const objects = join(folder, name, "cluster.json.xz");
    const variants = existsSync(objects) ? [objects, ""] : [""];
    return variants.map((file): ContextRun => {
      const contexts = runOne(join(folder, name), { objects: file, work });
      const pairs = truth.flatMap((row) => {
        const said = contexts.find(({ workload }) => workload.name === row.container);
        return said === undefined ? [] : [{ truth: row, said }];
      });
      const shown = file === "" && objects !== "" ? `${name}, without objects` : name;
      return { name: shown, hasObjects: file !== "", pairs };
    });
  });
}

function runOne(
  folder: string,
  { objects, work }: { readonly objects: string; readonly work: string },
): readonly WorkloadContext[] {
  const output = join(work, "contexts.json");
  const main = join(import.meta.dirname, "..", "src", "main.ts");
  const args = [main, "report", "--format", "json", "-o", output];
  const add = (flag: string, file: string) => {
    if (existsSync(file)) args.push(flag, file);
  };
  add("--events", join(folder, "events.jsonl.xz"));
  add("--policies", join(folder, "policies"));
  add("--containers", join(folder, "containers.tsv"));
  add("--processes", join(folder, "bootstrap.jsonl.xz"));
  for (const name of ["metrics-start.txt", "metrics-end.txt"]) {
    add("--tetragon-metrics", join(folder, name));
  }
  if (objects !== "") args.push("--k8s", objects);
  const done = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`waggle report ended with ${done.status}: ${done.stderr}`);
  const report = JSON.parse(readFileSync(output, "utf8")) as {
    readonly workloads: readonly WorkloadContext[];
  };
  return report.workloads;
}

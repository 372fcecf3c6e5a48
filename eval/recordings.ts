/**
 * Finds the recordings to evaluate on: the one that ships, and those below `WAGGLE_RECORDINGS`.
 * In: a folder. Out: for each recording the files that `waggle report` is given, and variants of it
 * with fewer sensors (the same events with some policies left out, as if they had not been loaded).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readBytes } from "./read-bytes.ts";

export interface Recording {
  readonly name: string;
  readonly folder: string;
  readonly scans: string;
  readonly hasLazyPhase: boolean;
}

export interface Variant {
  readonly recording: Recording;
  /** What it can see, in words. */
  readonly sensors: string;
  readonly events: string;
  readonly policies: string;
}

const repository = join(import.meta.dirname, "..");

export function findRecordings(): readonly Recording[] {
  const folder = process.env["WAGGLE_RECORDINGS"] ?? "";
  if (folder === "") return [shipped()];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "truth")))
    .filter((name) => existsSync(join(folder, name, "events.jsonl.xz")))
    .map((name) => ({
      name,
      folder: join(folder, name),
      scans: join(folder, "scans"),
      hasLazyPhase: readFileSync(join(folder, name, "timeline.json"), "utf8").includes(
        "lazy-start",
      ),
    }));
}

function shipped(): Recording {
  const folder = join(repository, "examples", "shop");
  return { name: "shop (ships)", folder, scans: join(folder, "scans"), hasLazyPhase: true };
}

/** Policies to leave out per variant, by what feeds them; a line is dropped when it is theirs. */
const reductions: readonly { readonly sensors: string; readonly without: readonly string[] }[] = [
  { sensors: "all that was recorded", without: [] },
  { sensors: "exec and loader", without: ["file-open", "sensitive-files"] },
  { sensors: "exec and file opens", without: ["loader"] },
  {
    sensors: "exec only",
    without: ["file-open", "sensitive-files", "loader", "tcp", "privileges"],
  },
];

export async function makeVariants(
  recording: Recording,
  work: string,
): Promise<readonly Variant[]> {
  const policies = join(recording.folder, "policies");
  const files = readdirSync(policies).filter((name) => name.endsWith(".yaml"));
  const has = (name: string) => files.some((file) => file.includes(name));
  const text = new TextDecoder().decode(await readBytes(join(recording.folder, "events.jsonl.xz")));
  const variants: Variant[] = [];
  const seen = new Set<string>();
  for (const { sensors, without } of reductions) {
    const present = without.filter(has);
    const key = present.join();
    if (seen.has(key)) continue;
    seen.add(key);
    const folder = join(work, recording.name.replace(/\W+/g, "-"), String(variants.length));
    mkdirSync(join(folder, "policies"), { recursive: true });
    for (const file of files.filter((one) => !present.some((name) => one.includes(name)))) {
      writeFileSync(join(folder, "policies", file), readFileSync(join(policies, file)));
    }
    const events = join(folder, "events.jsonl");
    writeFileSync(events, withoutPolicies(text, present));
    variants.push({ recording, sensors, events, policies: join(folder, "policies") });
  }
  return variants;
}

function withoutPolicies(text: string, names: readonly string[]): string {
  if (names.length === 0) return text;
  const marks = names.map((name) =>
    name === "loader" ? '{"process_loader"' : `"policy_name":"${name}"`,
  );
  const kept = text.split("\n").filter((line) => !marks.some((mark) => line.includes(mark)));
  return kept.join("\n");
}

/**
 * Finds the recordings that detection is measured on, and reads what was done in them.
 * In: the folder of recordings. Out: runs: recordings of one boot belong together, in order.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { SourceInput } from "../../src/operations/sources.ts";
import { type Labels, readLabels } from "./labels.ts";

export interface Run {
  readonly name: string;
  /** **Order**: of time. */
  readonly recordings: readonly string[];
  readonly folders: readonly string[];
  readonly labels: Labels;
  /** What a user would give of it. */
  readonly sources: SourceInput;
}

/** What goes on after another recording on the same machine: read both in that order. */
const follows: ReadonlyMap<string, string> = new Map([["techniques-dev", "ordinary-dev"]]);
/** Whose objects hold for others, which have none of their own: the cluster was the same. */
const objectsOf = "attacks-dev";
/** What a sensor was told to stop: made to show enforcement, neither attack nor ordinary work. */
const leftOut = ["enforcement"];

/** All below a folder, or those of some names with what they follow. */
export async function findRuns(
  folder: string,
  wanted: readonly string[] = [],
): Promise<readonly Run[]> {
  const names = readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "events.jsonl.xz")))
    .filter((name) => !leftOut.includes(name));
  const followed = new Set(names.flatMap((name) => follows.get(name) ?? []));
  const runs: Run[] = [];
  for (const last of names.filter((name) => !followed.has(name))) {
    const before = follows.get(last);
    const recordings = before !== undefined && names.includes(before) ? [before, last] : [last];
    if (wanted.length > 0 && !recordings.some((name) => wanted.includes(name))) continue;
    const folders = recordings.map((name) => join(folder, name));
    const labels = await Promise.all(
      recordings.map((name) => readLabels(join(folder, name), name)),
    );
    runs.push({
      name: recordings.join(" + "),
      recordings,
      folders,
      labels: joinLabels(labels),
      sources: sourcesOf(folder, recordings),
    });
  }
  return runs;
}

/** The last one's end counts: what is between two recordings of one boot is ordinary. */
function joinLabels(all: readonly Labels[]): Labels {
  const recorder = new Map<string, readonly string[]>();
  for (const labels of all) {
    for (const [name, ids] of labels.recorder) {
      recorder.set(name, [...(recorder.get(name) ?? []), ...ids]);
    }
  }
  return {
    scenarios: all.flatMap(({ scenarios }) => scenarios),
    phases: all.flatMap(({ phases }) => phases),
    recorder,
    endUs: all.at(-1)?.endUs ?? Infinity,
  };
}

function sourcesOf(folder: string, recordings: readonly string[]): SourceInput {
  const present = (...names: readonly string[]) =>
    recordings
      .flatMap((recording) => names.map((name) => join(folder, recording, name)))
      .filter((file) => existsSync(file));
  const own = present("cluster.json.xz");
  const shared = join(folder, objectsOf, "cluster.json.xz");
  const hasLabels = present("labels.jsonl.xz").length > 0;
  return {
    events: present("events.jsonl.xz"),
    policies: present("policies"),
    containers: present("containers.tsv", "containers-extra.tsv"),
    tetragonMetrics: present("metrics-start.txt", "metrics-end.txt"),
    processes: present("bootstrap.jsonl.xz"),
    k8s: own.length === 0 && hasLabels && existsSync(shared) ? [shared] : own,
  };
}

/**
 * Reads what was done in a labelled recording, and when: scenarios, preparation, the recorder itself.
 * In: the folder of a recording. Out: plain records. Truth only: detection never sees any of it.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readBytes } from "../read-bytes.ts";

/** **Unit** of all times: microseconds. */
export interface Scenario {
  readonly recording: string;
  readonly id: string;
  readonly kind: "attack" | "benign";
  /** `story`, `atomic`, `benign`, …: single techniques are no stories. */
  readonly suite: string;
  readonly category: string;
  readonly title: string;
  readonly techniques: readonly string[];
  /** Addresses and files that a good report names. */
  readonly artefacts: readonly string[];
  readonly startUs: number;
  readonly endUs: number;
  /** Pids of its roots: of the job, or of services that it came through. */
  readonly roots: readonly number[];
  readonly container: string;
  /** False for what could not run: it is no miss. */
  readonly ran: boolean;
}

export interface Span {
  readonly startUs: number;
  readonly endUs: number;
}

/** Parts of the recorder by name, with the exec ids of their processes. */
export type Recorder = ReadonlyMap<string, readonly string[]>;

export interface Labels {
  readonly scenarios: readonly Scenario[];
  readonly phases: readonly Span[];
  readonly recorder: Recorder;
  /** After it only the recorder works; Infinity unknown. */
  readonly endUs: number;
}

interface LabelLine {
  readonly id: string;
  readonly kind: "attack" | "benign";
  readonly suite: string;
  readonly category: string;
  readonly title: string;
  readonly techniques: readonly string[];
  readonly iocs: { readonly ips: readonly string[]; readonly files: readonly string[] };
  readonly start: string;
  readonly end: string;
  readonly root_pid: number;
  readonly extra_root_pids: readonly number[];
  readonly container: string;
  readonly exit_code: number;
  readonly skipped: boolean;
}

/** What the recordings' drivers say when there was nothing to try it with, or no time. */
const notRunCodes = [77, 124, 127];

/** A recording without labels has no scenarios: all that happens in it is ordinary. */
export async function readLabels(folder: string, recording: string): Promise<Labels> {
  const lines = await readLines<LabelLine>(join(folder, "labels.jsonl.xz"));
  const phases = await readLines<{ start: string; end: string }>(join(folder, "phases.jsonl.xz"));
  return {
    scenarios: lines.map((line) => toScenario(line, recording)),
    phases: phases.map(({ start, end }) => ({ startUs: timeUs(start), endUs: timeUs(end) })),
    recorder: await readRecorder(join(folder, "exclude.json.xz")),
    endUs: readEnd(folder),
  };
}

function toScenario(line: LabelLine, recording: string): Scenario {
  const { id, kind, suite, category, title, techniques, container } = line;
  return {
    ...{ recording, id, kind, suite, category, title, techniques, container },
    artefacts: [...line.iocs.ips, ...line.iocs.files],
    startUs: timeUs(line.start),
    endUs: timeUs(line.end),
    roots: [line.root_pid, ...line.extra_root_pids],
    ran: !line.skipped && !notRunCodes.includes(line.exit_code),
  };
}

async function readLines<T>(path: string): Promise<readonly T[]> {
  if (!existsSync(path)) return [];
  const text = new TextDecoder().decode(await readBytes(path));
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

async function readRecorder(path: string): Promise<Recorder> {
  if (!existsSync(path)) return new Map();
  const text = new TextDecoder().decode(await readBytes(path));
  const parts = JSON.parse(text) as Readonly<Record<string, readonly { exec_id: string }[]>>;
  return new Map(
    Object.entries(parts).map(([name, list]) => [name, list.map(({ exec_id: id }) => id)]),
  );
}

/** Recordings tell it in one of two forms. */
function readEnd(folder: string): number {
  const name = readdirSync(folder).find((file) => /^timeline\.jsonl?$/.test(file));
  const text = name === undefined ? "" : readFileSync(join(folder, name), "utf8");
  const line = text.split(/\n|(?<=\}),/).find((one) => one.includes('"recording-end"')) ?? "";
  const seconds = Number(/"t":\s*([0-9.]+)/.exec(line)?.[1]);
  return Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1e6) : Infinity;
}

/** `2026-11-22T14:38:41.889949000Z` with all of its microseconds. */
export function timeUs(text: string): number {
  const [whole = "", part = ""] = text.replace(/Z$/, "").split(".");
  return Date.parse(`${whole}Z`) * 1000 + Number(part.slice(0, 6).padEnd(6, "0"));
}

/**
 * Holds the records of runs as files: in the state directory, or where a person wants one.
 * In: a record, a directory. Out: its file; the records there are; one of them.
 * Must never keep more than `runCountMax` in a state directory: the oldest make room.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import { renderJson } from "../../core/report/render-json.ts";
import type { Files } from "../../ports/files.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { readText } from "../read-text.ts";
import { readRun, type WorkflowRun } from "./workflow-run.ts";

const runCountMax = 200;
const sizeBytesMax = 400 * 1024 * 1024;
const fileName = /(?:^|\/)workflow-run-(\d{17}-[a-z0-9_-]{1,80})\.json$/;

export interface KeptRun {
  readonly id: string;
  readonly file: string;
  readonly sizeBytes: number;
}

/** Gives its file. **Errors**: throws `file-not-written`. */
export async function keepRun(
  run: WorkflowRun,
  { out, state }: { readonly out: string; readonly state: string },
  files: Files,
): Promise<string> {
  if (out !== "") await files.writeWhole(out, renderJson(run));
  if (state === "") return out;
  const file = `${state.replace(/\/+$/, "")}/workflow-run-${run.id}.json`;
  await files.writeWhole(file, renderJson(run));
  const kept = await listRuns(state, files);
  for (const old of kept.slice(runCountMax)) await files.remove(old.file);
  return out === "" ? file : out;
}

/** **Order**: latest first. */
export async function listRuns(state: string, files: Files): Promise<readonly KeptRun[]> {
  const entries = await files.listTree(state);
  return entries
    .flatMap(({ name, sizeBytes }) => {
      const id = fileName.exec(name)?.[1];
      return id === undefined ? [] : [{ id, file: name, sizeBytes }];
    })
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}

/**
 * By its file, or by the start of its id in a state directory.
 * **Errors**: throws `not-found`, `input-unsupported` for a file that is none.
 */
export async function loadRun(given: string, state: string, files: Files): Promise<WorkflowRun> {
  const isFile = /[/\\]|\.json$/.test(given);
  return readRunFile(isFile ? given : await findRun(given, state, files), files);
}

async function findRun(id: string, state: string, files: Files): Promise<string> {
  if (state === "") {
    throw new WaggleError("usage", "Which run? Name its file, or pass --state DIRECTORY too.");
  }
  const kept = await listRuns(state, files);
  const found = kept.filter((one) => one.id.startsWith(id));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.file;
  const what = found.length > 1 ? "Several runs begin" : "No run begins";
  const hint = "`waggle workflow runs` lists them";
  throw new WaggleError("not-found", `${what} with ${JSON.stringify(id)}; ${hint}.`);
}

/** **Errors**: throws `input-unsupported`. */
export async function readRunFile(name: string, files: Files): Promise<WorkflowRun> {
  const { text } = await readText(files, name, { sizeBytesMax, problems: new ProblemLog() });
  const run = readRun(parseJson(text));
  if (run !== undefined) return run;
  throw new WaggleError("input-unsupported", `${name}: not the record of a workflow's run.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

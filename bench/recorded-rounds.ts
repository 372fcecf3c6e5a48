/**
 * Holds what generated streams are made of: the lines of a recording, again and again, in rounds.
 * In: a recorded file of JSON lines. Out: its lines, and how a round changes what they name.
 * Each round has new processes, later times and other containers, so nothing is a duplicate of
 * another round; what still runs at the end of a round ends then, as in a cluster that goes on.
 */
import { readFileSync } from "node:fs";

/** **Unit**: milliseconds from one round to the next. */
export const roundMs = 1_000_000;

const execId = /"process":\{"exec_id":"([^"]*)"/;
const lastTime = /("time":")[^"]*("[^{}]*(?:\{[^{}]*\})?[^{}]*\}\s*)$/;

/** `losesEnds`: no end of a process is told at all. */
export function readRound(file: string, losesEnds = false): readonly string[] {
  const recorded = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !(losesEnds && line.startsWith('{"process_exit"')));
  return losesEnds ? recorded : [...recorded, ...endsOf(recorded)];
}

/**
 * One exit for each process that gave an event and whose end was not told: forks too. What an exit
 * does not have, as the arguments of a call, no reader looks at.
 */
function endsOf(lines: readonly string[]): readonly string[] {
  const running = new Map<string, string>();
  let end = "";
  for (const line of lines) {
    const id = execId.exec(line)?.[1] ?? "";
    end = /"time":"([^"]*)"[^{}]*(?:\{[^{}]*\})?[^{}]*\}\s*$/.exec(line)?.[1] ?? end;
    if (line.startsWith('{"process_exit"')) running.delete(id);
    else if (id !== "" && lastTime.test(line)) running.set(id, line);
  }
  return [...running.values()].map((line) =>
    line.replace(/^\{"process_\w+"/, '{"process_exit"').replace(lastTime, `$1${end}$2`),
  );
}

/** An exec id in parts; undefined when it is none, or of no process that a round could rename. */
export function readExecId(
  id: string,
): { readonly node: string; readonly ktime: string; readonly pid: string } | undefined {
  const [node = "", ktime = "", pid = ""] = Buffer.from(id, "base64").toString("utf8").split(":");
  return !/^\d+$/.test(ktime) || pid === "0" ? undefined : { node, ktime, pid };
}

export const writeExecId = (node: string, ktime: bigint, pid: string): string =>
  Buffer.from(`${node}:${ktime}:${pid}`).toString("base64");

/** How many rounds go by until each of the containers was there once. */
export const roundsOfAll = (containers: number, recordedContainers: number): number =>
  Math.max(1, Math.floor(containers / Math.max(1, recordedContainers)));

/** The n-th container of the generated cluster stands for one of the recorded ones. */
export function renameContainer(id: string, slot: number): string {
  return slot === 0 ? id : `${slot.toString(16).padStart(4, "0")}${id.slice(4)}`;
}

/**
 * Writes a long stream of events made from recorded ones: other containers, other processes, later
 * times. In: a recorded file, how many events, how many containers, and `lose-ends` for a stream
 * that tells of no end of a process. Out: JSON lines on standard output.
 */
import {
  readExecId,
  readRound,
  renameContainer,
  roundMs,
  roundsOfAll,
  writeExecId,
} from "./recorded-rounds.ts";

const [file = "", countText = "100000", containersText = "200", ends = ""] = process.argv.slice(2);
const count = Number(countText);
const containers = Number(containersText);

/** What must change from round to round, found once per line. */
interface Template {
  /** Literal pieces; between them stands what `kinds` and `values` tell. */
  readonly pieces: readonly string[];
  readonly kinds: readonly ("exec" | "docker" | "time")[];
  readonly values: readonly string[];
}

const pattern =
  /"(?:exec_id|parent_exec_id)":"([^"]*)"|"docker":"([^"]*)"|"containerd:\/\/([0-9a-f]{31})|"(?:time|start_time)":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)/g;

function toTemplate(line: string): Template {
  const pieces: string[] = [];
  const kinds: Template["kinds"][number][] = [];
  const values: string[] = [];
  let last = 0;
  for (const match of line.matchAll(pattern)) {
    const value = match[1] ?? match[2] ?? match[3] ?? match[4] ?? "";
    const at = (match.index ?? 0) + match[0].lastIndexOf(value);
    pieces.push(line.slice(last, at));
    kinds.push(match[1] !== undefined ? "exec" : match[4] !== undefined ? "time" : "docker");
    values.push(value);
    last = at + value.length;
  }
  pieces.push(line.slice(last));
  return { pieces, kinds, values };
}

const templates = readRound(file, ends === "lose-ends").map(toTemplate);
const known = new Set(
  templates.flatMap((one) => one.values.filter((_, i) => one.kinds[i] === "docker")),
);
const slotCount = roundsOfAll(containers, known.size);

function shiftTime(text: string, round: number): string {
  return new Date(Date.parse(`${text}Z`) + round * roundMs).toISOString().slice(0, 19);
}

function renameExec(id: string, round: number): string {
  const read = readExecId(id);
  if (read === undefined || read.ktime === "0") return id;
  const later = BigInt(read.ktime) + BigInt(round * roundMs) * 1_000_000n;
  return writeExecId(read.node, later, read.pid);
}

function render(template: Template, round: number, memo: Map<string, string>): string {
  let line = "";
  template.kinds.forEach((kind, index) => {
    const value = template.values[index] ?? "";
    const key = kind + value;
    let changed = memo.get(key);
    if (changed === undefined) {
      if (kind === "exec") changed = renameExec(value, round);
      else if (kind === "time") changed = shiftTime(value, round);
      else changed = renameContainer(value, round % slotCount);
      memo.set(key, changed);
    }
    line += (template.pieces[index] ?? "") + changed;
  });
  return line + (template.pieces.at(-1) ?? "");
}

async function write(text: string): Promise<void> {
  if (process.stdout.write(text)) return;
  await new Promise<void>((resolve) => process.stdout.once("drain", () => resolve()));
}

let written = 0;
for (let round = 0; written < count; round += 1) {
  const memo = new Map<string, string>();
  let batch: string[] = [];
  for (const template of templates) {
    batch.push(render(template, round, memo));
    written += 1;
    if (batch.length === 500 || written === count) {
      await write(`${batch.join("\n")}\n`);
      batch = [];
    }
    if (written === count) break;
  }
  if (batch.length > 0) await write(`${batch.join("\n")}\n`);
}

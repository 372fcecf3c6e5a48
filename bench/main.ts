/**
 * Measures speed and memory beside other tools, on one file, in one run, and writes the result.
 * In: `--file F` (default: the recording that ships), `--long N` events for the memory test,
 * `--write`. Out: tables on the terminal; with `--write` also `docs/benchmarks.md`.
 * Machines are noisy: read the ratios, not the absolute numbers.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { readBytes } from "../eval/read-bytes.ts";
import { peers } from "./peers.ts";

interface Measured {
  readonly name: string;
  readonly seconds: number;
  readonly residentBytesMax?: number;
  readonly note?: string;
}

const root = join(import.meta.dirname, "..");
const lines: string[] = [];
const repeatCount = 3;

function print(line = ""): void {
  lines.push(line);
  console.log(line);
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function runWork(
  kind: string,
  file: string,
): { seconds: number; residentBytesMax: number; events: number } {
  const done = spawnSync(process.execPath, [join(root, "bench", "work.ts"), kind, file], {
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(`work ${kind} failed: ${done.stderr}`);
  return JSON.parse(done.stdout);
}

function runPeer(command: readonly string[]): number {
  const started = process.hrtime.bigint();
  const [program = "", ...args] = command;
  const done = spawnSync(program, args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${program} failed: ${done.stderr}`);
  return Number(process.hrtime.bigint() - started) / 1e9;
}

const works = [
  ["lines", "splitting lines only (limit of reading)"],
  ["decode", "waggle, decoding only"],
  ["waggle", "**waggle, decoding and all folds**"],
  ["plain", "JSON.parse and a plain mapping"],
  ["parse", "JSON.parse alone"],
] as const;

/** Interleaved rounds, so that a slow minute of the machine hits all alike. */
function measureAll(file: string, folder: string): readonly Measured[] {
  const times = new Map<string, number[]>();
  const resident = new Map<string, number>();
  const add = (name: string, seconds: number) =>
    times.set(name, [...(times.get(name) ?? []), seconds]);
  const present = peers.filter((peer) => peer.missing() === undefined);
  for (let round = 0; round < repeatCount; round += 1) {
    for (const [kind, name] of works) {
      const { seconds, residentBytesMax } = runWork(kind, file);
      add(name, seconds);
      resident.set(name, Math.max(resident.get(name) ?? 0, residentBytesMax));
    }
    for (const peer of present) add(peer.name, runPeer(peer.command(file, folder)));
  }
  const missing = peers.filter((peer) => !present.includes(peer));
  return [
    ...[...times].map(([name, values]) => {
      const residentBytesMax = resident.get(name);
      const measured = { name, seconds: median(values) };
      return residentBytesMax === undefined ? measured : { ...measured, residentBytesMax };
    }),
    ...missing.map((peer) => ({
      name: peer.name,
      seconds: 0,
      note: `not here: ${peer.missing()}`,
    })),
  ];
}

function printSpeed(file: string, folder: string): void {
  const bytes = statSync(file).size;
  const events = runWork("lines", file).events;
  const measured = measureAll(file, folder);
  const secondsOf = (part: string) =>
    measured.find(({ name }) => name.includes(part))?.seconds ?? 0;
  print(`## Speed: ${events} recorded events, ${(bytes / 1e6).toFixed(0)} MB, one core`);
  print();
  print("| | events/s | MB/s | × JSON.parse | × jq | resident MB |");
  print("|---|--:|--:|--:|--:|--:|");
  for (const { name, seconds, residentBytesMax, note } of measured) {
    if (note !== undefined) {
      print(`| ${name} | ${note} | | | | |`);
      continue;
    }
    const times = (other: number) => (other === 0 ? "" : (other / seconds).toFixed(2));
    const cells = [
      Math.round(events / seconds).toLocaleString("en"),
      (bytes / 1e6 / seconds).toFixed(0),
      times(secondsOf("JSON.parse alone")),
      times(secondsOf("jq")),
      residentBytesMax === undefined ? "" : (residentBytesMax / 1e6).toFixed(0),
    ];
    print(`| ${name} | ${cells.join(" | ")} |`);
  }
  print();
}

/** Streams generated events through a pipe, so that nothing of that size touches the disk. */
async function measureLong(
  file: string,
  count: number,
): Promise<{ seconds: number; residentBytesMax: number }> {
  const generator = spawn(
    process.execPath,
    [join(root, "bench", "generate.ts"), file, String(count), "200"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const worker = spawn(process.execPath, [join(root, "bench", "work.ts"), "waggle", "-"], {
    stdio: [generator.stdout, "pipe", "inherit"],
  });
  let text = "";
  for await (const chunk of worker.stdout) text += String(chunk);
  return JSON.parse(text);
}

async function printMemory(file: string, longest: number): Promise<void> {
  print("## Memory: generated events of 200 containers, ever new processes, through a pipe");
  print();
  print("| events | resident MB at most | seconds (generating included) |");
  print("|--:|--:|--:|");
  for (const count of [longest / 100, longest / 10, longest]) {
    const { seconds, residentBytesMax } = await measureLong(file, count);
    const megabytes = (residentBytesMax / 1e6).toFixed(0);
    print(`| ${count.toLocaleString("en")} | ${megabytes} | ${seconds.toFixed(0)} |`);
  }
  print();
}

function printReportTime(): void {
  const args = readFileSync(join(root, "examples", "report.args"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const script = join(root, "bench", "report-time.ts");
  const runs = Array.from({ length: repeatCount }, () => {
    const done = spawnSync(process.execPath, [script, ...args], { cwd: root, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`report-time failed: ${done.stderr}`);
    return JSON.parse(done.stdout) as { totalSeconds: number; afterLastByteSeconds: number };
  });
  print("## Report: the recording that ships, six images");
  print();
  print(
    `- whole run, documents included: ${median(runs.map((one) => one.totalSeconds)).toFixed(2)} s`,
  );
  const after = median(runs.map((one) => one.afterLastByteSeconds));
  print(`- from the last byte of the events to the finished text: ${after.toFixed(2)} s`);
  print();
}

const folder = mkdtempSync(join(tmpdir(), "waggle-bench-"));
try {
  let file = option("--file");
  if (file === undefined) {
    file = join(folder, "events.jsonl");
    writeFileSync(file, await readBytes(join(root, "examples", "shop", "events.jsonl.xz")));
  }
  const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], {
    cwd: root,
    encoding: "utf8",
  });
  const [cpu] = cpus();
  print("# Benchmarks");
  print();
  print(readFileSync(join(import.meta.dirname, "introduction.md"), "utf8").trim());
  print();
  print(
    `Measured at commit ${commit.stdout.trim()} with Node ${process.versions.node} on ${cpus().length} × ${cpu?.model.trim()}.`,
  );
  print();
  printSpeed(file, folder);
  await printMemory(file, Number(option("--long") ?? "1000000"));
  printReportTime();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (process.argv.includes("--write")) {
  writeFileSync(join(root, "docs", "benchmarks.md"), `${lines.join("\n").trimEnd()}\n`);
}

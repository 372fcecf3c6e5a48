/**
 * Measures speed and memory beside other tools, on one file, in one run, and writes the result.
 * In: `--file F` (default: the recording that ships), `--long N` events for the memory test
 * (default a million; 0 leaves it out), `--live` for the daemon alone, `--rules` for matching rules
 * alone (`--rules-from DIRECTORY`: others than those that ship), `--write`.
 * Out: tables on the terminal; with `--write` also `docs/benchmarks.md`, where other parts stay
 * as they were. Machines are noisy: read the ratios, not the absolute numbers.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readBytes } from "../eval/read-bytes.ts";
import { compile } from "./compile.ts";
import { measureLive, usualSizes } from "./live.ts";
import { peers } from "./peers.ts";
import { type FindingsTime, median, printFlowCost, printManyFindings } from "./print-ratios.ts";
import { measureRules } from "./rules.ts";

interface Measured {
  readonly name: string;
  readonly seconds: number;
  readonly residentBytesMax?: number;
  readonly note?: string;
}

const root = join(import.meta.dirname, "..");
const lines: string[] = [];
const repeatCount = 5;
const longFileFactor = 10;
const containerCount = 200;
const folder = mkdtempSync(join(tmpdir(), "waggle-bench-"));
/** Compiled benches. */
const home = await compile(join(folder, "compiled"));

function print(line = ""): void {
  lines.push(line);
  console.log(line);
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

/** What is happening, where somebody watches. */
function tell(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
}

interface Worked {
  readonly seconds: number;
  readonly residentBytesMax: number;
  readonly events: number;
}

function runWork(kind: string, file: string): Worked {
  tell(`${kind} …`);
  const done = spawnSync(process.execPath, [join(home, "work.js"), kind, file], {
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(`work ${kind} failed: ${done.stderr}`);
  tell("");
  return JSON.parse(done.stdout);
}

function runPeer(command: readonly string[]): number {
  tell(`${command[0]} …`);
  const started = process.hrtime.bigint();
  const [program = "", ...args] = command;
  const done = spawnSync(program, args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${program} failed: ${done.stderr}`);
  tell("");
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
function measureAll(file: string): readonly Measured[] {
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

function printSpeed(title: string, file: string): void {
  const bytes = statSync(file).size;
  const { events } = runWork("lines", file);
  const measured = measureAll(file);
  const secondsOf = (part: string) =>
    measured.find(({ name }) => name.includes(part))?.seconds ?? 0;
  const size = `${events.toLocaleString("en")} events, ${(bytes / 1e6).toFixed(0)} MB`;
  print(`## Speed: ${title} (${size})`);
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

const generatorArguments = (file: string, count: number) => [
  join(home, "generate.js"),
  file,
  String(count),
  String(containerCount),
];

/** The recording again and again, each time with new processes in other containers. */
function generate(file: string, count: number): string {
  tell("generating …");
  const name = join(folder, "long.jsonl");
  const output = openSync(name, "w");
  const stdio = ["ignore", output, "inherit"] as const;
  const done = spawnSync(process.execPath, generatorArguments(file, count), { stdio: [...stdio] });
  closeSync(output);
  if (done.status !== 0) throw new Error("generating failed");
  return name;
}

/** Through a pipe, so that nothing of that size touches the disk. */
async function measureLong(file: string, count: number, ends = ""): Promise<Worked> {
  tell(`${count} events …`);
  const line = '"$0" "$1" "$2" "$3" "$4" "$5" | "$0" "$6" waggle -';
  const generating = [...generatorArguments(file, count), ends];
  const names = [process.execPath, ...generating, join(home, "work.js")];
  const shell = spawn("sh", ["-c", line, ...names], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of shell.stdout) text += String(chunk);
  tell("");
  return JSON.parse(text);
}

async function printMemory(file: string, longest: number): Promise<void> {
  print(`## Memory: events of ${containerCount} containers, ever new processes, through a pipe`);
  print();
  print("| events | resident MB at most | seconds (generating included) |");
  print("|--:|--:|--:|");
  const printRow = (note: string, { events, seconds, residentBytesMax }: Worked) => {
    const megabytes = (residentBytesMax / 1e6).toFixed(0);
    print(`| ${events.toLocaleString("en")}${note} | ${megabytes} | ${seconds.toFixed(0)} |`);
  };
  for (const count of [longest / 100, longest / 10, longest]) {
    printRow("", await measureLong(file, count));
  }
  const lost = await measureLong(file, Math.min(longest, 2_000_000), "lose-ends");
  printRow(", and no end of a process is told", lost);
  print();
}

function printReportTime(): void {
  const args = readFileSync(join(root, "examples", "report.args"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const script = join(home, "report-time.js");
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

/** Scans of the recording that ships, in a form that costs nothing to read. */
async function packScans(): Promise<readonly string[]> {
  const scans = join(root, "examples", "shop", "scans");
  const names = readdirSync(scans).filter((name) => name.includes(".grype.json"));
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, `${name}.gz`);
      writeFileSync(file, gzipSync(await readBytes(join(scans, name))));
      return file;
    }),
  );
}

const findingFormats = ["text", "md", "json", "html", "sarif", "openvex", "cyclonedx", "csv"];

async function printFindings(): Promise<void> {
  const scans = await packScans();
  const run = (format: string): FindingsTime => {
    tell(`10,000 findings as ${format} …`);
    const args = [join(home, "many-findings.js"), format, ...scans];
    const done = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (done.status !== 0) throw new Error(`many-findings ${format} failed: ${done.stderr}`);
    tell("");
    return JSON.parse(done.stdout);
  };
  printManyFindings(run, { formats: findingFormats, roundCount: repeatCount }, print);
}

/** What the tables were measured with. */
function measuredAt(): string {
  const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], {
    cwd: root,
    encoding: "utf8",
  });
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim()}`;
  const commitText = commit.stdout.trim();
  return `Measured at commit ${commitText} with Node ${process.versions.node} on ${machine}.`;
}

const textBeside = (name: string) => readFileSync(join(import.meta.dirname, name), "utf8").trim();

/** It takes half an hour: who watches by a file sees where the time goes. */
function tellTime(what: string): void {
  if (process.stderr.isTTY) tell(what);
  else process.stderr.write(`${(performance.now() / 1000).toFixed(0)} s: ${what}\n`);
}

/**
 * Smaller sizes are for trying the bench itself; parts (`--live-parts`) are `speed`, `steady`, `few`
 * (with `steady`) and `day`. What the numbers mean stands in `live.ts`.
 */
async function printLive(file: string): Promise<void> {
  print(headings.live);
  print();
  print(textBeside("live/introduction.md"));
  print();
  print(measuredAt());
  print();
  const size = (name: string, usual: number) => Number(option(name) ?? usual);
  const archive = option("--archive");
  const fill = option("--live-warm");
  const sizes = {
    eventCount: size("--live-events", usualSizes.eventCount),
    repeatCount: size("--live-runs", usualSizes.repeatCount),
    ...(fill === undefined ? {} : { fillCount: Number(fill) }),
    pauseSeconds: size("--live-pause", usualSizes.pauseSeconds),
    steadySeconds: size("--live-seconds", usualSizes.steadySeconds),
    dayCount: size("--live-day", usualSizes.dayCount),
    latencyCount: size("--live-tries", usualSizes.latencyCount),
    killSeconds: size("--live-kill", usualSizes.killSeconds),
  };
  const plan = {
    ...{ sizes, folder, recording: file, tell: tellTime },
    program: join(home, "..", "bin", "waggle.js"),
    counter: join(home, "live", "count-writes.js"),
    words: archive === undefined ? [] : ["--archive", archive],
    parts: option("--live-parts")?.split(",") ?? [],
  };
  await measureLive(plan, print);
  tellTime("all is measured.");
}

async function printOffline(file: string): Promise<void> {
  print("# Benchmarks");
  print();
  print(textBeside("introduction.md"));
  print();
  print(measuredAt());
  print();
  printSpeed("one recording", file);
  const { events } = runWork("lines", file);
  const long = generate(file, events * longFileFactor);
  printSpeed(`the same ${longFileFactor} times, with new processes each time`, long);
  printFlowCost((kind) => runWork(kind, long), repeatCount, print);
  rmSync(long);
  const longest = Number(option("--long") ?? "1000000");
  if (longest > 0) await printMemory(file, longest);
  printReportTime();
  await printFindings();
}

async function printRules(file: string): Promise<void> {
  const directories = [option("--rules-from") ?? join(root, "rules", "sigma")];
  const ruleCounts = [150, 1000, 3000];
  print(headings.rules);
  print();
  print(measuredAt());
  print();
  await measureRules(
    { recording: file, directories, ruleCounts, roundCount: repeatCount, tell },
    print,
  );
}

/** Parts of the document that are measured by themselves, by how they begin. */
const headings = {
  live: "## The daemon",
  rules: "## Rules: what matching adds to an event",
} as const;
type Part = "offline" | keyof typeof headings;

/** Replaces the part that was measured; the others were measured at other times. */
function writeDocument(measured: Part): void {
  const file = join(root, "docs", "benchmarks.md");
  const parts: Record<Part, string> = { offline: "", live: "", rules: "" };
  let part: Part = "offline";
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === headings.live) part = "live";
    if (line === headings.rules) part = "rules";
    parts[part] += `${line}\n`;
  }
  parts[measured] = lines.join("\n");
  const kept = [parts.offline, parts.live, parts.rules].map((text) => text.trim());
  writeFileSync(file, `${kept.filter((text) => text !== "").join("\n\n")}\n`);
}

const wantsLive = process.argv.includes("--live");
const wantsRules = process.argv.includes("--rules");
try {
  let file = option("--file");
  if (file === undefined) {
    file = join(folder, "events.jsonl");
    writeFileSync(file, await readBytes(join(root, "examples", "shop", "events.jsonl.xz")));
  }
  if (wantsLive) await printLive(file);
  else if (wantsRules) await printRules(file);
  else await printOffline(file);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (process.argv.includes("--write")) {
  writeDocument(wantsLive ? "live" : wantsRules ? "rules" : "offline");
}

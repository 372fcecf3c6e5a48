/**
 * Tests of waggle as a program: streams, signals and pipes that only a process has.
 * Where the in-process tests of `run-cli.test.ts` can tell, they do.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const main = join(root, "src", "main.ts");
const file = (name: string) => join(root, "fixtures", "cli", name);
const json = ["report", "--events", file("events.jsonl.gz"), "--format", "json"];

test("the document goes to standard output and nothing to standard error", () => {
  const done = spawnSync(process.execPath, [main, ...json], { encoding: "utf8" });
  assert.equal(done.status, 0);
  assert.equal(done.stderr, "");
  assert.equal(JSON.parse(done.stdout).window.eventCount, 388);
});

test("events come from standard input too", () => {
  const script = `gzip -dc "$1" | "$2" "$3" inspect - --format json`;
  const words = ["-c", script, "sh", file("events.jsonl.gz"), process.execPath, main];
  const done = spawnSync("sh", words, { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  assert.equal(JSON.parse(done.stdout).eventFiles[0].name, "-");
});

test("a pipe with a name gives all of its events, and is not read twice", () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-main-"));
  const script = 'mkfifo "$1/p" && { gzip -dc "$2" >"$1/p" & } && shift 2 && "$@"';
  const program = [process.execPath, main];
  const start = ["-c", script, "sh", folder, file("events.jsonl.gz"), ...program];
  const options = { encoding: "utf8", timeout: 20_000 } as const;
  const done = spawnSync(
    "sh",
    [...start, "inspect", join(folder, "p"), "--format", "json"],
    options,
  );
  rmSync(folder, { recursive: true });
  assert.equal(done.status, 0, done.stderr);
  const [seen] = JSON.parse(done.stdout).eventFiles;
  assert.deepEqual([seen.eventCount, seen.unreadableCount], [388, 0]);
  const twice = spawnSync(
    "sh",
    ["-c", 'true | "$@"', "sh", ...program, "report", "--since", "1h", "--events", "-"],
    options,
  );
  assert.equal(twice.status, 2);
  assert.match(twice.stderr, /give since and until as times/);
});

test("a reader that stops early is no error and no noise", () => {
  const script = '("$@"; echo $? >&2) | head -c 100';
  const sbom = ["--sbom", file("redis.syft.json.gz")];
  const words = ["-c", script, "sh", process.execPath, main, ...json, ...sbom];
  const done = spawnSync("sh", words, { encoding: "utf8" });
  assert.equal(done.stdout.length, 100);
  assert.equal(done.stderr, "0\n");
});

test("a wrong path is one sentence and one hint on standard error, and status 3", () => {
  const done = spawnSync(process.execPath, [main, "inspect", "gone.jsonl"], { encoding: "utf8" });
  assert.equal(done.status, 3);
  assert.equal(done.stdout, "");
  assert.equal(done.stderr.trimEnd().split("\n").length, 2);
});

test("a checkout that was not built says how to build it", () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-main-"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  copyFileSync(join(root, "bin", "waggle.js"), join(folder, "bin", "waggle.js"));
  const program = join(folder, "bin", "waggle.js");
  const done = spawnSync(process.execPath, [program, "--version"], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  assert.equal(done.status, 2);
  assert.equal(done.stdout, "");
  assert.match(done.stderr, /^waggle is not built here: .*\n.*run\.js build/);
});

test("a full disk behind standard output is an error that is told, not a crash", (context) => {
  if (!existsSync("/dev/full")) return context.skip("no /dev/full here");
  for (const words of [json, ["--help"]]) {
    const stdio = ["ignore", openSync("/dev/full", "w"), "pipe"] as const;
    const done = spawnSync(process.execPath, [main, ...words], {
      encoding: "utf8",
      stdio: [...stdio],
    });
    assert.equal(done.status, 3, done.stderr);
    assert.match(done.stderr, /^waggle: Standard output could not be written: .*ENOSPC/);
    assert.ok(!done.stderr.includes("    at "), done.stderr);
  }
});

test("a scan that is told to end leaves neither file nor tool behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-main-"));
  const tool = `#!/bin/sh\n[ "$1" = version ] && exit 0\necho $$ > pid\nsleep 300 & wait\n`;
  mkdirSync(join(folder, "bin"));
  for (const name of ["syft", "grype"]) {
    writeFileSync(join(folder, "bin", name), tool, { mode: 0o755 });
  }
  const environment = { ...process.env, PATH: `${join(folder, "bin")}:${process.env["PATH"]}` };
  const options = { cwd: folder, env: environment, stdio: "ignore" } as const;
  const child = spawn(process.execPath, [main, "scan", "redis:7"], options);
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const pid = join(folder, "pid");
  for (let waited = 0; !existsSync(pid) && waited < 100; waited++) await sleep(100);
  await sleep(100);
  child.kill("SIGTERM");
  assert.equal(await ended, 130);
  const [syft] = readFileSync(pid, "utf8").split("\n");
  const state = spawnSync("ps", ["-o", "stat=", "-p", String(syft)])
    .stdout.toString()
    .trim();
  assert.ok(state === "" || state.startsWith("Z"), state);
  assert.deepEqual(readdirSync(folder).sort(), ["bin", "pid"]);
  rmSync(folder, { recursive: true });
});

test("an interrupt ends with 130 and leaves no file behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-main-"));
  const words = [main, "report", "--events", "-", "-o", join(folder, "report.json")];
  const child = spawn(process.execPath, words, { stdio: ["pipe", "ignore", "inherit"] });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  // More than a pipe holds: once it is written the program is at work and reads.
  await new Promise((resolve) => child.stdin.write("\n".repeat(1 << 20), resolve));
  child.kill("SIGINT");
  assert.equal(await ended, 130);
  assert.deepEqual(readdirSync(folder), []);
  rmSync(folder, { recursive: true });
});

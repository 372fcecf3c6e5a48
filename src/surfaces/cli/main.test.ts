/**
 * Tests of waggle as a program: streams, signals and pipes that only a process has.
 * Where the in-process tests of `run-cli.test.ts` can tell, they do.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
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

test("an interrupt ends with 130 and leaves no file behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-main-"));
  const words = [main, "report", "--events", "-", "-o", join(folder, "report.json")];
  const child = spawn(process.execPath, words, { stdio: ["pipe", "ignore", "inherit"] });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  child.stdin.write("\n".repeat(1000));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  child.kill("SIGINT");
  assert.equal(await ended, 130);
  assert.deepEqual(readdirSync(folder), []);
  rmSync(folder, { recursive: true });
});

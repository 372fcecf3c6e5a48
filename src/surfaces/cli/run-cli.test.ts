/**
 * Tests of the command line from words to exit status, in this process, over a small recording of
 * one container; `main.test.ts` runs it as a program.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { createNodeFiles } from "../../adapters/files/node-files.ts";
import { noOutside } from "../../testing/still-context.ts";
import { loadCommands } from "./commands.ts";
import { completionScript, shells } from "./completion.ts";
import { runCli } from "./run-cli.ts";
import type { Stream } from "./screen.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const fixtures = join(root, "fixtures", "cli");
const shipped = { rules: join(root, "rules"), workflows: join(root, "workflows") };
const file = (name: string) => join(fixtures, name);
const events = ["--events", file("events.jsonl.gz")];
const documents = ["--sbom", file("redis.syft.json.gz"), "--vulns", file("redis.grype.json.gz")];
const policies = ["--policies", file("20-file-open.yaml")];

const folder = mkdtempSync(join(tmpdir(), "waggle-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly status: number;
  readonly output: string;
  readonly error: string;
}

async function run(words: readonly string[], environment = {}, isTTY = false): Promise<Run> {
  const texts = { output: "", error: "" };
  const stream = (name: "output" | "error"): Stream => ({
    isTTY,
    columns: 100,
    write: (text, done) => {
      texts[name] += text;
      done();
      return true;
    },
    on: () => undefined,
  });
  const refuse = () => Promise.reject(new Error("no scanner in these tests"));
  const noScanner = { scan: refuse, match: refuse, dataVersion: refuse };
  const status = await runCli({
    words,
    environment,
    output: stream("output"),
    error: stream("error"),
    version: "1.2.3",
    clock: () => 0,
    ports: async () => ({
      files: createNodeFiles(),
      scanner: noScanner,
      outside: { ...noOutside, shipped },
    }),
    onInterrupt: () => {},
    onHangup: () => {},
    exit: () => {},
  });
  return { status, ...texts };
}

test("a report names the vulnerability that matters, on standard output alone", async () => {
  const { status, output, error } = await run(["report", ...events, ...documents, ...policies]);
  assert.equal(status, 0, error);
  assert.equal(error, "");
  assert.match(output, /CVE-2024-5535/);
  assert.match(output, /in use \(mapped\)/);
  assert.ok(!output.includes("\x1b"), "a pipe gets no colour");
  assert.ok(output.endsWith("\n"));
});

test("a report as JSON is whole, and byte for byte the same the next time", async () => {
  const words = ["report", ...events, ...documents, ...policies, "--format", "json"];
  const [first, second] = [await run(words), await run(words)];
  assert.equal(first.output, second.output);
  const report = JSON.parse(first.output);
  assert.equal(report.generatedAt, null);
  assert.equal(report.packages.length, 15);
  assert.ok(report.findings.length > 0);
  assert.deepEqual(
    report.inputs.map(({ role }: { role: string }) => role),
    ["events", "sbom", "vulnerabilities", "policies"],
  );
});

test("the order of inputs of one kind does not change a verdict", async () => {
  const scans = ["--sbom", file("redis.grype.json.gz"), file("redis.syft.json.gz")];
  const swapped = await run(["report", ...events, ...scans, ...policies, "--format", "json"]);
  const usual = await run(["report", ...events, ...documents, ...policies, "--format", "json"]);
  const verdicts = (text: string) => JSON.parse(text).packages;
  assert.deepEqual(verdicts(swapped.output), verdicts(usual.output));
});

test("a scan given as SBOM is used as what it is, with a notice", async () => {
  const both = ["--sbom", file("redis.syft.json.gz"), file("redis.grype.json.gz")];
  const { status, output } = await run(["report", ...events, ...both, "--format", "json"]);
  assert.equal(status, 0);
  const report = JSON.parse(output);
  assert.ok(report.findings.length > 0);
  const codes = report.problems.map(({ code }: { code: string }) => code);
  assert.ok(codes.includes("input-of-another-kind"));
});

test("the time of making is printed only when given", async () => {
  const words = ["report", ...events, "--format", "json"];
  const given = await run([...words, "--now", "2026-12-01T00:00:00Z"]);
  assert.equal(JSON.parse(given.output).generatedAt, "2026-12-01T00:00:00.000Z");
  const epoch = await run(words, { SOURCE_DATE_EPOCH: "0" });
  assert.equal(JSON.parse(epoch.output).generatedAt, "1970-01-01T00:00:00.000Z");
  for (const odd of ["soon", "2026-03-01 (12:00)", "2026-02-31"]) {
    assert.equal((await run([...words, "--now", odd])).status, 2, odd);
  }
});

test("--fail-on writes the report first, then ends with 10 and says which condition", async () => {
  const words = ["report", ...events, ...documents, "--format", "json"];
  const met = await run([...words, "--fail-on", "in-use:critical:fixable", "kev"]);
  assert.equal(met.status, 10);
  assert.ok(JSON.parse(met.output).findings.length > 0);
  assert.match(met.error, /--fail-on in-use:critical:fixable is met by 1 finding/);
  assert.ok(!met.error.includes("kev"));
  assert.equal((await run([...words, "--fail-on", "kev"])).status, 0);
});

test("--since and --until leave events out, also as durations before the end", async () => {
  const count = async (...words: string[]) => {
    const { output, error } = await run(["report", ...events, "--format", "json", ...words]);
    assert.equal(error, "");
    return JSON.parse(output).window.eventCount;
  };
  const all = await count();
  const late = await count("--since", "1m");
  const early = await count("--until", "1m");
  assert.ok(late > 0 && early > 0);
  assert.equal(late + early, all);
  assert.equal(await count("--until", "2020-01-01T00:00:00Z"), 0);
});

test("an output file is whole or not there at all, and nothing else is left behind", async () => {
  const made = join(folder, "report.json");
  const words = ["report", ...events, "--format", "json"];
  const done = await run([...words, "-o", made]);
  assert.equal(done.output, "");
  assert.equal(JSON.parse(readFileSync(made, "utf8")).schemaVersion, "1.2.0");
  const failed = await run([...words, "-o", join(folder, "gone", "report.json")]);
  assert.equal(failed.status, 3);
  assert.match(failed.error, /could not be written/);
  assert.deepEqual(readdirSync(folder), ["report.json"]);
});

test("explain shows proof down to the place in the file", async () => {
  const words = ["explain", "CVE-2024-5535", ...events, ...documents];
  const { status, output } = await run(words);
  assert.equal(status, 0);
  assert.match(output, /libssl\.so\.1\.1/);
  assert.match(output, /events\.jsonl\.gz:\d+/);
});

test("explain answers from a saved report, and refuses what is none", async () => {
  const saved = join(folder, "saved.json");
  const json = ["report", ...events, ...documents, "--format", "json", "-o", saved];
  assert.equal((await run(json)).status, 0);
  const answer = await run(["explain", "libssl1.1", "--report", saved, "--format", "json"]);
  assert.equal(JSON.parse(answer.output).understoodAs, "package");
  const other = await run(["explain", "x", "--report", file("redis.syft.json.gz")]);
  assert.equal(other.status, 4);
  assert.match(other.error, /not a report of waggle/);
});

test("what is not in the report is not found, and the nearest names are told", async () => {
  const { status, error } = await run(["explain", "CVE-2024-5536", ...events, ...documents]);
  assert.equal(status, 6);
  assert.match(error, /Near: .*CVE-2024-5535/);
});

test("inspect tells types, time span and containers of events, and counts documents", async () => {
  const words = [
    "inspect",
    file("events.jsonl.gz"),
    file("redis.syft.json.gz"),
    ...policies.slice(1),
  ];
  const { status, output } = await run(words);
  assert.equal(status, 0);
  assert.match(output, /388 events/);
  assert.match(output, /data\/redis-0\/redis/);
  assert.match(output, /sbom \(syft\), 15 packages\n.*tool syft/);
  assert.match(output, /policies \(yaml\), \d+ hooks?\n +named .* sensors/);
  const json = JSON.parse((await run([...words, "--format", "json"])).output);
  assert.equal(json.eventFiles[0].eventCount, 388);
});

test("inspect of broken events tells what is wrong and where first", async () => {
  const broken = join(folder, "broken.jsonl");
  const lines = gunzipSync(readFileSync(file("events.jsonl.gz")))
    .toString()
    .split("\n");
  const [one = "", two = "", three = ""] = lines;
  writeFileSync(broken, [one, "{not json", two, three.slice(0, 200)].join("\n"));
  const { status, output } = await run(["inspect", broken]);
  assert.equal(status, 0);
  assert.match(output, /line-not-json/);
  assert.match(output, /line 2/);
  assert.match(output, /cut-last-line/);
});

test("ps lists containers, then the processes of one by any of its names", async () => {
  assert.match((await run(["ps", ...events])).output, /data\/redis-0\/redis/);
  for (const name of ["redis", "data/redis", "redis-0", "945d78906d5d"]) {
    const { status, output } = await run(["ps", name, ...events]);
    assert.equal(status, 0, name);
    assert.match(output, /service .*redis-server/);
    assert.match(output, /probe .*redis-cli ping/);
  }
  const wrong = await run(["ps", "reddis", ...events]);
  assert.equal(wrong.status, 6);
  assert.match(wrong.error, /near: redis/);
});

test("an empty file of events gives an empty report that says so", async () => {
  const empty = join(folder, "empty.jsonl");
  writeFileSync(empty, "");
  const { status, output } = await run(["report", "--events", empty, "--format", "json"]);
  assert.equal(status, 0);
  const report = JSON.parse(output);
  assert.equal(report.window.from, null);
  assert.ok(report.problems.some(({ code }: { code: string }) => code === "no-events"));
});

test("a cut file of events never gives good coverage", async () => {
  const cut = join(folder, "cut.jsonl.gz");
  const whole = readFileSync(file("events.jsonl.gz"));
  writeFileSync(cut, whole.subarray(0, Math.floor(whole.length * 0.7)));
  const words = ["report", "--events", cut, ...documents, ...policies, "--format", "json"];
  const { status, output } = await run(words);
  assert.equal(status, 0);
  const report = JSON.parse(output);
  assert.ok(report.problems.some(({ code }: { code: string }) => code === "input-cut"));
  const grades = report.packages.map(
    ({ usage }: { usage: { coverage: string } }) => usage.coverage,
  );
  assert.ok(!grades.includes("good"), grades.join());
});

test("a wrong path, option, choice or document each has its status and sentence", async () => {
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [["report", "--events", "gone.jsonl"], 3, /There is no file "gone\.jsonl"/],
    [["report", "--evnts", "x"], 2, /unknown option '--evnts' \(Did you mean --events\?\)/],
    [["report", ...events, "--format", "docx"], 2, /Allowed choices are text, md, json, html/],
    [["help", "repot"], 2, /There is no such command/],
    [["report"], 2, /No events: pass --events FILE/],
    [["repot"], 2, /Did you mean report\?/],
    [["report", "x.jsonl"], 2, /got 1: x\.jsonl\. A recording is given as --events <file>\.\n/],
    [["status", "x"], 2, /too many arguments.*got 1: x\.\n/],
    [["report", ...events, "--sbom", file("README.md")], 4, /README\.md.*Expected JSON of Syft/],
    [["report", ...events, "--fail-on", "critcal"], 2, /Did you mean "critical"\?/],
    [["report", ...events, "--since", "yesterday"], 2, /since takes an ISO time/],
    [["report", ...events, "--top", "many"], 2, /--top takes a whole number/],
    [["report", ...events, "--sbom", "--vulns", "x"], 2, /--sbom needs a value before --vulns/],
    [["report", ...events, "-o", "--format"], 2, /--output needs a value before --format/],
    [["explain", ...events], 2, /missing required argument 'query'/],
  ];
  for (const [words, status, says] of cases) {
    const result = await run(words);
    assert.equal(result.status, status, words.join(" "));
    assert.match(result.error, says);
    assert.equal(result.output, "", words.join(" "));
    assert.ok(!result.error.includes("    at "), "no stack");
  }
});

test("a configuration fills in what the command line leaves out, and is listed", async () => {
  const config = join(folder, "waggle.yaml");
  const lines = [
    `events: [${file("events.jsonl.gz")}]`,
    "format: json",
    "images:",
    `  redis: [${file("redis.syft.json.gz")}, ${file("redis.grype.json.gz")}]`,
    "critical-severities: [Critical, High]",
  ];
  writeFileSync(config, lines.join("\n"));
  const report = JSON.parse((await run(["report", "--config", config])).output);
  assert.equal(report.coverage[0].joinedBy, "by-hand");
  assert.ok(report.funnel.critical > 2);
  assert.ok(report.inputs.some(({ role }: { role: string }) => role === "config"));
  const text = await run(["report", "--config", config, "--format", "md"]);
  assert.match(text.output, /^# /);
  writeFileSync(config, "evnts: [x]\n");
  const wrong = await run(["report", "--config", config]);
  assert.equal(wrong.status, 2);
  assert.match(wrong.error, /waggle\.yaml:1:1: unknown key "evnts"\. Did you mean "events"\?/);
});

test("a command that is named is loaded alone, by the name that it has", async () => {
  const all = await loadCommands();
  assert.ok(all.length > 25);
  for (const { operation } of all) {
    const [one, ...others] = await loadCommands(operation.name);
    assert.deepEqual([one?.operation.name, others.length], [operation.name, 0]);
  }
  for (const word of ["", "help", "--help", "rep", "constructor"]) {
    assert.equal((await loadCommands(word)).length, all.length, word);
  }
});

test("every command has help with its options and an example that parses", async () => {
  for (const { operation, presentation } of await loadCommands()) {
    const { status, output } = await run([operation.name, "--help"]);
    assert.equal(status, 0);
    assert.match(output, /Examples:/);
    for (const { line } of presentation.examples) {
      const typed = (line.match(/"[^"]*"|\S+/g) ?? []).slice(1);
      const words = typed.map((word) => word.replaceAll('"', ""));
      const result = await run(words.map((word) => (word === "-" ? "gone" : word)));
      // Files are missing and nothing outside is opened; what needs neither is done.
      assert.ok([0, 3, 70].includes(result.status), `${line}: ${result.error}`);
      assert.ok(!/unknown|invalid/.test(result.error), result.error);
    }
  }
  const help = await run(["--help"]);
  assert.match(help.output, /Exit status:[\s\S]*10 {2}a --fail-on condition is met/);
  assert.equal((await run([])).output, help.output);
  assert.equal((await run(["--version"])).output, "1.2.3\n");
});

test("colour comes only when it is wanted", async () => {
  const words = ["report", ...events, ...documents];
  assert.ok((await run(words, {}, true)).output.includes("\x1b["));
  assert.ok(!(await run(words, { NO_COLOR: "1" }, true)).output.includes("\x1b["));
  assert.ok((await run([...words, "--color", "always"])).output.includes("\x1b["));
});

test("completion scripts name every command and option, and bash can read its own", async () => {
  const commands = await loadCommands();
  for (const shell of shells) {
    const { status, output } = await run(["completion", shell]);
    assert.equal(status, 0);
    assert.equal(output, completionScript(shell, commands));
    for (const word of ["report", "explain", "inspect", "tetragon-metrics", "fail-on", "always"]) {
      assert.ok(output.includes(word), `${shell}: ${word}`);
    }
  }
  const script = completionScript("bash", commands);
  const complete = (line: string) => {
    const words = line.split(" ");
    const set = `COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${
      words.length - 1
    }; _waggle; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", `${script}\n${set}`], { encoding: "utf8" }).split("\n");
  };
  assert.ok(complete("waggle rep").includes("report"));
  assert.ok(complete("waggle report --tet").includes("--tetragon-metrics"));
  assert.deepEqual(complete("waggle report --format j"), ["json", ""]);
  assert.ok(complete("waggle completion f").includes("fish"));
});

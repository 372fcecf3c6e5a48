/** Tests of a report that is made by a process of its own: real processes, also ones that fail. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createReportMaker } from "./spawn-report.ts";

const folder = mkdtempSync(join(tmpdir(), "waggle-maker-"));
// Others make such folders too, at the same time.
process.env["TMPDIR"] = folder;
after(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, text: string): string {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(
    file,
    `import { writeFileSync } from "node:fs";\nconst words = process.argv.slice(2);\n${text}`,
  );
  return file;
}

const never = new AbortController().signal;
const left = () => readdirSync(folder).filter((name) => name.startsWith("waggle-report-"));

test("what the program wrote is given back, and its words are those of the call", async () => {
  const file = program("echo", "writeFileSync(words.at(-1), JSON.stringify(words.slice(0, -1)));");
  const words = ["record", "--trigger", 'a "b" $(c)', "--sink", "-"];
  const text = await createReportMaker(file).make(words, never);
  assert.deepEqual(JSON.parse(text), [...words, "--output"]);
});

test("what it said when it failed is told, made visible and cut", async () => {
  const said = '"\\u001b[2Jno disk" + "x".repeat(100_000)';
  const file = program("fail", `process.stderr.write(${said}, () => process.exit(8));`);
  await assert.rejects(createReportMaker(file).make([], never), (error: Error) => {
    assert.match(error.message, /^The report was not made: .*no disk/);
    assert.doesNotMatch(error.message, /\u001b/);
    assert.ok(error.message.length < 2200);
    assert.equal((error as Error & { code: string }).code, "tool-failed");
    return true;
  });
});

test("a program that writes nothing, or is killed, is a failure and not the end", async () => {
  await assert.rejects(createReportMaker(program("none", "")).make([], never), {
    code: "tool-failed",
  });
  const killed = program("killed", 'process.kill(process.pid, "SIGKILL");');
  await assert.rejects(createReportMaker(killed).make([], never), /ended by SIGKILL/);
});

test("asked to end it ends the program at once, and leaves no folder", async () => {
  const ending = new AbortController();
  const file = program("hang", "setInterval(() => {}, 1000);");
  const making = createReportMaker(file).make([], ending.signal);
  setTimeout(() => ending.abort(), 50);
  await assert.rejects(making, { code: "tool-failed" });
  assert.deepEqual(left(), []);
});

test("a folder that cannot be made is a failure and not the end", async () => {
  process.env["TMPDIR"] = join(folder, "gone");
  try {
    await assert.rejects(createReportMaker("x").make([], never), { code: "tool-failed" });
  } finally {
    process.env["TMPDIR"] = folder;
  }
});

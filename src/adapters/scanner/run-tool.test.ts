/** Holds how programs end and what is kept of what they say. */
import assert from "node:assert/strict";
import { delimiter } from "node:path";
import { test } from "node:test";
import { findTool } from "./find-tool.ts";
import { runTool, showControls, type ToolEnd } from "./run-tool.ts";

const skip = process.platform === "win32" ? "needs a shell" : false;

async function runShell(script: string, timeoutMs = 10_000): Promise<ToolEnd & { all: string[] }> {
  const all: string[] = [];
  const end = await runTool({
    program: "/bin/sh",
    arguments: ["-c", script],
    environment: { ADDED: "yes" },
    timeoutMs,
    onLine: (line) => all.push(line),
  });
  return { ...end, all };
}

test("exit codes, signals and timeouts are told apart", { skip }, async () => {
  assert.equal((await runShell("exit 0")).how, "ended with exit code 0");
  assert.deepEqual((await runShell("exit 7")).code, 7);
  assert.equal((await runShell("kill -9 $$")).how, "was ended by SIGKILL");
  const late = await runShell("sleep 60", 100);
  assert.deepEqual([late.code, late.how], [undefined, "took longer than 0 s and was ended"]);
});

test("a program that cannot be started is told, not thrown", async () => {
  const end = await runTool({
    program: "/no/such/program",
    arguments: [],
    environment: {},
    timeoutMs: 1000,
    onLine: () => {},
  });
  assert.equal(end.code, undefined);
  assert.match(end.how, /^could not be started/);
});

test("both outputs come line by line, the last ones are kept", { skip }, async () => {
  const end = await runShell('echo "$ADDED"; printf "a\\rb\\n" >&2; seq 20; printf tail');
  assert.deepEqual([...end.all].sort().slice(-4), ["a", "b", "tail", "yes"]);
  assert.equal(end.lastLines.length, 8);
  assert.equal(end.lastLines.at(-1), "tail");
});

test("what a program leaves running does not hold us up", { skip }, async () => {
  const started = process.hrtime.bigint();
  const end = await runShell("sleep 30 & exit 4", 20_000);
  assert.equal(end.code, 4);
  assert.ok(process.hrtime.bigint() - started < 15_000_000_000n);
});

test("colours are dropped, hidden characters shown", () => {
  assert.equal(showControls("\u001b[1;31mred\u001b[0m\ttab"), "red tab");
  assert.equal(showControls("a\u0007b\u202ec\u200b\u2028"), "a\\u{7}b\\u{202e}c\\u{200b}\\u{2028}");
  assert.equal(showControls("ünï 😀"), "ünï 😀");
});

test("tools are looked for on PATH alone, not in the current directory", () => {
  const path = process.env["PATH"];
  try {
    process.env["PATH"] = ["", ".", "relative", "/no/such"].join(delimiter);
    assert.equal(findTool("package.json"), undefined);
    assert.equal(findTool("sh"), undefined);
  } finally {
    process.env["PATH"] = path;
  }
  if (process.platform !== "win32") assert.match(findTool("sh") ?? "", /\/sh$/);
});

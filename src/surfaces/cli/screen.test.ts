/** Tests of `screen.ts`, `progress.ts` and `exit-status.ts`: what reaches a person's terminal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { WaggleError } from "../../ports/waggle-error.ts";
import { describeFailure, exitStatusTable } from "./exit-status.ts";
import { createProgressLine, progressText } from "./progress.ts";
import { type Stream, safeLines, screenWidth, wantsColor, writeTo } from "./screen.ts";

function fakeStream(isTTY: boolean): { stream: Stream; written: string[] } {
  const written: string[] = [];
  const stream: Stream = {
    isTTY,
    columns: 80,
    write: (text, done) => {
      written.push(text);
      done();
      return true;
    },
    on: () => undefined,
  };
  return { stream, written };
}

test("colour: the flag wins, then NO_COLOR, then FORCE_COLOR, then the terminal decides", () => {
  assert.equal(wantsColor("always", false, { NO_COLOR: "1" }), true);
  assert.equal(wantsColor("never", true, { FORCE_COLOR: "1" }), false);
  assert.equal(wantsColor("auto", true, { NO_COLOR: "1", FORCE_COLOR: "1" }), false);
  assert.equal(wantsColor("auto", true, { NO_COLOR: "" }), true);
  assert.equal(wantsColor("auto", false, { FORCE_COLOR: "1" }), true);
  assert.equal(wantsColor("auto", true, { FORCE_COLOR: "0" }), false);
  assert.equal(wantsColor("auto", true, { TERM: "dumb" }), false);
  assert.equal(wantsColor("auto", false, {}), false);
});

test("the width is the terminal's, else COLUMNS, else a hundred, within reason", () => {
  const { stream } = fakeStream(true);
  assert.equal(screenWidth(stream, {}), 80);
  assert.equal(screenWidth({ ...stream, columns: 20 }, {}), 60);
  const pipe: Stream = { write: stream.write, on: stream.on };
  assert.equal(screenWidth(pipe, {}), 100);
  assert.equal(screenWidth(pipe, { COLUMNS: "120" }), 120);
  assert.equal(screenWidth(pipe, { COLUMNS: "none" }), 100);
});

test("long and many-lined text is made safe line by line, nothing of it lost", () => {
  const text = `${"a".repeat(1300)}\nb\x1b[31m`;
  assert.equal(safeLines(text).toString(), `${"a".repeat(1300)}\nb\\x1b[31m`);
});

test("a reader that went away is no error, another failure is", async () => {
  const failing = (code: string): Stream => ({
    write: (_text, done) => {
      done(Object.assign(new Error(code), { code }));
      return false;
    },
    on: () => undefined,
  });
  await writeTo(failing("EPIPE"), "x");
  await assert.rejects(writeTo(failing("ENOSPC"), "x"), { code: "file-not-written" });
});

const at = {
  stage: "events",
  input: "events.jsonl",
  consumedBytes: 0,
  sizeBytes: 0,
  eventCount: 0,
};

test("progress tells how far, how fast and how long still", () => {
  const text = progressText(
    { ...at, consumedBytes: 25_000_000, sizeBytes: 100_000_000, eventCount: 50_000 },
    10_000,
    100,
  );
  assert.equal(text, "events · 50k events · 5000/s · 25 % · 30 s left · events.jsonl");
});

test("progress of a pipe tells what is known, and never more than fits", () => {
  const long = { ...at, input: `${"x".repeat(300)}\x1b[2J`, consumedBytes: 3e6, sizeBytes: -1 };
  const text = progressText(long, 10_000, 60);
  assert.match(text, /^events · 3 MB · …x+/);
  assert.ok(text.length < 60, text);
  assert.ok(!text.includes("\x1b"));
});

test("progress appears after half a second, at most ten times a second, and is erased", () => {
  const { stream, written } = fakeStream(true);
  let now = 0;
  const line = createProgressLine(stream, () => now);
  for (; now < 2000; now += 10) line.update({ ...at, eventCount: now });
  assert.ok(written.length >= 14 && written.length <= 16, String(written.length));
  line.erase();
  assert.equal(written.at(-1), "\r\x1b[K");
});

test("no progress is written where nobody looks", () => {
  const { stream, written } = fakeStream(false);
  let now = 0;
  const line = createProgressLine(stream, () => now);
  for (; now < 2000; now += 100) line.update(at);
  line.erase();
  assert.deepEqual(written, []);
});

test("an expected error says what happened and what to do, without a stack", () => {
  const failure = describeFailure(
    new WaggleError("file-not-found", 'There is no file "x".'),
    false,
  );
  assert.equal(failure.status, 3);
  const text = failure.message.toString();
  assert.match(text, /^waggle: There is no file "x"\.\n {2}Check the path/);
  assert.ok(!text.includes("    at "));
});

test("a defect says that it is one, and shows its stack only when asked", () => {
  const broken = new TypeError("x is not a function");
  assert.equal(describeFailure(broken, false).status, 70);
  assert.match(describeFailure(broken, false).message.toString(), /a defect of waggle/);
  assert.ok(!describeFailure(broken, false).message.toString().includes("    at "));
  assert.match(describeFailure(broken, true).message.toString(), /\n {4}at /);
});

test("an error cannot smuggle control characters to the terminal", () => {
  const failure = describeFailure(new WaggleError("usage", "bad \x1b]0;owned\x07 word"), false);
  assert.ok(!failure.message.toString().includes("\x1b"));
});

test("a name with line breaks cannot pose as a message of its own", () => {
  const spoof = new WaggleError("input-unsupported", "a\nwaggle: all is well: no events.");
  const lines = describeFailure(spoof, false).message.toString().split("\n");
  assert.deepEqual(
    lines.filter((line) => line.startsWith("waggle:")),
    ["waggle: a"],
  );
});

test("every exit status is explained once", () => {
  const statuses = exitStatusTable.map(([status]) => status);
  assert.deepEqual(
    statuses,
    [...new Set(statuses)].sort((a, b) => a - b),
  );
});

/**
 * Tries the bench of the daemon itself, as small as it goes: every part runs and prints what it
 * should. No time is asserted. Linux only, as the bench is.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { recordedLines } from "../src/testing/recorded-events.ts";
import { measureLive } from "./live.ts";

const folder = mkdtempSync(join(tmpdir(), "waggle-bench-test-"));
after(() => rmSync(folder, { recursive: true }));

const sizes = {
  ...{ eventCount: 2000, repeatCount: 1, fillCount: 800, pauseSeconds: 2, steadySeconds: 2 },
  ...{ dayCount: 3000, latencyCount: 1, killSeconds: 0 },
};
const headings = [
  "### Events from gRPC: median of 1",
  "### 1,100 events a second",
  "### Facts that are written, against events",
  "### A day of events in ",
  "### From an event to an answer, with the state of a day: 1 tries",
  "### Start with the state of a day: median of 1",
];

test("every part of the live bench runs small", {
  skip: process.platform !== "linux",
}, async () => {
  const recording = join(folder, "recording.jsonl");
  const lines = recordedLines("pairs").map((line) => Buffer.from(line).toString());
  writeFileSync(recording, lines.join("\n"));
  const printed: string[] = [];
  const plan = {
    ...{ sizes, folder, recording, words: [], parts: ["speed", "steady", "day"], tell: () => {} },
    program: join(import.meta.dirname, "..", "src", "main.ts"),
    counter: join(import.meta.dirname, "live", "count-writes.ts"),
  };
  await measureLive(plan, (line = "") => printed.push(line));
  for (const heading of headings) {
    assert.ok(
      printed.some((line) => line.startsWith(heading)),
      heading,
    );
  }
  const cells = printed.filter((line) => line.startsWith("| "));
  assert.ok(cells.length > 30);
  assert.doesNotMatch(cells.join("\n"), /NaN|undefined/);
  const filled = cells.find((line) => line.startsWith("| 200 | from an empty state | files |"));
  assert.match(filled ?? "", /^\| 200 \| from an empty state \| files \| [1-9]\d* \| [1-9]\d* \|/);
});

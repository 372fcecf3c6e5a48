/** Tests of the record of acts: `record-acts.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeCases } from "../core/observe/detect/decode-cases.ts";
import { createDetection } from "../core/observe/detect/detection.ts";
import { recordActs } from "../core/observe/detect/record-acts.ts";
import { createObserver } from "./observe-events.ts";

const story = {
  matching: [
    {
      name: "a shell fetches and runs",
      events: [
        { at: 1, pid: 11, parent: 1, exec: "/bin/sh", args: "-c x", container: "c1" },
        { at: 2, pid: 12, parent: 11, exec: "/usr/bin/curl", args: "http://203.0.113.5/x" },
        { at: 3, pid: 12, connect: "203.0.113.5:80" },
        { at: 3.5, pid: 12, write: "/tmp/x" },
        { at: 3.6, pid: 12, write: "/tmp/x" },
        { at: 4, pid: 12, exit: 0 },
      ],
    },
  ],
  quiet: [],
};

function record(lineCountMax?: number) {
  const { matching, problems } = decodeCases(story);
  assert.deepEqual(problems, []);
  const recorder = recordActs({
    wants: (container) => !container.startsWith("host:"),
    ...(lineCountMax === undefined ? {} : { lineCountMax }),
  });
  const folds = [createDetection({ detectors: [recorder.detector] })];
  const observer = createObserver({ folds, emit: () => {} });
  for (const event of matching[0]?.events ?? []) observer.observe(event);
  observer.finish();
  return recorder.record();
}

test("acts become lines in order of time, and repeats are one", () => {
  const { lines } = record();
  const told = lines
    .filter(({ pid }) => pid === 12)
    .map(({ kind, object, count }) => {
      return `${kind} ${object} ${count}`;
    });
  assert.deepEqual(told, [
    "exec /usr/bin/curl http://203.0.113.5/x 1",
    "connect 203.0.113.5:80 1",
    "write /tmp/x 2",
    "exit  1",
  ]);
});

test("beyond its bound the record only counts", () => {
  const { lines, omittedCount } = record(2);
  assert.equal(lines.length, 2);
  assert.ok(omittedCount > 0);
});

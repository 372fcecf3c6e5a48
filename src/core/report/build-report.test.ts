/** Holds how a judgement becomes a report. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleJudgement } from "../../testing/sample-judgement.ts";
import { ProblemLog } from "../event/problem.ts";
import { buildReport } from "./build-report.ts";

const rest = {
  judgement: sampleJudgement([]),
  inputs: [],
  generatedAt: null,
  signed: { decisions: [], nowUs: 0, input: "" },
  problems: new ProblemLog(),
};

test("the window is given in ISO 8601 and seconds", () => {
  const window = { fromUs: 1_700_000_000_000_001, toUs: 1_700_000_060_000_001, eventCount: 5 };
  assert.deepEqual(buildReport({ ...rest, window }).window, {
    from: "2023-11-14T22:13:20.000001Z",
    to: "2023-11-14T22:14:20.000001Z",
    seconds: 60,
    eventCount: 5,
  });
});

test("without a time there is no window, and without being told no time of making", () => {
  const report = buildReport({ ...rest, window: { fromUs: 0, toUs: 0, eventCount: 0 } });
  assert.deepEqual(
    [report.window.from, report.window.seconds, report.generatedAt],
    [null, 0, null],
  );
});

/** Tests of `record-acts.ts`: which lines stay when there are too many. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleAct, sampleSubject } from "../../../testing/act-samples.ts";
import { type RecordOptions, recordActs } from "./record-acts.ts";

function recordOf(count: number, options: Partial<RecordOptions>) {
  const { detector, record } = recordActs({ wants: () => true, ...options });
  for (let at = 0; at < count; at += 1) {
    const subject = sampleSubject({ pid: at, execId: `p${at}` });
    detector.step(
      undefined,
      sampleAct({ kind: "exec", timeUs: at + 1, subject }),
      undefined as never,
    );
  }
  return record();
}

test("a full record keeps the earliest lines, or the latest, and counts the others", () => {
  const first = recordOf(100, { lineCountMax: 8 });
  assert.deepEqual([first.lines.length, first.lines[0]?.pid, first.omittedCount], [8, 0, 92]);
  const last = recordOf(100, { lineCountMax: 8, keeps: "latest" });
  assert.ok(last.lines.length <= 8 && last.lines.length >= 6);
  assert.equal(last.lines.at(-1)?.pid, 99);
  assert.equal(last.lines.length + last.omittedCount, 100);
});

/** Tests of `keep-run.ts`, `workflow-run.ts` and `hash-value.ts`: records as files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryFiles } from "../../adapters/files/memory-files.ts";
import { hashValue } from "./hash-value.ts";
import { keepRun, listRuns, loadRun } from "./keep-run.ts";
import type { WorkflowRun } from "./workflow-run.ts";

function runAt(index: number): WorkflowRun {
  const time = String(index).padStart(17, "0");
  return {
    ...{ kind: "waggle-workflow-run", schemaVersion: "1.0.0", id: `${time}-test-0123abcd` },
    ...{
      workflow: { name: "test", source: "", sha256: "", text: "" },
      trigger: { kind: "manual" },
    },
    ...{ sources: {}, dryRun: false, inputs: {}, startedAt: null, endedAt: null, found: null },
    ...{ status: "succeeded", outputs: {}, notes: [], steps: [] },
  };
}

test("a state directory keeps the last 200 runs, a file beside where one is asked", async () => {
  const stored = new Map<string, Uint8Array>([["state/other.json", new Uint8Array(1)]]);
  const files = createMemoryFiles(stored);
  for (let at = 0; at < 203; at += 1) {
    const file = await keepRun(runAt(at), { out: "", state: "state/" }, files);
    assert.equal(file, `state/workflow-run-${runAt(at).id}.json`);
  }
  const kept = await listRuns("state", files);
  assert.deepEqual([kept.length, kept[0]?.id, kept.at(-1)?.id], [200, runAt(202).id, runAt(3).id]);
  assert.ok(stored.has("state/other.json"), "nothing else is touched");
  assert.equal(await keepRun(runAt(300), { out: "x.json", state: "" }, files), "x.json");
  assert.deepEqual(await loadRun("x.json", "", files), runAt(300));
  assert.equal(await keepRun(runAt(300), { out: "", state: "" }, files), "");
});

test("a run is found by the start of its id, if only one begins so", async () => {
  const files = createMemoryFiles(new Map());
  for (const at of [1, 20]) await keepRun(runAt(at), { out: "", state: "s" }, files);
  const whole = runAt(20).id;
  assert.equal((await loadRun(whole.slice(0, 16), "s", files)).id, whole);
  await assert.rejects(loadRun("0000", "s", files), /Several runs begin with "0000"/);
  await assert.rejects(loadRun("9", "s", files), /No run begins with "9"/);
  await assert.rejects(loadRun("9", "", files), /pass --state/);
});

test("the hash of data does not depend on the order of its keys", () => {
  assert.equal(hashValue({ a: 1, b: [{ c: 2, d: 3 }] }), hashValue({ b: [{ d: 3, c: 2 }], a: 1 }));
  assert.notEqual(hashValue(["a", "b"]), hashValue(["b", "a"]));
  assert.equal(hashValue(undefined), hashValue(null));
});

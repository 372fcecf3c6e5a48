/**
 * Tests of `record-run.ts`, `run-workflow.ts` and `replay-run.ts` without a recording: what
 * a run says in the end.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../adapters/clock/manual-clock.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { MemoryOutside } from "../../testing/memory-outside.ts";
import { parseWorkflow } from "./parse-workflow.ts";
import { recordRun } from "./record-run.ts";
import { replayRun } from "./replay-run.ts";
import { runWorkflow } from "./run-workflow.ts";
import { stepUses } from "./step-uses.ts";

const text = `name: test
description: A test.
triggers: { command: }
inputs:
  file: { default: out.txt }
steps:
  - id: a
    type: sensor
    uses: waggle.plan
  - id: b
    type: action
    uses: write-file
    with: { file: "\${{ inputs.file }}", content: "hello \${{ trigger.kind }}" }
found: length(steps.a.output.actions) > 0
outputs:
  count: \${{ length(steps.a.output.actions) }}
  wrong: \${{ steps.b.output.nothing }}
`;

function workflowOf(source: string) {
  const { workflow, problems } = parseWorkflow(source, "w.yaml", stepUses);
  assert.deepEqual(problems, []);
  assert.ok(workflow !== undefined);
  return workflow;
}

const request = {
  ...{ workflow: workflowOf(text), inputs: { file: "out.txt" }, trigger: { kind: "command" } },
  ...{ sources: {}, dryRun: false },
};

function record(outputs: Readonly<Record<string, unknown>>) {
  return recordRun(request, {
    clock: new ManualClock(),
    signal: new AbortController().signal,
    perform: async (step) => {
      const output = outputs[step.id];
      if (output === undefined) throw new WaggleError("file-not-found", "gone.");
      return output;
    },
  });
}

test("a run says what was found; what stands on a step that failed is unknown", async () => {
  const whole = await record({ a: { actions: [1], leftOutCount: 0 }, b: { nothing: 7 } });
  assert.deepEqual([whole.status, whole.found], ["succeeded", true]);
  assert.deepEqual(whole.outputs, { count: 1, wrong: 7 });
  assert.match(whole.id, /^20260101000000000-test-[0-9a-f]{8}$/);
  const odd = await record({ a: { actions: [], leftOutCount: 0 }, b: {} });
  assert.deepEqual([odd.status, odd.found, odd.outputs["count"]], ["failed", false, 0]);
  assert.deepEqual(odd.notes, ["outputs.wrong: nothing is at steps.b.output.nothing"]);
  const failed = await record({ b: {} });
  assert.deepEqual([failed.status, failed.found, failed.outputs["count"]], ["failed", null, null]);
  assert.equal(failed.steps[0]?.error?.code, "file-not-found");
});

test("a run without sources fails in words, writes what it was told, and replays", async () => {
  const machine = new MemoryOutside();
  const context = machine.context();
  const run = await runWorkflow({ ...request, rules: [], state: "" }, context);
  assert.equal(run.steps[0]?.error?.code, "usage");
  assert.equal(
    Buffer.from(machine.machine.stored.get("out.txt") ?? []).toString(),
    "hello command",
  );
  machine.machine.stored.clear();
  const again = await replayRun(run, context);
  assert.deepEqual(again.differences, []);
  assert.equal(machine.machine.stored.size, 0, "a replay writes nothing");
  const dry = await runWorkflow({ ...request, dryRun: true, rules: [], state: "" }, context);
  assert.match(dry.steps[1]?.summary ?? "", /would write out\.txt/);
  assert.equal(machine.machine.stored.size, 0);
});

test("a record whose workflow does not load any more is refused", async () => {
  const run = await record({ a: { actions: [], leftOutCount: 0 }, b: { nothing: 1 } });
  const workflow = { ...run.workflow, text: text.replace("waggle.plan", "waggle.gone") };
  const context = new MemoryOutside().context();
  await assert.rejects(replayRun({ ...run, workflow }, context), /does not load: w\.yaml:9:5/);
});

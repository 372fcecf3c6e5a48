/** Tests of `run-workflows.ts`: what a daemon starts by itself; wrong ones stop nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryOutside } from "../../testing/memory-outside.ts";
import { sampleNotice } from "../../testing/sample-notice.ts";
import type { Daemon } from "./daemon.ts";
import { WorkflowRunner } from "./run-workflows.ts";

const file = (trigger: string) => `name: told
description: A test.
triggers: { ${trigger} }
inputs: { incident: {} }
steps:
  - { id: a, type: sensor, uses: waggle.incidents, with: { incident: "\${{ inputs.incident }}" } }
`;
const later = () => new Promise((resolve) => setImmediate(resolve));

async function start(workflows: readonly string[]) {
  const outside = new MemoryOutside();
  outside.write("told.yaml", file("incident: { min-severity: high }"));
  outside.write("command.yaml", file("command: "));
  outside.write("wrong.yaml", "name: wrong");
  outside.maker = async () => "{}";
  const context = { ...outside.context(), settings: { file: "waggle.yaml", config: {} } };
  const settings = { workflows, state: "/s" };
  const runner = new WorkflowRunner({ settings, context, log: outside.log } as unknown as Daemon);
  const running = runner.run(outside.ending.signal);
  for (let at = 0; at < 20; at += 1) await later();
  return { runner, running, outside };
}

test("an incident that is news starts a workflow; what ends one starts nothing", async () => {
  const { runner, running, outside } = await start(["told.yaml", "wrong.yaml", "gone"]);
  runner.note({ ...sampleNotice, kind: "resolve" });
  runner.note({ ...sampleNotice, kind: "open" });
  for (let at = 0; at < 20; at += 1) await later();
  outside.ending.abort();
  await running;
  const told = outside.made.map((words) => words.join(" "));
  assert.deepEqual(told, [
    "workflow run told.yaml --trigger incident --input incident=inc-0123456789abcdef " +
      "--state /s --format json --config waggle.yaml",
  ]);
  const log = JSON.stringify(outside.log);
  assert.match(log, /wrong\.yaml:1:1/);
  assert.match(log, /No workflow is called/);
});

test("without a workflow that starts by itself the part ends at once", async () => {
  const { runner, running, outside } = await start(["command.yaml"]);
  await running;
  runner.note(sampleNotice);
  assert.deepEqual(outside.made, []);
});

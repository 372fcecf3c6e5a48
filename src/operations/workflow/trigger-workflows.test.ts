/** Tests of `trigger-workflows.ts`: what starts workflows by themselves, with a manual clock. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../adapters/clock/manual-clock.ts";
import { MemoryLog } from "../../adapters/log/memory-log.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { parseWorkflow } from "./parse-workflow.ts";
import { stepUses } from "./step-uses.ts";
import { WorkflowTriggers } from "./trigger-workflows.ts";

function workflowOf(name: string, triggers: string) {
  const text = `name: ${name}
description: A test.
triggers: ${triggers}
inputs:
  incident: {}
steps:
  - id: find
    type: sensor
    uses: waggle.incidents
    with: { incident: "\${{ inputs.incident }}" }
`;
  const { workflow, problems } = parseWorkflow(text, `${name}.yaml`, stepUses);
  assert.deepEqual(problems, []);
  assert.ok(workflow !== undefined);
  return workflow;
}

const workflows = [
  workflowOf("grave", "{ incident: { min-severity: high } }"),
  workflowOf("often", "{ schedule: { every: 10m } }"),
  workflowOf("asked", "{ webhook: { path: /hooks/asked, secretEnv: HOOK } }"),
];

const later = () => new Promise((resolve) => setImmediate(resolve));

function start(work: () => Promise<void> = async () => undefined) {
  const clock = new ManualClock();
  const log = new MemoryLog();
  const started: string[] = [];
  const triggers = new WorkflowTriggers({
    ...{ workflows, words: ["--state", "/s"], clock, log },
    start: async (words) => {
      started.push(words.join(" "));
      await work();
    },
    secretOf: (name) => (name === "HOOK" ? "s3cret" : undefined),
  });
  const ending = new AbortController();
  const running = triggers.run(ending.signal);
  const end = async () => {
    ending.abort();
    await running;
  };
  return { clock, log, started, triggers, end };
}

test("an incident that is grave enough starts what waits for incidents, with its id", async () => {
  const { triggers, started, end } = start();
  triggers.noteIncident({ id: "abc", severity: "medium" });
  triggers.noteIncident({ id: "def", severity: "critical" });
  await later();
  await end();
  assert.deepEqual(started, [
    "workflow run grave.yaml --trigger incident --input incident=def --state /s",
  ]);
});

test("a schedule starts its workflow again and again, not at once", async () => {
  const { clock, started, end } = start();
  await clock.advance(599_000);
  assert.equal(started.length, 0);
  await clock.advance(1_201_000);
  await end();
  assert.equal(started.length, 3);
});

test("runs come one after the other, and what waits already is not asked for twice", async () => {
  const gate = Promise.withResolvers<void>();
  const { triggers, started, end } = start(() => gate.promise);
  triggers.noteIncident({ id: "a", severity: "high" });
  await later();
  for (let at = 0; at < 5; at += 1) triggers.noteIncident({ id: "b", severity: "high" });
  await later();
  assert.equal(started.length, 1);
  gate.resolve();
  await later();
  await later();
  await end();
  assert.equal(started.length, 2);
  assert.equal(triggers.counts.dropped, 0);
});

test("the queue is bounded, and what is dropped is counted", async () => {
  const gate = Promise.withResolvers<void>();
  const { triggers, end } = start(() => gate.promise);
  for (let at = 0; at < 150; at += 1) triggers.noteIncident({ id: `i${at}`, severity: "high" });
  assert.equal(triggers.counts.dropped, 50);
  gate.resolve();
  await end();
});

test("a request must know the secret, and may only say declared inputs", async () => {
  const { triggers, started, end } = start();
  const ask = (path: string, secret: string, inputs: unknown) =>
    triggers.takeWebhook(path, secret, inputs);
  assert.equal(ask("/hooks/other", "s3cret", {}), "unknown");
  assert.equal(ask("/hooks/asked", "guess", {}), "refused");
  assert.equal(ask("/hooks/asked", "", {}), "refused");
  assert.equal(ask("/hooks/asked", "s3cret", { command: "rm" }), "wrong");
  assert.equal(ask("/hooks/asked", "s3cret", ["incident"]), "wrong");
  assert.equal(ask("/hooks/asked", "s3cret", { incident: "--state /etc" }), "taken");
  await later();
  await end();
  assert.deepEqual(started, [
    "workflow run asked.yaml --trigger webhook --input incident=--state /etc --state /s",
  ]);
});

test("a run that fails is logged and counted, and the next one starts", async () => {
  const { triggers, log, started, end } = start(async () => {
    throw new WaggleError("tool-failed", "it broke.");
  });
  triggers.noteIncident({ id: "a", severity: "high" });
  triggers.noteIncident({ id: "b", severity: "high" });
  await later();
  await later();
  await end();
  assert.equal(started.length, 2);
  assert.equal(triggers.counts.failed, 2);
  assert.match(JSON.stringify(log), /it broke/);
});

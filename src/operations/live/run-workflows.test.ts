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

interface Prepared {
  readonly prepare?: (outside: MemoryOutside) => void;
  /** Before workflows are read. */
  readonly early?: (runner: WorkflowRunner) => void;
}

async function start(workflows: readonly string[], { prepare, early }: Prepared = {}) {
  const outside = new MemoryOutside();
  prepare?.(outside);
  outside.write("told.yaml", file("incident: { min-severity: high }"));
  outside.write("command.yaml", file("command: "));
  outside.write("wrong.yaml", "name: wrong");
  outside.maker = async () => "{}";
  const context = { ...outside.context(), settings: { file: "waggle.yaml", config: {} } };
  const settings = { workflows, state: "/s", status: "127.0.0.1:0" };
  const runner = new WorkflowRunner({ settings, context, log: outside.log } as unknown as Daemon);
  early?.(runner);
  const running = runner.run(outside.ending.signal);
  for (let at = 0; at < 20; at += 1) await later();
  return { runner, running, outside };
}

test("an incident that is news starts a workflow; wrong ones stop nothing", async () => {
  const { runner, running, outside } = await start(["told.yaml", "wrong.yaml", "gone"]);
  runner.note(sampleNotice.incident);
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

test("what happened before workflows were read starts them too, up to a bound", async () => {
  const early = (runner: WorkflowRunner) => {
    for (let at = 0; at < 101; at += 1) {
      runner.note({ ...sampleNotice.incident, id: `inc-${at}` });
    }
  };
  const { running, outside } = await start(["told.yaml"], { early });
  for (let at = 0; at < 400 && outside.made.length < 100; at += 1) await later();
  outside.ending.abort();
  await running;
  assert.equal(outside.made.length, 100);
  assert.match(JSON.stringify(outside.log), /too much happened at once/);
});

test("who knows the secret of a web hook starts its workflow, over HTTP; no others", async () => {
  const files = ["asked.yaml"];
  const { runner, running, outside } = await start(files, {
    prepare: (one) => {
      one.write("asked.yaml", file("webhook: { path: /hooks/asked, secretEnv: HOOK }"));
      one.variables.set("HOOK", "s3cret");
    },
  });
  const server = await (await outside.context().outside.services.statusServer()).listen(
    "127.0.0.1:0",
    new Map([["/healthz", async () => ({ status: 200, contentType: "text/plain", body: "ok" })]]),
    runner.take.bind(runner),
  );
  const post = async (path: string, token: string, body: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${server.address}${path}`, { method: "POST", headers, body })).status;
  };
  assert.equal(await post("/hooks/asked", "wrong", "{}"), 401);
  assert.equal(await post("/hooks/asked", "wrong", "no json"), 401, "who asks is looked at first");
  assert.equal(await post("/hooks/asked", "s3cret", "no json"), 400);
  assert.equal(await post("/hooks/asked", "s3cret", '{"other":1}'), 400);
  assert.equal(await post("/hooks/asked", "s3cret", "x".repeat(100_000)), 413);
  assert.equal(await post("/hooks/none", "s3cret", "{}"), 404);
  assert.equal(await post("/healthz", "s3cret", "{}"), 405);
  assert.equal(outside.made.length, 0);
  assert.equal(await post("/hooks/asked", "s3cret", '{"incident":"--state /etc"}'), 202);
  for (let at = 0; at < 20; at += 1) await later();
  await server.close();
  outside.ending.abort();
  await running;
  assert.deepEqual(outside.made.at(0)?.slice(0, 7), [
    ...["workflow", "run", "asked.yaml", "--trigger", "webhook"],
    ...["--input", "incident=--state /etc"],
  ]);
  assert.doesNotMatch(JSON.stringify(outside.log), /s3cret/);
});

test("a web hook without its secret is told at the start, and takes nobody", async () => {
  const { runner, running, outside } = await start(["asked.yaml"], {
    prepare: (one) => {
      one.write("asked.yaml", file("webhook: { path: /hooks/asked, secretEnv: HOOK }"));
    },
  });
  const asked = await runner.take({ path: "/hooks/asked", token: "", body: "" });
  assert.equal(asked.status, 401);
  assert.match(JSON.stringify(outside.log), /secret of a web hook is not set/);
  outside.ending.abort();
  await running;
});

test("without a workflow that starts by itself the part ends at once", async () => {
  const { runner, running, outside } = await start(["command.yaml"]);
  await running;
  runner.note(sampleNotice.incident);
  assert.deepEqual(outside.made, []);
});

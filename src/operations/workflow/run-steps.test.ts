/**
 * Tests of `run-steps.ts` and `run-step.ts`: order, width, skips, time, tries; with a clock that is
 * turned by hand.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as z from "zod";
import { ManualClock } from "../../adapters/clock/manual-clock.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { readExpression } from "./read-expression.ts";
import { runStep } from "./run-step.ts";
import { runSteps } from "./run-steps.ts";
import type { BoundUse } from "./step-use.ts";
import { compileTemplate } from "./template.ts";
import type { WorkflowStep } from "./workflow.ts";
import type { StepRun } from "./workflow-run.ts";

const use: BoundUse = {
  ...{ name: "test", type: "sensor", summary: "", input: z.strictObject({}) },
  ...{ trustedKeys: [], readsActs: false },
  run: async () => null,
  describe: (output) => JSON.stringify(output) ?? "",
};

function step(id: string, waitsFor: readonly string[], over: Partial<WorkflowStep> = {}) {
  const given = compileTemplate({}, [], () => undefined);
  const rest = { condition: undefined, looksAt: [], timeoutMs: 1000, retryCount: 0 };
  return { id, use, with: given, waitsFor, ...rest, isTolerant: false, ...over };
}

function condition(text: string) {
  const read = readExpression(text);
  assert.ok("expression" in read);
  return read.expression;
}

type Work = (id: string, signal: AbortSignal) => Promise<unknown>;

async function run(
  steps: readonly WorkflowStep[],
  work: Work,
  { clock = new ManualClock(), parallelCount = 4, inputs = {} } = {},
): Promise<Readonly<Record<string, StepRun>>> {
  const { signal } = new AbortController();
  const engine = {
    clock,
    signal,
    perform: (one: WorkflowStep, _values: unknown, given: AbortSignal) => work(one.id, given),
  };
  const request = { workflow: { steps, parallelCount }, inputs, trigger: { kind: "command" } };
  const runs = await runSteps(request, engine);
  assert.deepEqual(
    runs.map(({ id }) => id),
    steps.map(({ id }) => id),
  );
  return Object.fromEntries(runs.map((one) => [one.id, one]));
}

const later = () => new Promise((resolve) => setImmediate(resolve));
const fails: Work = async () => {
  throw new WaggleError("file-not-found", "it is not there.");
};

test("a step starts when those it waits for are over, and never too many at once", async () => {
  const graph = fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 4 }), {
    minLength: 1,
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(graph, fc.integer({ min: 1, max: 5 }), async (edges, parallelCount) => {
      const steps = edges.map((wants, at) =>
        step(`s${at}`, [...new Set(wants.filter((one) => one < at).map((one) => `s${one}`))]),
      );
      const over = new Set<string>();
      const started: string[] = [];
      let width = 0;
      await run(
        steps.toReversed(),
        async (id) => {
          started.push(id);
          width += 1;
          assert.ok(width <= parallelCount);
          const own = steps.find((one) => one.id === id);
          assert.ok(own?.waitsFor.every((one) => over.has(one)));
          await later();
          width -= 1;
          over.add(id);
          return id;
        },
        { parallelCount },
      );
      assert.equal(started.length, steps.length);
      assert.equal(new Set(started).size, steps.length);
    }),
    { numRuns: 50 },
  );
});

test("steps that do not wait for each other run side by side", async () => {
  const both = Promise.withResolvers<void>();
  let count = 0;
  const runs = await run([step("a", []), step("b", [])], async () => {
    count += 1;
    if (count === 2) both.resolve();
    await both.promise;
    return count;
  });
  assert.equal(runs["a"]?.status, "succeeded");
});

test("what stands on a failed step is skipped and says why; the rest runs", async () => {
  const steps = [step("a", []), step("b", ["a"]), step("c", ["b"]), step("d", [])];
  const runs = await run(steps, async (id, signal) => (id === "a" ? fails(id, signal) : id));
  assert.deepEqual(runs["a"]?.error, { code: "file-not-found", message: "it is not there." });
  assert.deepEqual([runs["b"]?.status, runs["b"]?.because], ["skipped", "a failed"]);
  assert.deepEqual([runs["c"]?.status, runs["c"]?.because], ["skipped", "b was skipped"]);
  assert.equal(runs["d"]?.output, "d");
});

test("a failure that is tolerated, or looked at, skips nobody", async () => {
  const steps = [
    step("a", [], { isTolerant: true }),
    step("b", ["a"]),
    step("c", []),
    step("d", ["c"], { looksAt: ["c"], condition: condition("steps.c.status == 'failed'") }),
  ];
  const runs = await run(steps, async (id, signal) => ("ac".includes(id) ? fails(id, signal) : id));
  assert.equal(runs["b"]?.status, "succeeded");
  assert.equal(runs["d"]?.status, "succeeded");
});

test("a condition that is false skips, one that cannot be told fails the step", async () => {
  const steps = [
    step("a", [], { condition: condition("inputs.go") }),
    step("b", [], { condition: condition("inputs.name > 3") }),
  ];
  const runs = await run(steps, async () => assert.fail("it is not run"), {
    inputs: { go: false, name: "x" },
  });
  assert.equal(runs["a"]?.because, "its condition is false");
  assert.equal(runs["b"]?.error?.code, "workflow-failed");
});

test("a step that does not end in time fails, whether it heeds its signal or not", async () => {
  const clock = new ManualClock();
  const running = run([step("a", []), step("b", ["a"])], () => new Promise(() => undefined), {
    clock,
  });
  await later();
  await clock.advance(999);
  assert.equal(clock.waitingCount, 1, "it waits still");
  await clock.advance(1);
  const runs = await running;
  assert.match(runs["a"]?.error?.message ?? "", /longer than 1000 ms/);
  assert.equal(runs["b"]?.status, "skipped");
});

test("a step is tried as often as it says, but not where it would fail the same way", async () => {
  const clock = new ManualClock();
  const tries: string[] = [];
  const steps = [
    step("a", [], { retryCount: 2 }),
    step("b", [], { retryCount: 5 }),
    step("c", [], { retryCount: 1 }),
  ];
  const running = run(
    steps,
    async (id) => {
      tries.push(id);
      const count = tries.filter((one) => one === id).length;
      if (id === "a" && count === 3) return "at last";
      const code = id === "b" ? "usage" : "connection-failed";
      throw new WaggleError(code, "no.");
    },
    { clock },
  );
  for (let at = 0; at < 20; at += 1) {
    await later();
    await clock.advance(1000);
  }
  const runs = await running;
  assert.deepEqual([runs["a"]?.output, runs["a"]?.tryCount], ["at last", 3]);
  assert.deepEqual([runs["b"]?.status, runs["b"]?.tryCount], ["failed", 1]);
  assert.deepEqual([runs["c"]?.status, runs["c"]?.tryCount], ["failed", 2]);
});

test("a defect is not taken for a failure: it ends the run", async () => {
  const work: Work = async (id) => {
    if (id === "a") throw new TypeError("ours");
    await later();
    return id;
  };
  await assert.rejects(run([step("a", []), step("b", [])], work), TypeError);
});

test("an output is kept as its record will be read, and hashed", async () => {
  const { signal } = new AbortController();
  const engine = {
    ...{ clock: new ManualClock(), signal },
    perform: async () => ({ b: 1, a: undefined, when: [undefined] }),
  };
  const made = await runStep(step("a", []), {}, engine);
  assert.deepEqual(made.output, { b: 1, when: [null] });
  assert.match(made.outputSha256, /^[0-9a-f]{64}$/);
  assert.equal(made.summary, '{"b":1,"when":[null]}');
});

/** Tests of `contexts.ts`, `roles.ts` and `exposure.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Exposure, WorkloadContext } from "../src/core/judge/context/workload-context.ts";
import type { ContextRun, ContextTruth } from "./context-truth.ts";
import { printContexts } from "./contexts.ts";

const truth: ContextTruth = {
  container: "web",
  roles: ["proxy"],
  also: ["web-server"],
  observed: "internet",
  allowed: "internet",
  exposed: "yes",
};

function run(exposed: Exposure["exposed"], role: string): ContextRun {
  const said = {
    exposure: { exposed, observed: "internet", allowed: "internet" },
    roles: [{ role, confidence: "high" }],
  } as unknown as WorkloadContext;
  return { name: "shop", hasObjects: true, pairs: [{ truth, said }] };
}

function print(one: ContextRun): { readonly text: string; readonly safe: number } {
  const lines: string[] = [];
  const safe = printContexts([one], (line = "") => lines.push(line));
  return { text: lines.join("\n"), safe };
}

test("what is right has full marks and no mistakes", () => {
  const { text, safe } = print(run("yes", "proxy"));
  assert.equal(safe, 0);
  assert.match(text, /## Roles[\s\S]*\| shop \| 1 \| 100.0 % \| 100.0 % \| 100.0 % \|/);
  assert.match(text, /## Exposure[\s\S]*\| shop \| 1 \| 100.0 % \| 100.0 % \| 1 \| 0 \| 0 \| 0 \|/);
  assert.doesNotMatch(text, /^- /m);
});

test("an exposed workload that is called safe is counted, and each mistake is told", () => {
  const { text, safe } = print(run("no", "database"));
  assert.equal(safe, 1);
  assert.match(text, /- web: is proxy, not said\n- web: said to be database/);
  assert.match(text, /- web: exposed is yes, said no/);
});

test("an unknown exposure is counted and is no mistake", () => {
  const { text, safe } = print(run("unknown", "web-server"));
  assert.equal(safe, 0);
  assert.match(text, /\| shop \| 1 \| 100.0 % \| 100.0 % \| 0 \| 1 \| 0 \| 0 \|/);
  assert.doesNotMatch(text, /exposed is/);
});

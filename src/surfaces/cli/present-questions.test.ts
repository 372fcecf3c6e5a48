/** Tests of `present-flows.ts`, `present-plan.ts` and `present-exposure.ts`: their formats. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleEdge, sampleWorkloadContext } from "../../testing/sample-edges.ts";
import { shopReport } from "../../testing/sample-shop.ts";
import { exposurePresentation } from "./present-exposure.ts";
import { flowsPresentation } from "./present-flows.ts";
import { planPresentation } from "./present-plan.ts";
import type { Format, Shown } from "./presentation.ts";

const viewOf = (format: Format) => ({ format, width: 100, color: false, top: 0 });

function textOf({ document }: Shown): string {
  const isStream = typeof document === "object" && "next" in document;
  return isStream ? [...document].join("") : document.toString();
}

test("flows are a table, JSON, or a graph in the language that was asked for", () => {
  const report = { ...shopReport, flows: [sampleEdge()] };
  const show = (format: Format, graph: "dot" | "mermaid" | "svg" | null = null) =>
    textOf(flowsPresentation.show({ report, graph }, viewOf(format)));
  assert.match(show("text"), /^FROM/);
  assert.equal(JSON.parse(show("json")).flows[0].port, 8080);
  assert.match(show("text", "dot"), /^digraph flows/);
  assert.match(show("text", "svg"), /^<svg/);
  assert.match(show("text", "mermaid"), /^flowchart LR/);
});

test("the plan is text, Markdown or JSON", () => {
  const output = { report: shopReport, actions: shopReport.actions.slice(0, 1) };
  const show = (format: Format) => textOf(planPresentation.show(output, viewOf(format)));
  assert.match(show("text"), /^Act now/);
  assert.match(show("md"), /^# Plan/);
  assert.equal(JSON.parse(show("json")).actions.length, 1);
});

test("a workload's place is text or JSON", () => {
  const workloads = [
    {
      context: sampleWorkloadContext(),
      flows: [],
      contradictions: [],
      findings: [],
      proofs: [],
    },
  ];
  const output = { window: shopReport.window, workloads };
  const show = (format: Format) => textOf(exposurePresentation.show(output, viewOf(format)));
  assert.match(show("text"), /^shop\/web {2}Deployment {2}exposed/);
  assert.equal(JSON.parse(show("json")).workloads.length, 1);
});

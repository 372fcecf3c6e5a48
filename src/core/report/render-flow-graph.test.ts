/** Tests the graphs of flows: one node an end, and labels that no name can leave. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleEdge, sampleEnd, sampleWorkloadEnd } from "../../testing/sample-edges.ts";
import { sampleWorkload } from "../../testing/sample-judgement.ts";
import { renderDot, renderMermaid } from "./render-flow-graph.ts";

const api = sampleWorkloadEnd(sampleWorkload("api"));
const flows = [sampleEdge(), sampleEdge({ from: sampleWorkloadEnd(), to: api, port: 3000 })];

test("ends are nodes once, edges carry port and bytes", () => {
  const dot = renderDot(flows);
  assert.equal(dot.match(/label="shop\/web"/g)?.length, 1);
  assert.match(dot, /n1 \[label="internet 203\.0\.113\.7", style=dashed\]/);
  assert.match(dot, /n2 -> n3 \[label="3000\/tcp 56\.8 MB"\]/);
  const mermaid = renderMermaid(flows);
  assert.match(mermaid, /^flowchart LR\n/);
  assert.match(mermaid, /n2 -->\|"3000\/tcp 56\.8 MB"\| n3/);
});

test("bytes that nobody told are not drawn as none", () => {
  const silent = sampleEdge({ sentBytes: null, receivedBytes: null });
  assert.match(renderDot([silent]), /label="8080\/tcp"\]/);
});

test("a hostile name stays inside its label", () => {
  const name = `"]; x -> y; subgraph {\n\\" --> end \u202e <b>&amp; #quot; %%{init}%%`;
  const evil = [sampleEdge({ from: sampleEnd({ name }) })];
  const dot = renderDot(evil);
  assert.equal(dot.split("\n").length, renderDot([sampleEdge()]).split("\n").length);
  const label = dot.split("\n").find((line) => line.startsWith("  n1 ")) ?? "";
  assert.match(label, /^ {2}n1 \[label="(?:[^"\\]|\\["\\])*", style=dashed\];$/);
  const mermaid = renderMermaid(evil);
  assert.equal(mermaid.split("\n").length, 5);
  assert.match(mermaid.split("\n")[1] ?? "", /^ {2}n1\(\["(?:[^"#<>&;`\\|{}[\]()]|#\d+;)*"\]\)$/);
});

/** Tests the picture of flows: what is in it, and that names stay text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleEdge, sampleEnd, sampleWorkloadContext } from "../../testing/sample-edges.ts";
import { shopReport } from "../../testing/sample-shop.ts";
import { renderSvg } from "./render-flow-svg.ts";

const report = {
  ...shopReport,
  workloads: [sampleWorkloadContext()],
  flows: [sampleEdge()],
};

test("ends are drawn once, by distance from the internet, and the way to act on is strong", () => {
  const svg = renderSvg(report);
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.match(svg, /reached directly/);
  assert.equal(svg.match(/<text[^>]*>web<\/text>/g)?.length, 1);
  assert.match(svg, /class="edge path"[^>]*><title>internet to shop\/web:\n 3 connections/);
  assert.match(svg, /class="node act"/);
});

test("it loads nothing, runs nothing, and is the same each time", () => {
  const svg = renderSvg(report);
  assert.doesNotMatch(svg.replace("http://www.w3.org/2000/svg", ""), /https?:|<script|href|url\(/);
  assert.equal(svg, renderSvg(report));
  assert.match(renderSvg(shopReport), /<\/svg>\n$/);
});

test("a hostile name is text", () => {
  const name = `</text><script>alert(1)</script>"' onload=x`;
  const workload = { ...sampleWorkloadContext().workload, name, container: name };
  const end = { ...sampleEnd(), kind: "workload" as const, workload, name };
  const context = sampleWorkloadContext({ workload });
  const svg = renderSvg({ ...report, workloads: [context], flows: [sampleEdge({ to: end })] });
  assert.doesNotMatch(svg, /<script|"[^"]*" onload/);
  assert.equal(svg.match(/<svg/g)?.length, 1);
});

test("a saved report that claims a way of any length draws no more columns than workloads", () => {
  for (const hopCount of [Number.MAX_SAFE_INTEGER, -1_000_000]) {
    const context = sampleWorkloadContext();
    const exposure = { ...context.exposure, hopCount };
    const svg = renderSvg({ ...report, workloads: [{ ...context, exposure }] });
    assert.ok(svg.length < 20_000, `${svg.length} characters`);
  }
});

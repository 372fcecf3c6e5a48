/** Holds the funnel as drawn, and what the map says where nothing is known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleLargeReport } from "../../../testing/sample-large-report.ts";
import { renderWhy } from "./section-why.ts";

const report = sampleLargeReport({ findingCount: 300, workloadCount: 20 });

test("a bar is as long as its share, and anything above nothing is seen", () => {
  const widths = [...String(renderWhy(report)).matchAll(/class="left" width="(\d+)"/g)].map(
    ([, width]) => Number(width),
  );
  assert.equal(widths.length, 6);
  assert.equal(widths[0], 1000);
  const { critical, all } = report.funnel;
  assert.equal(widths[1], Math.round((critical / all) * 1000));
  assert.deepEqual(
    widths.slice(0, 5),
    widths.slice(0, 5).sort((a, b) => b - a),
    "each step is a part of the one before",
  );
  const rare = { ...report.funnel.stages.inUse, matches: 1 };
  const stages = { ...report.funnel.stages, inUse: rare };
  const page = String(renderWhy({ ...report, funnel: { ...report.funnel, all: 99_999, stages } }));
  assert.match(page, /class="left" width="3"/);
});

test("a step that leaves nothing leads nowhere", () => {
  const none = { matches: 0, findings: 0, vulnerabilities: 0, upgrades: 0 };
  const stages = { ...report.funnel.stages, inUse: none };
  const page = String(renderWhy({ ...report, funnel: { ...report.funnel, stages } }));
  assert.doesNotMatch(page, /stage=inUse"/);
  assert.match(page, /stage=privileged"/);
});

test("no flows and no objects is unknown, not nobody", () => {
  assert.match(
    String(renderWhy({ ...report, flows: [], workloads: [] })),
    /not the same as nobody/,
  );
  assert.match(String(renderWhy(report)), /Never observed is not\s+isolated/);
});

/** Tests the list of actions by workload and by image. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shopReport } from "../../testing/sample-shop.ts";
import { viewActions } from "./action-view.ts";
import { countDecisions, groupActions, renderGroups } from "./render-groups.ts";
import { createPaint } from "./safe-text.ts";

const views = viewActions(shopReport);

test("every finding is in one group, and an action in each group that it concerns", () => {
  for (const by of ["workload", "image"] as const) {
    const groups = groupActions(shopReport.findings, views, by);
    const ids = groups.flatMap(({ findings }) => findings.map(({ id }) => id));
    assert.deepEqual([...ids].sort(), shopReport.findings.map(({ id }) => id).sort());
    for (const { findings, actions } of groups) {
      const own = new Set(findings.map(({ id }) => id));
      assert.ok(actions.every(({ view }) => view.findings.some(({ id }) => own.has(id))));
    }
  }
});

test("a group is named, counted by decision, and lists its actions by their place", () => {
  const page = { report: shopReport, width: 100, paint: createPaint(false) };
  const text = renderGroups(page, { views, by: "workload", top: 10 }).flat().join("\n");
  assert.match(text, /WHAT TO DO, BY WORKLOAD {2}2 of 2 workloads/);
  assert.match(
    text,
    /shop\/web\n1 act now · exposure unknown\n 1 {2}openssl 1\.1\.1k-1 → 1\.1\.1n-0/,
  );
  const short = renderGroups(page, { views, by: "image", top: 1 }).flat().join("\n");
  assert.match(short, /1 more image: --top 2/);
});

test("decisions are counted, the most urgent first", () => {
  assert.equal(countDecisions([]), "");
  assert.match(countDecisions(shopReport.findings), /^\d+ act now/);
});

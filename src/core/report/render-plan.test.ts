/** Tests the plan as a list. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shopReport } from "../../testing/sample-shop.ts";
import { renderPlan, renderPlanMarkdown } from "./render-plan.ts";
import { widthOf } from "./text-layout.ts";

const render = (top = 0, width = 100) =>
  renderPlan(shopReport, { width, color: false, top }).toString();

test("actions stand below when they are due, with what they remove and where", () => {
  assert.match(
    render(),
    /^Act now, within 3 days\n 1 {2}openssl .*\n {4}1 finding · shop\/web · registry\.example/,
  );
  assert.match(render(), /\n 2 {2}pyyaml 5\.3 → 5\.4 \(python\)/);
  assert.doesNotMatch(render(1), /pyyaml/);
});

test("a mitigation says what its title does not: against what, and in which image", () => {
  const [first] = shopReport.actions;
  assert.ok(first !== undefined);
  const title = "close the way from the internet to shop/web: lowers 1 finding in shop/web";
  const because = ["no fix: CVE-2022-0778 openssl", "the way in: internet → shop/web"];
  const closing = { ...first, kind: "close-exposure" as const, title, because };
  const text = renderPlan(
    { ...shopReport, actions: [closing] },
    { width: 100, color: false, top: 0 },
  );
  const [, second = "", third = ""] = text.toString().split("\n");
  assert.match(second, /: lowers 1 finding in shop\/web$/);
  assert.match(third, /^ {4}no fix: CVE-2022-0778 openssl · registry\.example/);
});

test("in Markdown each action is a box to tick", () => {
  const text = renderPlanMarkdown(shopReport, { top: 0 });
  assert.match(text, /## Act now, within 3 days\n\n- \[ \] openssl 1\.1\.1k-1/);
  const evil = {
    ...shopReport.actions[0],
    kind: "watch" as const,
    title: "<img> ](http://x)\n# a",
  };
  const hostile = { ...shopReport, actions: [evil as (typeof shopReport.actions)[number]] };
  const outside = renderPlanMarkdown(hostile, { top: 0 }).replace(/\\./g, "");
  assert.doesNotMatch(outside, /<img|\]\(http|^# a/m);
});

test("nothing to do is said", () => {
  const empty = { ...shopReport, actions: [] };
  assert.match(renderPlan(empty, { width: 80, color: false, top: 0 }).toString(), /Nothing to do/);
  assert.match(renderPlanMarkdown(empty, { top: 0 }), /No finding asks/);
});

test("no line is wider than the screen", () => {
  for (const line of render(0, 60).split("\n")) assert.ok(widthOf(line) <= 60, line);
});

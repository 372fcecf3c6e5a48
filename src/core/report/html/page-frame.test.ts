/** Holds that links stay inside of the page, whatever a name contains. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { countLink, decisionChip, openLink, queryOf, sayDeadline } from "./page-frame.ts";

test("a link leads inside of the page, and its text is text", () => {
  const link = String(openLink('f:"><img src=x>', "javascript:alert(1)<b>"));
  assert.match(link, /^<a href="#findings\?open=f%3A%22%3E%3Cimg%20src%3Dx%3E"/);
  assert.match(String(openLink("a:\ud800", "x")), /open=a%3A%EF%BF%BD"/, "half a character");
  assert.match(link, />javascript:alert\(1\)&lt;b&gt;<\/a>$/);
});

test("a number leads to what it counts, and nothing leads nowhere", () => {
  assert.equal(
    String(countLink(1200, queryOf("workload", "a&b"), "finding")),
    '<a href="#findings?workload=a%26b">1,200 findings</a>',
  );
  assert.equal(String(countLink(0, "use=unknown", "finding")), "0 findings");
});

test("a deadline is said in days", () => {
  assert.equal(sayDeadline(3), "within 3 days");
  assert.equal(sayDeadline(1), "within 1 day");
  assert.equal(sayDeadline(0), "today");
  assert.equal(sayDeadline(null), "with the next upgrade");
  assert.match(String(decisionChip("act-now")), /data-decision="act-now">act now</);
});

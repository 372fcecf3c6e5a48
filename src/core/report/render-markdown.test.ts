/** Holds what a ticket must say, and what hostile text must not do to it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shopReport } from "../../testing/sample-shop.ts";
import { renderMarkdown } from "./render-markdown.ts";
import type { Report } from "./report.ts";

test("it names upgrades, vulnerabilities, reasons and where the proof is recorded", () => {
  const text = renderMarkdown(shopReport, { top: 10 });
  assert.match(text, /### 1\. openssl to 1\.1\.1n-0/);
  assert.match(text, /CVE-2022-0778/);
  assert.match(text, /CISA KEV/);
  assert.match(text, /recorded in `events\.jsonl:1234`/);
  assert.match(text, /\| critical \| 2 \|/);
  assert.ok(text.endsWith("\n") && !text.endsWith("\n\n"));
});

test("hostile names stay inside their cell", () => {
  const evil = "](http://x) | <img src=x> @everyone `#1\n# head";
  const spoil = (key: string, value: unknown) =>
    ["name", "path", "binary", "reference", "package", "because"].includes(key) &&
    typeof value === "string"
      ? evil
      : value;
  const report: Report = JSON.parse(JSON.stringify(shopReport, spoil));
  const text = renderMarkdown(report, { top: 10 });
  const outside = text.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, "").replace(/\\./g, "");
  assert.doesNotMatch(outside, /<img|@everyone|\]\(http|^# head/m);
  const rows = text.split("\n").filter((line) => /^\| \d/.test(line));
  for (const row of rows) assert.equal(row.replace(/\\\|/g, "").split("|").length, 8);
});

test("top limits the upgrades and says how many are left", () => {
  const text = renderMarkdown(shopReport, { top: 1 });
  assert.match(text, /1 more upgrade in the full report/);
});

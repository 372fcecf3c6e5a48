/** Holds what a ticket must say, and what hostile text must not do to it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shopReport } from "../../testing/sample-shop.ts";
import { decisionNames } from "../judge/decide/decision.ts";
import { renderMarkdown } from "./render-markdown.ts";
import type { Report } from "./report.ts";

test("it names actions, when, vulnerabilities, reasons and where the proof is recorded", () => {
  const text = renderMarkdown(shopReport, { top: 10 });
  assert.match(text, /### 1\. openssl 1\.1\.1k-1 → 1\.1\.1n-0/);
  assert.match(text, /CVE-2022-0778/);
  assert.match(text, /CISA KEV/);
  assert.match(text, /act now, within 3 days/);
  assert.match(text, /recorded in `events\.jsonl:1234`/);
  assert.match(text, /\| critical \| 2 \|/);
  assert.ok(text.endsWith("\n") && !text.endsWith("\n\n"));
});

/** Names that are ours and not untrusted. */
const decisionWords: ReadonlySet<string> = new Set(decisionNames);

test("hostile names stay inside their cell", () => {
  const evil = "](http://x) | <img src=x> @everyone `#1\n# head";
  const spoil = (key: string, value: unknown) =>
    ["name", "path", "binary", "reference", "package", "because", "title"].includes(key) &&
    typeof value === "string" &&
    !decisionWords.has(value)
      ? evil
      : value;
  const report: Report = JSON.parse(JSON.stringify(shopReport, spoil));
  const text = renderMarkdown(report, { top: 10 });
  const outside = text.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, "").replace(/\\./g, "");
  assert.doesNotMatch(outside, /<img|@everyone|\]\(http|^# head/m);
  const rows = text.split("\n").filter((line) => /^\| \d/.test(line));
  for (const row of rows) assert.equal(row.replace(/\\\|/g, "").split("|").length, 9);
});

test("top limits the actions and says how many are left", () => {
  const text = renderMarkdown(shopReport, { top: 1 });
  assert.match(text, /1 more action in the full report/);
});

test("by workload each workload is a section with its counts and actions", () => {
  const text = renderMarkdown(shopReport, { top: 1, groupBy: "workload" });
  assert.match(text, /## What to do, by workload\n\n### shop\/web\n\n1 act now\n\n- openssl/);
  assert.match(text, /1 more workload in the full report/);
});

test("where telemetry says otherwise is said", () => {
  const [finding] = shopReport.findings;
  assert.ok(finding !== undefined);
  const contradiction = {
    id: "c1",
    kind: "image-differs" as const,
    workload: finding.workload,
    declared: "Pod shop/web declares web:1",
    observed: "web:2 runs",
    meaning: "Somebody changed it.",
    evidence: [],
  };
  const text = renderMarkdown({ ...shopReport, contradictions: [contradiction] }, { top: 1 });
  assert.match(text, /## Telemetry says otherwise\n\n- shop\/web: Pod shop\/web declares/);
});

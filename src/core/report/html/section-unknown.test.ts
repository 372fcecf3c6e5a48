/** Holds that contradictions, gaps, problems and what was left out are said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleLargeReport } from "../../../testing/sample-large-report.ts";
import { renderUnknown } from "./section-unknown.ts";

const report = sampleLargeReport({ findingCount: 300, workloadCount: 20 });

test("what is unknown is counted, and leads to its list", () => {
  const page = String(renderUnknown(report, ["7 flows are in the JSON report only."]));
  const unknown = report.findings.filter(({ usage }) => usage.state === "unknown").length;
  assert.ok(page.includes(`<a href="#findings?use=unknown">${unknown} findings</a>`));
  assert.ok(page.includes("7 flows are in the JSON report only."));
  assert.match(page, /2 contradictions: objects say one thing, the\s+kernel another/);
  assert.match(page, /data-open="c:k0">policy denies flow</);
});

test("a problem says its place, and more than the bound are counted", () => {
  const [problem] = report.problems;
  assert.ok(problem);
  const first = { input: "a<b>.jsonl", offset: 12, line: 0 };
  const problems = Array.from({ length: 203 }, () => ({ ...problem, first }));
  const page = String(renderUnknown({ ...report, problems, contradictions: [] }, []));
  assert.match(page, /First in a&lt;b&gt;\.jsonl, byte 12\./);
  assert.match(page, /3 more in the JSON report/);
  assert.doesNotMatch(page, /contradiction/);
  assert.match(String(renderUnknown({ ...report, problems: [] }, [])), /<p>None\.<\/p>/);
});

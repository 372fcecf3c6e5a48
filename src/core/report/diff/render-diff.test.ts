/** Tests of what is printed of a comparison: folded, bounded, safe. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContextReport } from "../../../testing/sample-documents.ts";
import { diffReports } from "./diff-reports.ts";
import { renderDiffMarkdown, renderDiffText } from "./render-diff.ts";

const view = { width: 100, color: false, top: 0 };
const report = sampleContextReport();
const empty = { ...report, findings: [], coverage: [], packages: [], actions: [] };

function grow(count: number): typeof report {
  const findings = [...Array(count).keys()].flatMap((at) =>
    report.findings.map((one) => ({
      ...one,
      id: `${one.id}${at}`,
      rank: at + 1,
      vulnerability: { ...one.vulnerability, id: `CVE-2026-${1000 + at}` },
      package: { ...one.package, name: `libssl${at % 40}` },
    })),
  );
  return { ...report, findings };
}

test("equal changes of one package are one line, and long lists are cut with a count", () => {
  const diff = diffReports({ name: "a", report: empty }, { name: "b", report: grow(200) });
  const text = renderDiffText(diff, view).toString();
  assert.match(text, /^400 new, 0 changed, 0 gone, 0 not seen, 0 the same$/m);
  assert.match(
    text,
    /CVE-2026-1000, CVE-2026-1040, CVE-2026-1080 and 2 more in libssl0 1\.1\.1k-1/,
  );
  assert.match(text, /and 65 more lines \(--top 80 shows all\)/);
  assert.ok(text.split("\n").every((line) => line.length <= 100));
  assert.match(renderDiffMarkdown(diff, { top: 2 }), /and 78 more lines/);
});

test("what is not seen is never printed as gone", () => {
  const diff = diffReports({ name: "a", report }, { name: "b", report: empty });
  const text = renderDiffText(diff, view).toString();
  assert.match(text, /^NOT SEEN THIS TIME: GONE FROM THE REPORT, NOT KNOWN TO BE FIXED {2}2$/m);
  assert.ok(!/^GONE/m.test(text));
  assert.match(text, /\(act now, within|act now, in use\)/);
});

test("hostile names stay on their line and start no markup", () => {
  const text = "\u001b[31m\u202e\n# x [a](http://b) <b>";
  const hostile = sampleContextReport({ text });
  const named = { name: `${text}.json`, report: hostile };
  const diff = diffReports({ name: "a", report: empty }, named);
  const pages = [renderDiffText(diff, view).toString(), renderDiffMarkdown(diff, view)];
  for (const page of pages) assert.ok(!/[\u001b\u202e]|^# x/m.test(page), page);
  assert.ok(!/\[a\]\(http|<b>/.test(pages[1] ?? ""), pages[1]);
});

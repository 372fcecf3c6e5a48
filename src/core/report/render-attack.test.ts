/** Tests of what reports say of intrusions: in short, before what to do, and never raw. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleIncident } from "../../testing/sample-incident.ts";
import { sampleIncidentSummary } from "../../testing/sample-incident-summary.ts";
import { shopReport } from "../../testing/sample-shop.ts";
import { renderAttack as renderBanner } from "./html/section-attack.ts";
import { type IncidentSummary, summarizeIncidents } from "./incident-summary.ts";
import { renderAttack } from "./render-attack.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { renderText } from "./render-text.ts";
import type { Report } from "./report.ts";
import { createPaint } from "./safe-text.ts";
import { widthOf } from "./text-layout.ts";

function attacked(incidents: readonly IncidentSummary[], incidentCount = incidents.length): Report {
  const detection = { source: "events", signalCount: 9, incidentCount } as const;
  return { ...shopReport, incidents, detection };
}

const text = (report: Report, width = 100) =>
  renderText(report, { width, color: false, top: 10 }).toString();
const documents = (report: Report) => [
  text(report),
  renderMarkdown(report, { top: 10 }),
  String(renderBanner(report)),
];

test("an open incident stands before what to do, with its place and id", () => {
  const report = attacked([sampleIncidentSummary()]);
  const shown = text(report);
  assert.ok(shown.indexOf("UNDER ATTACK NOW") < shown.indexOf("WHAT TO DO FIRST"));
  assert.match(shown, /critical +5f3a9c1e7b2d {2}A service of shop\/web/);
  assert.match(shown, /waggle incident ID/);
  for (const document of documents(report)) assert.match(document, /shop\/web/);
  const markdown = renderMarkdown(report, { top: 10 });
  assert.ok(markdown.indexOf("## Under attack now") < markdown.indexOf("## What to do first"));
  assert.match(markdown, /Block 203\.0\.113\.7/);
});

test("the place stands first where the line would be cut", () => {
  const [lines = []] = renderAttack({
    report: attacked([sampleIncidentSummary({ headline: "Reverse shell in shop/web" })]),
    width: 80,
    paint: createPaint(false),
  });
  assert.match(lines.join("\n"), /shop\/web: Reverse shell$/m);
});

test("without an incident nothing is said, and medium is not called an attack for sure", () => {
  assert.deepEqual(documents(attacked([])), documents(shopReport));
  assert.doesNotMatch(text(shopReport), /attack|incident/i);
  const medium = attacked([sampleIncidentSummary({ severity: "medium" })]);
  assert.match(text(medium), /PERHAPS UNDER ATTACK/);
  const closed = attacked([sampleIncidentSummary({ state: "closed" })]);
  assert.match(text(closed), /INCIDENTS {2}0 open incidents/);
  assert.doesNotMatch(documents(closed).join(""), /under attack/i);
});

test("a possible cause is named and leads to its finding", () => {
  const [finding] = shopReport.findings;
  assert.ok(finding !== undefined);
  const report = attacked([sampleIncidentSummary({ possibleCauses: [finding.id] })]);
  const { id } = finding.vulnerability;
  assert.ok(renderMarkdown(report, { top: 10 }).includes(`may have begun by ${id}`));
  assert.ok(String(renderBanner(report)).includes(`data-open="f:${finding.id}"`));
});

test("many incidents stay few lines, and those left out are counted", () => {
  const many = Array.from({ length: 100 }, (_, at) => sampleIncidentSummary({ id: `i${at}` }));
  assert.match(text(attacked(many, 250)), /245 more: waggle incidents/);
  assert.ok(text(attacked(many)).split("\n").length < text(shopReport).split("\n").length + 12);
  assert.match(String(renderBanner(attacked(many))), /90 more incidents/);
});

const hostile = "\u001b[2J\u202e<script>x</script>|`[a](javascript:x)\n".repeat(9);

test("hostile headlines reach no terminal, no markup and no line too wide", () => {
  const report = attacked([sampleIncidentSummary({ headline: hostile, contain: [hostile] })]);
  for (const width of [60, 100]) {
    for (const line of text(report, width).split("\n")) assert.ok(widthOf(line) <= width, line);
  }
  const [, ...marked] = documents(report);
  assert.doesNotMatch(marked.join(""), /<script/);
  assert.doesNotMatch(documents(report).join(""), /[\u001b\u202e]/u);
});

test("a summary names what a person looks for, of the gravest hundred", () => {
  const one = sampleIncident();
  const [summary, ...rest] = summarizeIncidents(Array.from({ length: 300 }, () => one));
  assert.equal(rest.length, 99);
  assert.deepEqual(
    [summary?.id, summary?.headline, summary?.workloads],
    [one.id, one.headline, one.workloads],
  );
  assert.match(summary?.firstSeen ?? "", /^\d{4}-\d\d-\d\dT/);
  assert.ok((summary?.contain.length ?? 0) > 0);
});

/** Holds that lists hold what the numbers that lead to them count. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleLargeReport } from "../../../testing/sample-large-report.ts";
import { buildPageData } from "./build-page-data.ts";
import { countMatches, filterFindings, sortFindings, sortNames } from "./client/filter-findings.ts";

const report = sampleLargeReport({ findingCount: 400, workloadCount: 20 });
const data = buildPageData(report);
const filter = (values: Record<string, string>) =>
  filterFindings(data, new Map(Object.entries(values)));

test("each step of the funnel leads to as many findings and matches as it counts", () => {
  for (const [stage, { findings, matches }] of Object.entries(report.funnel.stages)) {
    const found = filter({ stage });
    assert.equal(found.length, findings, stage);
    assert.equal(countMatches(found, stage), matches, stage);
  }
  const unknown = filter({ stage: "unknownUse" });
  assert.ok(unknown.length > 0);
  assert.equal(countMatches(unknown, "unknownUse"), report.funnel.unknownUse);
});

test("filters go together, and a search asks for all of its words", () => {
  const [first] = data.findings;
  assert.ok(first);
  const found = filter({ q: `${first.vulnerability.id.toLowerCase()} ${first.package.name}` });
  assert.ok(found.includes(first) && found.length < 20);
  assert.ok(filter({ use: "in-use", exposed: "yes" }).every((one) => one.usage.state === "in-use"));
  assert.equal(filter({ q: "no such thing at all" }).length, 0);
  const action = data.actions[0];
  assert.equal(filter({ action: action?.id ?? "" }).length, action?.findings.length);
});

test("a whole name means that workload alone, a part of one all that hold it", () => {
  const nameOf = ({ workload }: (typeof data.findings)[number]) => data.workloads[workload]?.name;
  const names = [...new Set(filter({ workload: "shop/web" }).map(nameOf))];
  assert.deepEqual(names, ["shop/web"]);
  const part = new Set(filter({ workload: "SHOP/W" }).map(nameOf));
  assert.ok(part.has("shop/web") && part.has("shop/worker") && !part.has("shop/api"));
});

test("a step that does not exist leaves all, names of objects included", () => {
  for (const stage of ["nothing", "constructor", "__proto__"]) {
    assert.equal(filter({ stage }).length, data.findings.length);
  }
});

test("every column orders, both ways, ties by rank", () => {
  for (const name of sortNames) {
    const up = sortFindings(data.findings, name, data);
    const down = sortFindings(data.findings, `-${name}`, data);
    assert.equal(up.length, data.findings.length);
    assert.notDeepEqual(up, down, name);
  }
  const [first] = sortFindings(data.findings, "severity", data);
  assert.equal(first?.vulnerability.severity, "Critical");
  assert.deepEqual(sortFindings(data.findings, "nonsense", data)[0], data.findings[0]);
});

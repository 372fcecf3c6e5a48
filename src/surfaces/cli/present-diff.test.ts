/** Tests of `present-diff.ts`: formats and exit status of a comparison. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diffReports } from "../../core/report/diff/diff-reports.ts";
import { sampleContextReport } from "../../testing/sample-documents.ts";
import { diffPresentation } from "./present-diff.ts";

const report = sampleContextReport();
const diff = diffReports(
  { name: "a.json", report: { ...report, findings: [] } },
  { name: "b.json", report },
);
const view = { width: 100, color: false, top: 0 };

function show(format: "text" | "md" | "json", failOn: { findings: string[] }[] = []) {
  const met = failOn.map(({ findings }) => {
    return { condition: "new", findingCount: findings.length, findings };
  });
  const shown = diffPresentation.show({ diff, failOn: met }, { ...view, format });
  const { document, notices, exitStatus } = shown;
  const isStream = typeof document === "object" && "next" in document;
  const text = isStream ? [...document].join("") : document.toString();
  return { text, notices: notices.map(String), exitStatus };
}

test("each format tells the same comparison", () => {
  assert.match(show("text").text, /^2 new, 0 changed/);
  assert.match(show("md").text, /^# What changed\n\n2 new, 0 changed/);
  assert.deepEqual(JSON.parse(show("json").text), JSON.parse(JSON.stringify(diff)));
});

test("a condition that is met ends with status 10 and is said", () => {
  assert.equal(show("text").exitStatus, 0);
  const { exitStatus, notices } = show("json", [{ findings: ["f1", "f2"] }]);
  assert.equal(exitStatus, 10);
  assert.deepEqual(notices, ["waggle: --fail-on new is met by 2 findings, first f1."]);
});

/** Tests of `describe-statement.ts`: what a statement rests on, and what to do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContextReport } from "../../../testing/sample-documents.ts";
import { backgroundOf, describeStep, describeUses } from "./describe-statement.ts";

const report = sampleContextReport();
const background = backgroundOf(report);
const [finding] = report.findings;
assert.ok(finding !== undefined);

test("the step names the lowest fix, and without one what is left", () => {
  assert.equal(
    describeStep(finding, background),
    "upgrade openssl from 1.1.1k-1 to 1.1.1n-0 or later",
  );
  const vulnerability = { ...finding.vulnerability, fixedIn: ["1.1.1l"] };
  assert.match(
    describeStep({ ...finding, vulnerability }, background),
    /to 1\.1\.1l or later, 1\.1\.1n-0 also removes its other findings$/,
  );
  assert.match(
    describeStep({ ...finding, fixable: false }, background),
    /^no fixed version of open/,
  );
});

test("many workloads are a few and a number; the strongest use comes first", () => {
  const entries = [...Array(9).keys()].map((at) => ({
    finding,
    usage: { ...finding.usage, state: at === 8 ? ("in-use" as const) : ("unknown" as const) },
  }));
  const text = describeUses(entries, background, null);
  assert.match(text, /^shop\/web: in use: .* And 6 more places\.$/);
});

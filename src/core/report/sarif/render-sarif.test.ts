/** Tests of SARIF documents: valid by the standard's schema, within limits, nothing hidden. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { errorsOfSarif } from "../../../testing/document-schemas.ts";
import { sampleContextReport, sampleWaiver } from "../../../testing/sample-documents.ts";
import { shopReport } from "../../../testing/sample-shop.ts";
import type { Report } from "../report.ts";
import { renderSarif } from "./render-sarif.ts";

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
    readonly logicalLocations: readonly { readonly kind: string; readonly name: string }[];
  }[];
  readonly relatedLocations?: readonly { readonly message: { readonly text: string } }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions: readonly { readonly status: string; readonly justification: string }[];
}

interface Rule {
  readonly id: string;
  readonly properties: { readonly "security-severity": string; readonly tags: readonly string[] };
}

function read(report: Report, countMax?: number) {
  const { document, notices } = renderSarif(report, countMax);
  const log = JSON.parse(JSON.stringify(document));
  assert.equal(errorsOfSarif(log), "");
  const [run] = log.runs;
  const results: readonly Result[] = run.results;
  const rules: readonly Rule[] = run.tool.driver.rules;
  return { results, rules, invocation: run.invocations[0], notices, properties: run.properties };
}

test("the schema refuses what is no such document", () => {
  const { document } = renderSarif(shopReport);
  assert.notEqual(errorsOfSarif({ ...document, version: "2.0.0" }), "");
  assert.notEqual(errorsOfSarif({ ...document, runs: [{ results: [] }] }), "");
});

test("one rule a vulnerability and package; results point to theirs and carry their own id", () => {
  const report = sampleContextReport();
  const { results, rules } = read(report);
  assert.deepEqual(
    rules.map(({ id }) => id),
    ["CVE-2022-0778-deb-openssl"],
  );
  assert.equal(rules[0]?.properties["security-severity"], "9.1");
  assert.equal(results.length, 2);
  for (const [at, result] of results.entries()) {
    assert.equal(rules[result.ruleIndex]?.id, result.ruleId);
    assert.equal(result.partialFingerprints["waggleFinding/v1"], report.findings[at]?.id);
  }
});

test("the level follows the decision, and places name workload, image and package", () => {
  const [web, api] = read(sampleContextReport()).results;
  assert.deepEqual([web?.level, api?.level], ["error", "warning"]);
  const [place] = web?.locations ?? [];
  assert.equal(
    place?.physicalLocation.artifactLocation.uri,
    "registry.example/shop/front%3A1/libssl",
  );
  assert.deepEqual(
    place?.logicalLocations.map(({ kind, name }) => [kind, name]),
    [
      ["workload", "shop/web"],
      ["image", "registry.example/shop/front:1"],
      ["package", "libssl 1.1.1k-1"],
    ],
  );
});

test("not observed is put up for review under good coverage only, never when to act now", () => {
  const suppressions = (change: Parameters<typeof sampleContextReport>[0]) =>
    read(sampleContextReport(change)).results.map((one) => one.suppressions.map((s) => s.status));
  assert.deepEqual(suppressions({}), [[], ["underReview"]]);
  const partial = (finding: Report["findings"][number]) => ({
    ...finding,
    usage: { ...finding.usage, coverage: "partial" as const },
  });
  assert.deepEqual(suppressions({ change: partial }), [[], []]);
  const urgent = (finding: Report["findings"][number]) => ({
    ...finding,
    decision: { ...finding.decision, name: "act-now" as const },
  });
  assert.deepEqual(suppressions({ change: urgent }), [[], []]);
});

test("what a person signed is an accepted suppression with who, why and until when", () => {
  const waiver = sampleWaiver();
  const { results } = read(sampleContextReport({ change: (one) => ({ ...one, waiver }) }));
  const [suppression] = results[0]?.suppressions ?? [];
  assert.equal(suppression?.status, "accepted");
  assert.match(suppression?.justification ?? "", /by Kim until 2026-12-31: the parser is never/);
});

test("proofs of use are related locations in the recorded input", () => {
  const { results } = read(shopReport);
  const texts = results.flatMap((one) => one.relatedLocations ?? []).map((one) => one.message.text);
  assert.deepEqual(texts, [
    "2026-01-01T10:00:01.000000Z mapped /usr/lib/libssl.so.1.1 by /usr/bin/sampled (pid 42)",
  ]);
});

test("beyond the limit the lowest ranks are left out, and that is said in the document too", () => {
  const { results, notices, invocation, properties } = read(sampleContextReport(), 1);
  assert.equal(results.length, 1);
  assert.match(notices[0] ?? "", /^1 findings of the lowest ranks are left out/);
  assert.equal(properties.leftOut, 1);
  assert.equal(invocation.toolExecutionNotifications[0].message.text, notices[0]);
});

test("problems of the input go with the results, and a time only where one was given", () => {
  const problem = {
    code: "cut-file",
    weight: "lost",
    count: 1,
    first: { input: "e", offset: 1, line: 0 },
    message: "the file ends early",
  } as const;
  const report = sampleContextReport();
  const { invocation } = read({ ...report, problems: [problem] });
  assert.equal(invocation.toolExecutionNotifications[0].message.text, "the file ends early");
  assert.equal(invocation.endTimeUtc, undefined);
  const made = read({ ...report, generatedAt: "2026-02-01T00:00:00Z" });
  assert.equal(made.invocation.endTimeUtc, "2026-02-01T00:00:00Z");
});

test("a severity without a score gives the middle of its rating, never nought", () => {
  const scored = (cvssScore: number | null, severity: "High" | "Unknown") =>
    read(
      sampleContextReport({
        change: (one) => ({ ...one, vulnerability: { ...one.vulnerability, cvssScore, severity } }),
      }),
    ).rules[0]?.properties["security-severity"];
  assert.deepEqual(
    [scored(null, "High"), scored(null, "Unknown"), scored(0, "High"), scored(7.55, "High")],
    ["8.0", "5.0", "8.0", "7.5"],
  );
});

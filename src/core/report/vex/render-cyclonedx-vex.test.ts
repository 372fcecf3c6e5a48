/** Tests of CycloneDX documents: valid by the standard's schema, and honest. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { errorsOfCycloneDx } from "../../../testing/document-schemas.ts";
import { sampleContextReport, sampleWaiver } from "../../../testing/sample-documents.ts";
import { shopReport } from "../../../testing/sample-shop.ts";
import type { Waiver } from "../../judge/waive/waiver.ts";
import type { Report } from "../report.ts";
import { renderCycloneDx } from "./render-cyclonedx-vex.ts";

interface Bom {
  readonly components: readonly {
    readonly components: readonly { readonly "bom-ref": string; readonly purl?: string }[];
  }[];
  readonly vulnerabilities: readonly {
    readonly id: string;
    readonly analysis: { state: string; justification?: string; response?: string[] };
    readonly affects: readonly { readonly ref: string }[];
  }[];
}

/** As a reader gets it: what is undefined is not there. */
function read(report: Report): Bom {
  const bom = JSON.parse(JSON.stringify(renderCycloneDx(report)));
  assert.equal(errorsOfCycloneDx(bom), "");
  return bom;
}

const signed = (waiver: Waiver) =>
  read(sampleContextReport({ change: (finding) => ({ ...finding, waiver }) })).vulnerabilities[0]
    ?.analysis;

test("the schema refuses what is no such document", () => {
  assert.notEqual(errorsOfCycloneDx({ ...renderCycloneDx(shopReport), specVersion: 1 }), "");
  assert.notEqual(
    errorsOfCycloneDx({ ...renderCycloneDx(shopReport), vulnerabilities: [{ analysis: 1 }] }),
    "",
  );
});

test("each vulnerability affects a package of the document that has a purl", () => {
  const bom = read(sampleContextReport());
  const packages = bom.components.flatMap((one) => one.components);
  assert.equal(packages.length, 2);
  for (const { affects, analysis } of bom.vulnerabilities) {
    const found = packages.find((one) => one["bom-ref"] === affects[0]?.ref);
    assert.match(found?.purl ?? "", /^pkg:deb\/debian\/(libssl|ssl-tool)@/);
    assert.equal(analysis.state, "in_triage");
  }
  assert.equal(bom.vulnerabilities.length, 2);
});

test("states beyond triage come from people alone, with what CycloneDX calls their reason", () => {
  assert.deepEqual(
    [signed(sampleWaiver())?.state, signed(sampleWaiver())?.justification],
    ["not_affected", "code_not_reachable"],
  );
  const plain = { justification: null };
  assert.equal(signed(sampleWaiver({ ...plain, status: "fixed" }))?.state, "resolved");
  assert.equal(
    signed(sampleWaiver({ ...plain, status: "false_positive" }))?.state,
    "false_positive",
  );
  const accepted = signed(sampleWaiver({ ...plain, status: "accepted" }));
  assert.deepEqual([accepted?.state, accepted?.response], ["in_triage", ["will_not_fix"]]);
});

test("packages and images that little is known of are described all the same", () => {
  const report = sampleContextReport({
    digest: "",
    change: (finding) => ({
      ...finding,
      image: { reference: "", digest: "" },
      vulnerability: { ...finding.vulnerability, cvssScore: null, severity: "Unknown" },
      packages: finding.packages.map((one) => ({
        ...one,
        package: { ...one.package, purl: "", version: "" },
      })),
    }),
  });
  assert.equal(read(report).vulnerabilities.length, 2);
});

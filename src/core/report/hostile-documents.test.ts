/** Hostile names and texts in every document for machines: valid, bounded, nothing unseen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { errorsOfCycloneDx, errorsOfSarif } from "../../testing/document-schemas.ts";
import { sampleContextReport, sampleWaiver } from "../../testing/sample-documents.ts";
import { renderCsv } from "./render-csv.ts";
import { renderJson } from "./render-json.ts";
import type { Report } from "./report.ts";
import { renderSarif } from "./sarif/render-sarif.ts";
import { renderCycloneDx } from "./vex/render-cyclonedx-vex.ts";
import { renderOpenVex } from "./vex/render-openvex.ts";

const texts = {
  controls: '\u0000\u001b[31m\u009b31m\r\n\t"\\',
  bidi: "\u202e\u2066\u200b\u2028\ufeff",
  surrogates: "\ud800x\udc00",
  markup: "<script>alert(1)</script>&amp;`|](javascript:x)",
  place: "/../../../etc/passwd?x#y%00 ",
  long: "x".repeat(10_240),
};

const jsonOf = (value: unknown) => [...renderJson(value)].join("");
const formats: Readonly<Record<string, (report: Report) => string>> = {
  sarif: (report) => jsonOf(renderSarif(report).document),
  openvex: (report) => jsonOf(renderOpenVex(report).document),
  cyclonedx: (report) => jsonOf(renderCycloneDx(report)),
  csv: (report) => [...renderCsv(report)].join(""),
};

const unseen = /[\0-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

for (const [name, text] of Object.entries(texts)) {
  const report = sampleContextReport({
    text,
    change: (one) => ({
      ...one,
      usage: { ...one.usage, because: `seen${text}` },
      package: { ...one.package, location: `/lib${text}` },
      waiver: one.inUse ? null : sampleWaiver({ by: `Kim${text}`, reason: `why${text}` }),
    }),
  });
  test(`documents hold against ${name}`, () => {
    assert.equal(errorsOfSarif(JSON.parse(formats["sarif"]?.(report) ?? "")), "");
    assert.equal(errorsOfCycloneDx(JSON.parse(formats["cyclonedx"]?.(report) ?? "")), "");
    for (const [format, render] of Object.entries(formats)) {
      const document = render(report);
      assert.ok(!unseen.test(document), `${format} prints what nobody sees`);
      // Identifiers are told whole, everything else is cut.
      assert.ok(document.length < 150_000, `${format} has ${document.length} characters`);
    }
  });
}

test("a place in an image is a relative address that cannot climb or name a scheme", () => {
  const report = sampleContextReport({
    change: (one) => ({
      ...one,
      image: { reference: "javascript:alert(1)", digest: "" },
      package: { ...one.package, location: "/../../etc/../x?y#z" },
    }),
  });
  const document = formats["sarif"]?.(report) ?? "";
  const [, uri = ""] = /"artifactLocation": \{\s*"uri": "([^"]*)"/.exec(document) ?? [];
  assert.equal(uri, "javascript%3Aalert(1)/etc/x%3Fy%23z");
});

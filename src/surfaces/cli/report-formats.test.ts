/** Tests of `report-formats.ts`: every format that help offers makes a document of a report. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configJsonSchema } from "../../operations/config.ts";
import { sampleContextReport } from "../../testing/sample-documents.ts";
import { renderReport, reportFormats } from "./report-formats.ts";

const starts = {
  text: /^waggle/,
  md: /^# /,
  json: /^\{\n {2}"schemaVersion"/,
  sarif: /"version": "2\.1\.0"/,
  openvex: /^\{\n {2}"@context": "https:\/\/openvex\.dev\/ns\/v0\.2\.0"/,
  cyclonedx: /"bomFormat": "CycloneDX"/,
  csv: /^rank,decision,/,
};

test("every format makes its own document, the same each time", () => {
  for (const format of reportFormats) {
    const render = () => {
      const view = { format, width: 100, color: false, top: 0, groupBy: "action" as const };
      const { document } = renderReport(sampleContextReport(), view);
      const isStream = typeof document === "object" && "next" in document;
      return isStream ? [...document].join("") : document.toString();
    };
    const pattern = (starts as Readonly<Record<string, RegExp>>)[format];
    if (pattern !== undefined) assert.match(render(), pattern);
    assert.equal(render(), render());
  }
  for (const format of Object.keys(starts)) assert.ok(reportFormats.some((one) => one === format));
});

test("the configuration takes the formats that the command line takes", () => {
  const { properties } = configJsonSchema() as { properties: { format: { enum: string[] } } };
  assert.deepEqual(properties.format.enum, [...reportFormats]);
});

test("what a format cannot hold is said", () => {
  const view = {
    format: "openvex",
    width: 100,
    color: false,
    top: 0,
    groupBy: "action" as const,
  } as const;
  const { notices } = renderReport(sampleContextReport({ digest: "" }), view);
  assert.match(notices[0] ?? "", /name their image by tag/);
});

/** Tests of `present-report.ts`: the formats of a report, and what is said beside it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { shopReport } from "../../testing/sample-shop.ts";
import { reportPresentation } from "./present-report.ts";

const view = { width: 100, color: false, top: 0 };
const hostile = { condition: "kev\u009b31m", findingCount: 1, findings: ["f1"] };

test("JSON is made in pieces while it is written, so that no report is too long for it", () => {
  const shown = reportPresentation.show(
    { report: shopReport, failOn: [], groupBy: "action" as const },
    { ...view, format: "json" },
  );
  assert.ok(typeof shown.document === "object" && "next" in shown.document);
  assert.deepEqual(
    JSON.parse([...shown.document].join("")),
    JSON.parse(JSON.stringify(shopReport)),
  );
  assert.equal(shown.exitStatus, 0);
});

test("a condition that is met is said beside the report, safely, and ends with status 10", () => {
  const shown = reportPresentation.show(
    { report: shopReport, failOn: [hostile], groupBy: "action" as const },
    { ...view, format: "md" },
  );
  assert.equal(shown.exitStatus, 10);
  assert.deepEqual(shown.notices.map(String), [
    "waggle: --fail-on kev\\x9b31m is met by 1 finding, first f1.",
  ]);
});

test("HTML is one whole page, whose data a browser can unpack", () => {
  const shown = reportPresentation.show(
    { report: shopReport, failOn: [], groupBy: "action" as const },
    { ...view, format: "html" },
  );
  const page = String(shown.document);
  assert.match(page, /^<!doctype html>\n[\s\S]*<\/html>\n$/);
  const data = /id="data">([^<]*)</.exec(page)?.[1] ?? "";
  const packed = JSON.parse(inflateRawSync(Buffer.from(data, "base64")).toString());
  assert.ok("findings" in packed.k);
});

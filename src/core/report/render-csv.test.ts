/** Tests of the table for spreadsheets: RFC 4180, and no cell that is taken for a formula. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContextReport, sampleWaiver } from "../../testing/sample-documents.ts";
import { renderCsv } from "./render-csv.ts";
import type { Report } from "./report.ts";

/** A reader of RFC 4180 that takes quoted line ends. */
function read(report: Report): readonly (readonly string[])[] {
  const text = [...renderCsv(report)].join("");
  assert.ok(text.endsWith("\r\n"));
  const rows: string[][] = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (const [, quoted, plain = "", end] of text.matchAll(pattern)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

function records(report: Report): readonly Readonly<Record<string, string>>[] {
  const [names = [], ...rows] = read(report);
  for (const row of rows) assert.equal(row.length, names.length);
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? ""])));
}

test("one line a finding with decision, use, exposure, fix and who signed what", () => {
  const waiver = sampleWaiver();
  const rows = records(
    sampleContextReport({
      change: (one) => (one.inUse ? one : { ...one, waiver }),
    }),
  );
  assert.equal(rows.length, 2);
  const [web, api] = rows;
  assert.deepEqual(
    [web?.["rank"], web?.["decision"], web?.["deadline_days"], web?.["use"], web?.["exposed"]],
    ["1", "act-now", "3", "in-use", "unknown"],
  );
  assert.deepEqual(
    [web?.["upgrade"], web?.["upgrade_to"], web?.["workload"], web?.["signed"]],
    ["openssl", "1.1.1n-0", "shop/web", ""],
  );
  assert.deepEqual([api?.["signed"], api?.["signed_by"]], ["not_affected", "Kim"]);
});

test("no cell starts like a formula, whatever a package or a person is called", () => {
  const starts = ["=", "+", "-", "@", "\t=", "\r=", " =", "\n+", "＝", "＠", "|", "%"];
  for (const start of starts) {
    const by = `${start}HYPERLINK("https://x.example","y")`;
    const waiver = sampleWaiver({ by, reason: `${start}1+1`, until: start });
    const [row] = records(sampleContextReport({ change: (one) => ({ ...one, waiver }) }));
    for (const key of ["signed_by", "signed_reason", "signed_until"]) {
      assert.ok(row?.[key]?.startsWith("'"), JSON.stringify(row?.[key]));
    }
  }
});

test("quotes, commas and line ends stay within their cell", () => {
  const waiver = sampleWaiver({ reason: 'a "b", c\r\nd;e' });
  const [row] = records(sampleContextReport({ change: (one) => ({ ...one, waiver }) }));
  assert.equal(row?.["signed_reason"], 'a "b", c\\r\\nd;e');
});

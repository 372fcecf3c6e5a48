/** Holds the 16 rows, written out a second time and by hand from the source. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decisionNames } from "./decision.ts";
import { deadlineDays, decisionTable, findRow, nameRow } from "./decision-table.ts";

/** known exploited, exposed, automatable, impact: days, and whether to look for exploitation. */
const published = `
  no  no  no  partial -
  no  no  no  total   -
  no  yes no  partial 60
  no  no  yes partial 60
  no  no  yes total   60
  no  yes yes partial 14
  no  yes no  total   14
  no  yes yes total   3
  yes no  no  partial 14
  yes yes no  partial 14
  yes no  yes partial 14
  yes no  no  total   14
  yes yes yes partial 3
  yes yes no  total   3 look
  yes no  yes total   3 look
  yes yes yes total   3 look
`;

test("every row is that of BOD 26-04", () => {
  const rows = published
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  assert.equal(rows.length, 16);
  for (const [kev, exposed, automatable, impact, days, look] of rows) {
    const row = findRow({
      kev: kev === "yes",
      exposed: exposed === "yes",
      automatable: automatable === "yes",
      impact: impact === "total" ? "total" : "partial",
    });
    const name = nameRow(row);
    assert.equal(name, `kev=${kev} exposed=${exposed} automatable=${automatable} impact=${impact}`);
    assert.equal(String(deadlineDays[row.decision] ?? "-"), days, name);
    assert.equal(row.forensics, look === "look", name);
  }
});

test("each key has one row, and a graver answer is never decided later", () => {
  assert.equal(new Set(decisionTable.map(nameRow)).size, 16);
  const place = (row: (typeof decisionTable)[number]) => decisionNames.indexOf(row.decision);
  for (const row of decisionTable) {
    for (const graver of [
      { kev: true },
      { exposed: true },
      { automatable: true },
      { impact: "total" as const },
    ]) {
      assert.ok(place(findRow({ ...row, ...graver })) <= place(row), nameRow(row));
    }
  }
});

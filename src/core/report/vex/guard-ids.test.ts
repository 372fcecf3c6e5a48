/** Tests of `guard-ids.ts` and `list-statements.ts`: what may answer to which id. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContextReport, sampleWaiver } from "../../../testing/sample-documents.ts";
import { guardIds } from "./guard-ids.ts";
import { listStatements } from "./list-statements.ts";

const signed = listStatements(
  sampleContextReport({ change: (one) => ({ ...one, waiver: sampleWaiver() }) }),
);

test("statements that hide nothing, and those that share no id, stay as they are", () => {
  const open = listStatements(sampleContextReport());
  assert.deepEqual(guardIds(open), open);
  assert.deepEqual(guardIds(signed), signed);
  assert.deepEqual(
    open.map(({ status, isUsed }) => [status, isUsed]),
    [
      ["affected", true],
      ["under_investigation", false],
    ],
  );
});

test("a statement whose own id another open match goes by is opened again, and says why", () => {
  const [first] = signed;
  assert.ok(first !== undefined);
  const vulnerability = { ...first.lead.vulnerability, id: "CVE-2022-9999" };
  const other = {
    ...first,
    lead: { ...first.lead, vulnerability },
    aliases: ["CVE-2022-0778"],
    status: "affected" as const,
    waiver: null,
  };
  const [guarded] = guardIds([first, other]);
  assert.deepEqual([guarded?.status, guarded?.justification], ["affected", null]);
  assert.match(guarded?.notes ?? "", /^Not stated as signed: another open match goes by this id/);
});

test("a purl with fewer qualifiers stands for one that has more", () => {
  const [first] = signed;
  assert.ok(first !== undefined);
  const purl = first.package.purl.split("?")[0] ?? "";
  const wide = { ...first, package: { ...first.package, purl } };
  const open = { ...first, status: "affected" as const, waiver: null };
  assert.equal(guardIds([wide, open])[0]?.status, "affected");
});

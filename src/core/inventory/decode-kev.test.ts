/** Holds how CISA's catalogue is read, and what is refused as something else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemLog } from "../event/problem.ts";
import { readKev } from "./decode-kev.ts";

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 37) yield bytes.subarray(at, at + 37);
}

async function read(document: unknown, ...wanted: readonly string[]) {
  const problems = new ProblemLog();
  const text = typeof document === "string" ? document : JSON.stringify(document);
  const found = await readKev(chunksOf(text), "kev.json", { wanted: new Set(wanted), problems });
  return { found, problems: problems.list() };
}

const entry = (cveID: string, dateAdded: string, use = "Unknown") => ({
  cveID,
  dateAdded,
  dueDate: "2025-01-01",
  knownRansomwareCampaignUse: use,
});
const catalogue = (...vulnerabilities: readonly unknown[]) => ({
  title: "CISA Catalog of Known Exploited Vulnerabilities",
  catalogVersion: "2026.08.07",
  dateReleased: "2026-08-07T16:45:47.0648Z",
  count: vulnerabilities.length,
  vulnerabilities,
});

test("only wanted entries are kept, all are counted, and the date is that of release", async () => {
  const { found } = await read(
    catalogue(entry("CVE-2021-44228", "2021-12-10", "Known"), entry("CVE-2020-1", "2020-01-01")),
    "CVE-2021-44228",
  );
  assert.equal(found.kind, "read");
  if (found.kind !== "read") return;
  assert.deepEqual([found.count, found.date, found.version], [2, "2026-08-07", "2026.08.07"]);
  assert.deepEqual(
    [...found.entries],
    [["CVE-2021-44228", { dateAdded: "2021-12-10", dueDate: "2025-01-01", ransomware: true }]],
  );
});

test("without a date of release the version of the catalogue is one", async () => {
  const { dateReleased: _, ...rest } = catalogue(entry("CVE-2020-1", "2020-01-01"));
  const { found } = await read(rest);
  assert.equal(found.kind === "read" && found.date, "2026-08-07");
});

test("an entry without a CVE is left out and told", async () => {
  const { found, problems } = await read(catalogue({}, 7, entry("CVE-2020-1", "2020-01-01")));
  assert.equal(found.kind === "read" && found.count, 1);
  assert.deepEqual(
    problems.map(({ code, count }) => [code, count]),
    [["element-left-out", 2]],
  );
});

test("another document, a broken one and an empty one are refused with what to give", async () => {
  const others = ["cve,epss\n", '{"matches":[]}', "[]", "", '{"vulnerabilities":[{"id":"x"}]}'];
  for (const text of others) {
    const { found } = await read(text);
    assert.equal(found.kind, "refused", text);
    if (found.kind === "refused") {
      assert.match(found.message, /^kev\.json: not CISA's catalogue/);
      assert.match(found.message, /known_exploited_vulnerabilities\.json/);
    }
  }
});

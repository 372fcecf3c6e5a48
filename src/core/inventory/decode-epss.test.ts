/** Holds how EPSS scores are read in both their forms, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemLog } from "../event/problem.ts";
import { readEpss } from "./decode-epss.ts";

async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 7) {
  const problems = new ProblemLog();
  const wanted = new Set(["CVE-2024-1", "CVE-2024-2"]);
  const found = await readEpss(chunksOf(text, size), "epss.csv", { wanted, problems });
  return { found, problems: problems.list() };
}

const published = [
  "#model_version:v2025.03.14,score_date:2026-03-28T00:00:00+0000",
  "cve,epss,percentile",
  "CVE-2024-1,0.94358,0.99961",
  "CVE-2024-3,0.1,0.2",
  "CVE-2024-2,0.00042,0.05",
].join("\n");

test("the published form: a comment tells model and date, what is wanted is kept", async () => {
  for (const text of [published, `${published}\n`, `\uFEFF${published.replaceAll("\n", "\r\n")}`]) {
    for (const size of [3, 1000]) {
      const { found, problems } = await read(text, size);
      assert.equal(found.kind, "read");
      if (found.kind !== "read") return;
      assert.deepEqual([found.count, found.date, found.version], [3, "2026-03-28", "v2025.03.14"]);
      assert.deepEqual(
        [...found.entries],
        [
          ["CVE-2024-1", { score: 0.94358, percentile: 0.99961, date: "2026-03-28" }],
          ["CVE-2024-2", { score: 0.00042, percentile: 0.05, date: "2026-03-28" }],
        ],
      );
      assert.deepEqual(problems, []);
    }
  }
});

test("with a column of dates, in any order of columns, the newest of a CVE counts", async () => {
  const { found } = await read(
    [
      "date,cve,percentile,epss",
      "2026-01-01,CVE-2024-1,0.5,0.1",
      "2026-02-01,CVE-2024-1,0.6,0.2",
      "2025-02-01,cve-2024-1,0.7,0.3",
    ].join("\n"),
  );
  assert.equal(found.kind === "read" && found.date, "2026-02-01");
  assert.deepEqual(found.kind === "read" && found.entries.get("CVE-2024-1"), {
    score: 0.2,
    percentile: 0.6,
    date: "2026-02-01",
  });
});

test("lines that are none are left out, counted, and the first is named", async () => {
  const { found, problems } = await read(
    "cve,epss,percentile\nCVE-2024-1,0.5,0.5\nCVE-2024-2,1.5,0.5\nCVE-2024-2,,0.5\nx\n",
  );
  assert.equal(found.kind === "read" && found.count, 1);
  assert.deepEqual(
    problems.map(({ code, count, first }) => [code, count, first.line]),
    [["line-not-epss", 3, 3]],
  );
});

test("other files are refused with what to give, however long their lines are", async () => {
  const others = [
    "",
    "name\tid\n",
    '{"vulnerabilities":[]}',
    "cve,epss,percentile\n",
    "x".repeat(20_000),
    `${"#\n".repeat(30)}cve,epss\nCVE-2024-1,0.1\n`,
  ];
  for (const text of others) {
    const { found } = await read(text, 999);
    assert.equal(found.kind, "refused", text.slice(0, 20));
    if (found.kind === "refused")
      assert.match(found.message, /^epss\.csv: not EPSS scores: .*FIRST/);
  }
});

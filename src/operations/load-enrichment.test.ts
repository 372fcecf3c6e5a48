/** Holds how catalogues are loaded beside scans, and when they are called old. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import { ProblemLog } from "../core/event/problem.ts";
import { noIdentity } from "../core/inventory/syft-source.ts";
import { sampleMatch, samplePackage, sampleVulnerability } from "../testing/sample-judgement.ts";
import { stillContext } from "../testing/still-context.ts";
import { loadEnrichment, noteStaleCatalogues } from "./load-enrichment.ts";
import type { OperationContext } from "./operation.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function contextOf(stored: Readonly<Record<string, Uint8Array>>): OperationContext {
  return {
    files: createMemoryFiles(new Map(Object.entries(stored))),
    scanner: {
      scan: () => Promise.reject(new Error("not here")),
      match: () => Promise.reject(new Error("not here")),
      dataVersion: () => Promise.reject(new Error("not here")),
    },
    now: undefined,
    settings: { file: "", config: {} },
    onProgress: () => {},
    ...stillContext,
  };
}

const scan = {
  input: "scan.json",
  tool: "grype",
  toolVersion: "",
  databaseBuilt: "",
  identity: noIdentity,
  matches: [sampleMatch(samplePackage(), sampleVulnerability())],
  ignoredCount: 0,
  endOfLifeDistro: false,
};
const epss =
  "#model_version:v1,score_date:2026-03-28T00:00:00+0000\ncve,epss,percentile\n" +
  "CVE-2024-0001,0.5,0.9\nCVE-2024-0002,0.1,0.2\n";
const kev = JSON.stringify({
  catalogVersion: "2026.03.01",
  dateReleased: "2026-03-01T00:00:00Z",
  vulnerabilities: [{ cveID: "CVE-2024-0001", dateAdded: "2024-02-01" }],
});
const stored = { "epss.csv.gz": new Uint8Array(gzipSync(encode(epss))), "kev.json": encode(kev) };
const names = { kev: ["kev.json"], epss: ["epss.csv.gz"] };
const load = (problems: ProblemLog) =>
  loadEnrichment(names, [scan], { context: contextOf(stored), problems });

test("what the scan lacks is filled in, and inputs say the date and how much", async () => {
  const { scans, inputs } = await load(new ProblemLog());
  const vulnerability = scans[0]?.matches[0]?.vulnerability;
  assert.equal(vulnerability?.knownExploited?.dateAdded, "2024-02-01");
  assert.equal(vulnerability?.epss?.date, "2026-03-28");
  assert.deepEqual(
    inputs.map(({ role, format, count, details }) => [role, format, count, details]),
    [
      ["kev", "json", 1, { date: "2026-03-01", version: "2026.03.01", filled: 1 }],
      ["epss", "csv", 2, { date: "2026-03-28", version: "v1", compression: "gzip", filled: 1 }],
    ],
  );
});

test("a file of another kind is refused by name", async () => {
  const swapped = { kev: ["epss.csv.gz"], epss: ["kev.json"] };
  const given = { context: contextOf(stored), problems: new ProblemLog() };
  for (const one of [
    { ...swapped, epss: [] },
    { ...swapped, kev: [] },
  ]) {
    const [name] = [...one.kev, ...one.epss];
    await assert.rejects(loadEnrichment(one, [scan], given), {
      code: "input-unsupported",
      message: new RegExp(`^${name}: not `),
    });
  }
});

test("without files the scans are as they were", async () => {
  const given = { context: contextOf({}), problems: new ProblemLog() };
  const { scans, inputs } = await loadEnrichment({ kev: [], epss: [] }, [scan], given);
  assert.equal(scans[0], scan);
  assert.deepEqual(inputs, []);
});

test("catalogues older than the events are told: 30 days of KEV, 7 of EPSS", async () => {
  const { inputs } = await load(new ProblemLog());
  const staleAt = (time: string) => {
    const problems = new ProblemLog();
    noteStaleCatalogues(inputs, time === "" ? 0 : Date.parse(time) * 1000, problems);
    return problems.list().map(({ first, message }) => [first.input, message]);
  };
  assert.deepEqual(staleAt(""), []);
  assert.deepEqual(staleAt("2026-03-31T12:00:00Z"), []);
  assert.deepEqual(
    staleAt("2026-04-01T00:00:00Z").map(([input]) => input),
    ["kev.json"],
  );
  const both = staleAt("2026-04-05T12:00:00Z");
  assert.deepEqual(
    both.map(([input]) => input),
    ["epss.csv.gz", "kev.json"],
  );
  assert.match(both[0]?.[1] ?? "", /^EPSS is of 2026-03-28, 8 days before the events end/);
});

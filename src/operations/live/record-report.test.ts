/** Tests of how a report becomes history, and of decisions that the store keeps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { sampleWaiver } from "../../testing/sample-documents.ts";
import {
  type ShopContainer,
  shopNowUs,
  shopReport,
  shopStandings,
} from "../../testing/sample-history.ts";
import { readStoredReport } from "./read-stored-report.ts";
import { recordReport } from "./record-report.ts";
import { signedDecisions, storedDecisions } from "./stored-decisions.ts";

const before: readonly ShopContainer[] = [
  { id: "a", workload: "web", image: 1 },
  { id: "b", workload: "api", image: 1 },
];
const after: readonly ShopContainer[] = [
  { id: "c", workload: "web", image: 2 },
  { id: "b", workload: "api", image: 1 },
];

function record(
  store: ReturnType<typeof createMemoryStore>,
  containers: readonly ShopContainer[],
  timeUs: number,
) {
  return recordReport({
    store,
    report: shopReport(containers),
    trigger: "new image",
    timeUs,
    standings: shopStandings(containers),
    configured: [],
  });
}

test("a report and its changes are kept together, and the next one is compared", async () => {
  const store = createMemoryStore();
  const first = await record(store, before, shopNowUs);
  assert.match(first.id, /^20260101T120000000000Z-[0-9a-f]{8}$/);
  assert.equal(first.changes.length, 2);
  const second = await record(store, after, shopNowUs + 60e6);
  assert.deepEqual(
    second.changes.map(({ to, cause }) => [to, cause]),
    [["fixed", "image-changed"]],
  );
  const kept = await store.history.reports(10);
  assert.deepEqual(
    kept.map(({ id, trigger }) => [id, trigger]),
    [
      [second.id, "new image"],
      [first.id, "new image"],
    ],
  );
  const stored = await store.history.reportAt(shopNowUs);
  assert.ok(stored !== undefined);
  assert.deepEqual(await readStoredReport(stored), shopReport(before));
  const states = [];
  for await (const { state } of store.history.findings()) states.push(state);
  assert.deepEqual(states.sort(), ["fixed", "open"]);
});

test("the same report at the same time again is one report", async () => {
  const store = createMemoryStore();
  const first = await record(store, before, shopNowUs);
  const again = await record(store, before, shopNowUs);
  assert.equal(again.id, first.id);
  assert.deepEqual(again.changes, []);
  assert.equal((await store.history.reports(10)).length, 1);
});

test("a clock that went back does not turn the order of reports", async () => {
  const store = createMemoryStore();
  await record(store, before, shopNowUs);
  const { timeUs, changes } = await record(store, after, shopNowUs - 3600e6);
  assert.equal(timeUs, shopNowUs + 1);
  assert.equal(changes[0]?.to, "fixed");
});

test("a report that cannot be read any more costs its causes, not the ledger", async () => {
  const store = createMemoryStore();
  await record(store, after, shopNowUs);
  const damaged = { id: "x", timeUs: shopNowUs + 1, trigger: "", body: '{"no":"report"}' };
  await store.history.record({ report: damaged, changes: [], findings: [] });
  const both = [...after, { id: "d", workload: "web", image: 3 } as const];
  const { changes, previousLost } = await record(store, both, shopNowUs + 2);
  assert.match(previousLost, /is none any more/);
  assert.deepEqual(
    changes.map(({ from, to, cause }) => [from, to, cause]),
    [["", "new", "unexplained"]],
  );
  await assert.rejects(
    readStoredReport({ ...damaged, body: "not JSON" }),
    (error) => error instanceof WaggleError && error.code === "state-damaged",
  );
});

test("old scans make findings stale where a bound is set", async () => {
  const store = createMemoryStore();
  const image = `sha256:${"1".repeat(64)}`;
  await store.scans.put({
    image,
    reference: "",
    state: "made",
    timeUs: shopNowUs - 10 * 86_400e6,
    sbomFile: "",
    vulnerabilitiesFile: "",
    dataVersion: "",
    error: "",
    attemptCount: 1,
  });
  const report = shopReport(before);
  const options = { store, report, trigger: "t", standings: [], configured: [] };
  const first = await recordReport({ ...options, timeUs: shopNowUs, scanAgeUsMax: 86_400e6 });
  assert.deepEqual(new Set(first.changes.map(({ to }) => to)), new Set(["stale"]));
});

test("decisions of the store count until their end, unless they were withdrawn", async () => {
  const { notes } = createMemoryStore();
  const base = { ...sampleWaiver(), vulnerability: "CVE-1", package: "", workload: "", image: "" };
  for (const [id, endUs] of [
    ["n-1", 100],
    ["n-2", 300],
    ["n-3", 300],
  ] as const) {
    const decision = { ...base, by: id, endUs };
    await notes.add({ id, timeUs: 1, by: id, text: "", about: [], decision, revokedUs: 0 });
  }
  await notes.add({
    ...{ id: "n-4", timeUs: 1, by: "Kim", text: "seen before", about: [] },
    ...{ decision: undefined, revokedUs: 0 },
  });
  await notes.revoke("n-3", 50);
  assert.deepEqual(
    (await storedDecisions(notes, 200)).map(({ by }) => by),
    ["n-2"],
  );
  assert.deepEqual(
    (await signedDecisions(notes)).map(({ by }) => by),
    ["n-1", "n-2"],
  );
});

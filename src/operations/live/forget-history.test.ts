/** Tests of what the history loses, and of what is told of it: `forgotten-log.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import type { SignedDecision } from "../../core/judge/waive/waiver.ts";
import type { Note } from "../../ports/store.ts";
import { historyContext } from "../../testing/history-store.ts";
import { sampleTracked } from "../../testing/sample-history.ts";
import { changes } from "../changes.ts";
import { history } from "../history.ts";
import { reportAt } from "../report-at.ts";
import { forgetHistory } from "./forget-history.ts";
import { noteForgotten, nothingForgotten, readForgotten } from "./forgotten-log.ts";

const nowUs = 1000;

function note(id: string, given: Partial<Note> = {}): Note {
  const about = ["f-old", "CVE-7"];
  return {
    ...{ id, timeUs: 1, by: "Kim", text: id, about, decision: undefined, revokedUs: 0 },
    ...given,
  };
}

function decision(endUs: number): SignedDecision {
  return {
    ...{ vulnerability: "CVE-7", package: "zlib", workload: "", image: "", status: "accepted" },
    ...{ justification: null, reason: "known", by: "Kim", until: "2030-01-01", endUs },
  };
}

async function kept() {
  const store = createMemoryStore();
  const old = sampleTracked("f-old", { state: "gone", vulnerability: "CVE-7", aliases: [] });
  const findings = [
    ...[old, { ...old, id: "f-late", vulnerability: "CVE-8", changedUs: nowUs }],
    sampleTracked("f-open"),
  ];
  await store.history.record({
    report: { id: "r", timeUs: nowUs, trigger: "", body: "{}" },
    findings,
    changes: findings.map(({ id, state }) => ({
      ...{ finding: id, timeUs: 1, from: "", to: state, cause: "workload-gone", because: "" },
      ...{ evidence: [], before: {}, after: {} },
    })),
  });
  return store;
}

test("ended findings leave with their changes; what holds, or is of late, stays", async () => {
  const store = await kept();
  const notes = [
    note("old"),
    note("late", { timeUs: 900 }),
    note("in force", { decision: decision(2000) }),
    note("over", { decision: decision(400) }),
    note("over of late", { decision: decision(900) }),
    note("revoked", { decision: decision(2000), revokedUs: 400 }),
    note("revoked of late", { revokedUs: 900 }),
    note("of an open one", { about: ["x", "CVE-1"] }),
    note("of an alias", { about: ["GHSA-1"], decision: decision(400) }),
    note("a closed incident", { about: ["incident:kept", "closed-at:1"] }),
    note("an incident of late", { about: ["incident:gone", "acknowledged"], timeUs: 900 }),
    note("an incident that is gone", { about: ["incident:gone", "closed-at:1"] }),
  ];
  for (const one of notes) await store.notes.add(one);
  const forget = () => forgetHistory(store, 500, (id) => id === "kept");
  assert.deepEqual(await forget(), { findings: 1, changes: 1, notes: 4 });
  const stay = (await store.notes.all()).map(({ id }) => id);
  const gone = notes.map(({ id }) => id).filter((id) => !stay.includes(id));
  assert.deepEqual(gone, ["old", "over", "revoked", "an incident that is gone"]);
  const left = await store.history.changes({ countMax: 9 });
  assert.deepEqual(
    left.map(({ finding }) => finding),
    ["f-late", "f-open"],
  );
  assert.deepEqual(await forget(), { findings: 0, changes: 0, notes: 0 });
});

test("what was forgotten adds up, and a time counts only where something left", async () => {
  const { settings } = createMemoryStore();
  assert.deepEqual(await readForgotten(settings), {
    ...{ findingsBeforeUs: 0, reportsBeforeUs: 0, counts: nothingForgotten },
  });
  const first = { ...nothingForgotten, reports: 2 };
  await noteForgotten(settings, { findingsBeforeUs: 5, reportsBeforeUs: 7, counts: first });
  const second = { ...nothingForgotten, findings: 3, changes: 4, reports: 1 };
  await noteForgotten(settings, { findingsBeforeUs: 6, reportsBeforeUs: 6, counts: second });
  assert.deepEqual(await readForgotten(settings), {
    ...{ findingsBeforeUs: 6, reportsBeforeUs: 7 },
    counts: { findings: 3, changes: 4, notes: 0, reports: 3 },
  });
  for (const text of ["no JSON", "null", '{"findings":"many","reportsBeforeUs":null}']) {
    await settings.set("forgotten-history", text);
    assert.deepEqual((await readForgotten(settings)).counts, nothingForgotten, text);
  }
});

test("questions about what is kept no more say so", async () => {
  const store = await kept();
  const state = { locked: false, opened: 0, stored: new Map<string, Uint8Array>() };
  const context = historyContext(store, state);
  const early = () => reportAt("state", "1970-01-01T00:00:00.000500Z", context);
  const message = /^state holds no report of \S+ or before: the earliest is of 1970-01-01T00:00:0/;
  await assert.rejects(early(), { code: "not-found", message });
  const since = { state: "state", since: "1970-01-01T00:00:00Z" };
  assert.equal((await changes.run(since, context)).keptFrom, null);
  const counts = { ...nothingForgotten, findings: 1, reports: 1 };
  await noteForgotten(store.settings, { findingsBeforeUs: 900, reportsBeforeUs: 900, counts });
  await assert.rejects(early(), {
    code: "not-found",
    message: /the earliest that is kept is of 1970-\S+; older ones were dropped \(--retention\)\.$/,
  });
  assert.equal((await changes.run(since, context)).keptFrom, "1970-01-01T00:00:00.000900Z");
  await assert.rejects(history.run({ state: "state", finding: "CVE-99" }, context), {
    code: "not-found",
    message: /What ended before 1970-01-01 is not kept\.$/,
  });
  const empty = historyContext(createMemoryStore(), state);
  await assert.rejects(reportAt("state", "2020-01-01", empty), /none was written yet\.$/);
  assert.equal(state.opened, 0);
});

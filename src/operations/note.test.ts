/** Tests of free notes, and of how similar findings are grouped: `live/group-similar.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "../adapters/store/memory-store.ts";
import type { FindingChange } from "../core/judge/change/finding-change.ts";
import { historyContext } from "../testing/history-store.ts";
import { shopNowUs, shopReport, shopStandings } from "../testing/sample-history.ts";
import { accept } from "./accept.ts";
import { history } from "./history.ts";
import { findSimilar } from "./live/find-similar.ts";
import { readTracked } from "./live/find-tracked.ts";
import { groupSimilar } from "./live/group-similar.ts";
import { readLetter, writeLetter } from "./live/inbox-letter.ts";
import { makeNote } from "./live/make-note.ts";
import { recordReport } from "./live/record-report.ts";
import { takeInbox } from "./live/take-inbox.ts";
import { note } from "./note.ts";

const containers = [
  { id: "a", workload: "web", image: 1 },
  { id: "b", workload: "api", image: 1 },
] as const;

async function shop() {
  const store = createMemoryStore();
  await recordReport({
    store,
    report: shopReport(containers),
    trigger: "first",
    timeUs: shopNowUs,
    standings: shopStandings(containers),
    configured: [],
  });
  const state = { locked: false, opened: 0, stored: new Map<string, Uint8Array>() };
  return { store, state, context: historyContext(store, state) };
}

const said = { state: "state", by: "Kim", text: "the proxy ends TLS" };

test("a note is shown with its finding, and found from another by key or word", async () => {
  const { context, state } = await shop();
  const made = await note.run({ ...said, finding: "CVE-2022-0778 shop/api" }, context);
  assert.deepEqual(
    [made.finding?.workload, made.note.by, made.note.decision, made.isQueued],
    ["shop/api/api", "Kim", undefined, false],
  );
  const notesOf = async (place: string) =>
    (await history.run({ state: "state", finding: "CVE-2022-0778", place: [place] }, context))
      .findings[0]?.notes;
  assert.equal((await notesOf("shop/api"))?.[0]?.note.text, "the proxy ends TLS");
  const fromAnother = await notesOf("shop/web");
  assert.deepEqual(fromAnother?.[0]?.matched.slice(0, 1), ["CVE-2022-0778"]);
  assert.equal(state.opened, 0);
});

test("a note says something, of one finding, by somebody", async () => {
  const { context } = await shop();
  const run = (given: object) => note.run({ ...said, finding: "9d70", ...given }, context);
  const refused = (given: object, message: RegExp) =>
    assert.rejects(run(given), { code: "usage", message });
  await refused({ finding: "CVE-2022-0778" }, /means 2 findings/);
  await refused({ finding: undefined }, /name a finding/);
  await refused({ text: " \n" }, /say something/);
  await refused({ text: undefined }, /say something/);
  await refused({ by: " " }, /say who/);
  await refused({ revoke: "n-1" }, /no finding/);
  assert.equal(note.input.safeParse({ by: "x", text: "x".repeat(4001) }).success, false);
});

test("a withdrawn note is found no more; a decision is not withdrawn as a note", async () => {
  const { context, store } = await shop();
  const finding = "CVE-2022-0778 shop/api";
  const made = await note.run({ ...said, finding, text: "x".repeat(4000) }, context);
  const revoke = { state: "state", by: "Ada", revoke: made.note.id, text: "y".repeat(4000) };
  const { note: told } = await note.run(revoke, context);
  assert.match(told.text, /^withdrew n-[0-9a-f]{16}: y+/);
  assert.ok(readLetter(writeLetter({ note: told, revokes: made.note.id })), "a letter holds it");
  await assert.rejects(note.run(revoke, context), { code: "usage", message: /withdrawn already/ });
  assert.equal((await store.notes.find([], "x".repeat(4000), 9)).length, 0);
  const word = { ...said, finding, reason: "r", until: "2026-02-01", text: undefined };
  const { text: _, ...signed } = word;
  const decision = await accept.run(signed, context);
  const wrong = { state: "state", by: "Ada", revoke: decision.note.id };
  await assert.rejects(note.run(wrong, context), { code: "not-found", message: /No note "n-/ });
});

test("beside a running daemon a note is a letter that is taken in", async () => {
  const { context, state, store } = await shop();
  state.locked = true;
  const made = await note.run({ ...said, finding: "CVE-2022-0778 shop/api" }, context);
  assert.equal(made.isQueued, true);
  assert.deepEqual(await store.notes.all(), []);
  const taken = await takeInbox("state", context.files, store.notes);
  assert.deepEqual(taken, { notes: [made.note], refused: [] });
});

test("what was said of an incident is no note, and is not withdrawn as one", async () => {
  const { context, store } = await shop();
  const words = { timeUs: 1, by: "Kim", text: "a drill", decision: undefined };
  const closing = makeNote({ ...words, about: ["incident:i", "closed-at:1"] });
  assert.equal(makeNote({ ...words, about: closing.about }).id, closing.id, "the same words");
  assert.notEqual(makeNote({ ...words, timeUs: 2, about: closing.about }).id, closing.id);
  await store.notes.add(closing);
  const given = { state: "state", by: "Ada", revoke: closing.id };
  await assert.rejects(note.run(given, context), { code: "not-found" });
  await assert.rejects(accept.run(given, context), { code: "not-found" });
});

test("equal reasons are one group with a few findings; ids make no difference", async () => {
  const { store } = await shop();
  const [one] = await readTracked(store.history);
  assert.ok(one !== undefined);
  const ids = Array.from({ length: 900 }, (_, at) => at.toString(16).padStart(16, "0"));
  const twins = ids.map((id, at) => ({
    ...{ ...one, id, workload: `lab/w${at}/c`, changedUs: shopNowUs + at },
    state: at < 700 ? ("fixed" as const) : ("open" as const),
  }));
  const change = (finding: string, because: string): FindingChange => ({
    ...{ finding, timeUs: shopNowUs, from: "open", to: "fixed", cause: "image-changed", because },
    ...{ evidence: [], before: {}, after: {} },
  });
  await store.history.record({
    report: { id: "r", timeUs: shopNowUs + 1, trigger: "", body: "{}" },
    findings: twins,
    changes: ids.map((id, at) => change(id, at === 699 ? "1 → 3" : `1 → 2, as ${id}`)),
  });
  const tracked = await readTracked(store.history);
  let asked = 0;
  const counting = {
    ...store.history,
    changes: (query: Parameters<typeof store.history.changes>[0]) => {
      asked += 1;
      return store.history.changes(query);
    },
  };
  const shortIds = new Map([[ids[699] ?? "", "2bb"]]);
  const { groups, leftOutCount } = await groupSimilar(
    findSimilar(one, tracked),
    counting as unknown as typeof store.history,
    shortIds,
  );
  assert.equal(asked, 500, "a bound on questions");
  assert.deepEqual(
    groups.map(({ state, last, findings, leftOutCount: more }) => [
      ...[state, last?.because.slice(0, 5), findings[0]?.shortId, findings.length, more],
    ]),
    [
      ["fixed", "1 → 3", "2bb", 1, 0],
      ["fixed", "1 → 2", ids[698], 3, 496],
      ["fixed", undefined, ids[199], 3, 197],
      ["open", undefined, ids[899], 3, 197],
      ["new", undefined, groups[4]?.findings[0]?.id, 1, 0],
    ],
  );
  assert.equal(leftOutCount, 0);
  const many = twins.map((each, at) => ({
    ...{ finding: each, matched: [`key ${at % 20}`], isAnswered: false },
  }));
  assert.equal((await groupSimilar(many, store.history, new Map())).leftOutCount, 900 - 8 * 35);
});

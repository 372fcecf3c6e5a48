/** Tests of the operations over history: changes, history, accept; and of the inbox of a daemon. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createMemoryStore } from "../adapters/store/memory-store.ts";
import { ProblemLog } from "../core/event/problem.ts";
import { applyWaivers } from "../core/judge/waive/apply-waivers.ts";
import type { ErrorCode } from "../ports/waggle-error.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { historyContext } from "../testing/history-store.ts";
import {
  type ShopContainer,
  shopNowUs,
  shopReport,
  shopStandings,
} from "../testing/sample-history.ts";
import { accept } from "./accept.ts";
import { changes } from "./changes.ts";
import { history } from "./history.ts";
import { isLetterName, readLetter, writeLetter } from "./live/inbox-letter.ts";
import { recordReport } from "./live/record-report.ts";
import { storedDecisions } from "./live/stored-decisions.ts";
import { takeInbox } from "./live/take-inbox.ts";

const before: readonly ShopContainer[] = [
  { id: "a", workload: "web", image: 1 },
  { id: "b", workload: "api", image: 1 },
];
const after: readonly ShopContainer[] = [
  { id: "c", workload: "web", image: 2 },
  { id: "b", workload: "api", image: 1 },
];
const report = shopReport(before);
const idOf = (name: string) =>
  report.findings.find(({ workload }) => workload.name === name)?.id ?? "";

/** A shop whose `web` was mended two hours after the first report. */
async function shop() {
  const store = createMemoryStore();
  for (const [index, containers] of [before, after].entries()) {
    await recordReport({
      store,
      report: shopReport(containers),
      trigger: "new image",
      timeUs: shopNowUs + index * 7200e6,
      standings: shopStandings(containers),
      configured: [],
    });
  }
  const state = { locked: false, opened: 0, stored: new Map<string, Uint8Array>() };
  return { store, state, context: historyContext(store, state) };
}

async function refuses(code: ErrorCode, work: Promise<unknown>, why: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof WaggleError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, why);
    return true;
  });
}

const signed = { state: "state", reason: "behind a proxy", until: "2026-02-01", by: "Kim" };

test("changes counts back from the last report, and tells what each is about", async () => {
  const { context, state } = await shop();
  const all = await changes.run({ state: "state" }, context);
  assert.deepEqual(all.counts, { new: 2, fixed: 1 });
  assert.equal(all.changes[0]?.to, "fixed");
  assert.equal(all.changes[0]?.about?.vulnerability, "CVE-2022-0778");
  assert.equal(all.until, "2026-01-01T14:00:00.000000Z");
  const late = await changes.run({ state: "state", since: "1h" }, context);
  assert.deepEqual(late.counts, { fixed: 1 });
  const none = await changes.run({ state: "state", since: "2026-01-01T14:30:00Z" }, context);
  assert.deepEqual(none.changes, []);
  const one = await changes.run({ state: "state", finding: idOf("api").slice(0, 6) }, context);
  assert.deepEqual(one.counts, { new: 1 });
  assert.equal(state.opened, 0);
});

test("history tells the life of a finding by id, or vulnerability and package", async () => {
  const { context, state } = await shop();
  const { findings, similar } = await history.run(
    { state: "state", finding: idOf("api") },
    context,
  );
  assert.deepEqual(
    findings.map(({ finding, changes: told }) => [finding.workload, told.map(({ to }) => to)]),
    [["shop/api/api", ["new"]]],
  );
  assert.deepEqual(
    similar.groups.map(({ findings: [one], matched, last }) => [one?.workload, matched, last?.to]),
    [["shop/web/web", ["the same vulnerability", "the same package"], "fixed"]],
  );
  assert.match(similar.groups[0]?.last?.because ?? "", /libssl 1\.1\.1k-1 → 1\.1\.1n-0/);
  const query = { state: "state", finding: "cve-2022-0778", package: "OpenSSL" };
  assert.equal((await history.run(query, context)).findings.length, 2);
  const missing = history.run({ state: "state", finding: "CVE-2022-0779" }, context);
  await refuses("not-found", missing, /2 findings\)\. Near: CVE-2022-0778/);
  assert.equal(state.opened, 0);
});

test("what a person signs is found with the finding, and covers what its scope says", async () => {
  const { context, store } = await shop();
  const made = await accept.run({ ...signed, finding: idOf("api") }, context);
  assert.deepEqual(
    [made.findingCount, made.isQueued, made.note.by, made.note.decision?.workload],
    [1, false, "Kim", "shop/api/api"],
  );
  const { findings } = await history.run({ state: "state", finding: idOf("api") }, context);
  assert.deepEqual(findings[0]?.notes[0]?.matched.slice(0, 1), [idOf("api")]);
  const covered = async () => {
    const decisions = await storedDecisions(store.notes, shopNowUs);
    const problems = new ProblemLog();
    const { findings: all, upgrades } = report;
    const waived = applyWaivers({
      findings: all,
      upgrades,
      decisions,
      nowUs: shopNowUs,
      input: "",
      problems,
    });
    return waived.filter(({ waiver }) => waiver !== null).map(({ workload }) => workload.name);
  };
  assert.deepEqual(await covered(), ["api"]);
  const revoke = { state: "state", by: "Ada", revoke: made.note.id };
  const { note } = await accept.run(revoke, context);
  assert.match(note.text, /^withdrew n-/);
  assert.deepEqual(await covered(), []);
  await refuses("usage", accept.run(revoke, context), /withdrawn already/);
  await accept.run({ ...signed, finding: idOf("api"), scope: "image" }, context);
  assert.deepEqual((await covered()).sort(), ["api", "web"]);
  const other = { ...signed, reason: "all", finding: idOf("api"), scope: "everywhere" } as const;
  assert.equal((await accept.run(other, context)).note.decision?.image, "");
});

test("nothing is signed without an end to come, a reason, a finding that is there", async () => {
  const { context } = await shop();
  const run = (given: object) => accept.run({ ...signed, finding: idOf("api"), ...given }, context);
  await refuses("usage", run({ until: "2026-01-01" }), /2026-01-01 is past/);
  await refuses("usage", run({ until: "soon" }), /takes a day/);
  await refuses("usage", run({ until: "2026-02-30" }), /takes a day/);
  await refuses("usage", run({ reason: undefined }), /--reason and --until/);
  await refuses("usage", run({ finding: undefined }), /name a finding/);
  await refuses("usage", run({ status: "not_affected" }), /needs --justification/);
  await refuses("usage", run({ finding: idOf("web") }), /is fixed: there is nothing to sign/);
  const both = { finding: "CVE-2022-0778" };
  assert.equal((await run(both)).finding?.id, idOf("api"), "the only one that is there");
  await refuses("usage", run({ ...both, place: ["web"] }), /is fixed: there is nothing to sign/);
  await refuses("not-found", run({ finding: "CVE-1" }), /not in the history/);
  await refuses("usage", run({ revoke: "n-1" }), /no finding/);
  const unknown = { state: "state", by: "Kim", revoke: "n-1" };
  await refuses("not-found", accept.run(unknown, context), /No decision "n-1"/);
  await run({ until: "2026-01-02" });
});

test("beside a running daemon a letter is left, which the daemon takes in once", async () => {
  const { context, state, store } = await shop();
  state.locked = true;
  const made = await accept.run({ ...signed, finding: idOf("api") }, context);
  assert.equal(made.isQueued, true);
  assert.deepEqual(await store.notes.all(), []);
  assert.deepEqual([...state.stored.keys()], [`state/inbox-${made.note.id}.json`]);
  const letter = [...state.stored][0];
  const taken = await takeInbox("state", context.files, store.notes);
  assert.deepEqual(taken, { notes: [made.note], refused: [] });
  assert.deepEqual(await store.notes.all(), [made.note]);
  assert.equal(state.stored.size, 0);
  assert.deepEqual(await takeInbox("state", context.files, store.notes), {
    notes: [],
    refused: [],
  });
  // Killed between taking it in and removing it.
  if (letter !== undefined) state.stored.set(...letter);
  await takeInbox("state", context.files, store.notes);
  assert.equal((await store.notes.all()).length, 1);
  await accept.run({ state: "state", by: "Kim", revoke: made.note.id }, context);
  await takeInbox("state", context.files, store.notes);
  assert.deepEqual(await storedDecisions(store.notes, shopNowUs), []);
});

test("what is no letter is removed and told; other names are left alone", async () => {
  const { context, state, store } = await shop();
  const text = (body: string) => new TextEncoder().encode(body);
  const name = (digit: string) => `state/inbox-n-${digit.repeat(16)}.json`;
  state.stored.set(name("1"), text("not JSON"));
  state.stored.set(name("2"), text('{"version":1}'));
  state.stored.set(name("3"), text("x".repeat(70_000)));
  state.stored.set("state/waggle.db", text("a database"));
  const { notes, refused } = await takeInbox("state", context.files, store.notes);
  assert.equal(notes.length, 0);
  assert.equal(refused.length, 3);
  assert.match(refused[2] ?? "", /too large/);
  assert.deepEqual([...state.stored.keys()], ["state/waggle.db"]);
  assert.equal(isLetterName("state/inbox-n-1.json"), false);
});

test("law: any text that is no letter is told from one, and never throws", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => readLetter(body) === undefined),
  );
  const note = {
    ...{ id: `n-${"a".repeat(16)}`, timeUs: 1, by: "Kim", text: "t", about: ["x"] },
    ...{ decision: undefined, revokedUs: 0 },
  };
  assert.deepEqual(readLetter(writeLetter({ note, revokes: "" })), { note, revokes: "" });
});

/** Tests of how changes, the life of a finding and a signature look; hostile names included. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import { accept } from "../../operations/accept.ts";
import { changes } from "../../operations/changes.ts";
import { history } from "../../operations/history.ts";
import { recordReport } from "../../operations/live/record-report.ts";
import { type NoteOutput, note } from "../../operations/note.ts";
import { historyContext } from "../../testing/history-store.ts";
import {
  type ShopContainer,
  shopNowUs,
  shopReport,
  shopStandings,
} from "../../testing/sample-history.ts";
import { describeStep, describeTracked, shortTime } from "./describe-finding.ts";
import { acceptPresentation } from "./present-accept.ts";
import { changesPresentation } from "./present-changes.ts";
import { historyPresentation } from "./present-history.ts";
import { notePresentation } from "./present-note.ts";
import type { Format, Shown } from "./presentation.ts";

const viewOf = (format: Format, top = 0) => ({ format, width: 100, color: false, top });

function textOf({ document }: Shown): string {
  const isStream = typeof document === "object" && "next" in document;
  return isStream ? [...document].join("") : document.toString();
}

const before: readonly ShopContainer[] = [
  { id: "a", workload: "web", image: 1 },
  { id: "b", workload: "api", image: 1 },
];
const after: readonly ShopContainer[] = [
  { id: "c", workload: "web", image: 2 },
  { id: "b", workload: "api", image: 1 },
];

async function shop() {
  const store = createMemoryStore();
  const state = { locked: false, opened: 0, stored: new Map<string, Uint8Array>() };
  for (const [index, containers] of [before, after].entries()) {
    await recordReport({
      store,
      report: shopReport(containers),
      trigger: "new image",
      timeUs: shopNowUs + index * 3600e6,
      standings: shopStandings(containers),
      configured: [],
    });
  }
  return { state, context: historyContext(store, state) };
}

const id = shopReport(before).findings.find(({ workload }) => workload.name === "api")?.id ?? "";
const signed = { state: "state", finding: id, until: "2026-02-01" };

test("changes are lines with their cause, the latest first; or JSON", async () => {
  const { context } = await shop();
  const output = await changes.run({ state: "state" }, context);
  const text = textOf(changesPresentation.show(output, viewOf("text")));
  const [head, first, why] = text.split("\n");
  assert.match(
    head ?? "",
    /^3 changes from 2025-12-31 13:00 to 2026-01-01 13:00 UTC: 2 new, 1 fixed$/,
  );
  assert.match(
    first ?? "",
    /^2026-01-01 13:00 {2}new → fixed {2}CVE-2022-0778 in openssl 1\.1\.1k-1 of shop\/web {2}\[/,
  );
  assert.match(why ?? "", /^ +image-changed: libssl 1\.1\.1k-1 → 1\.1\.1n-0/);
  assert.match(textOf(changesPresentation.show(output, viewOf("text", 1))), /and 2 more: --top 3$/);
  const json = JSON.parse(textOf(changesPresentation.show(output, viewOf("json"))));
  assert.equal(json.changes[0].cause, "image-changed");
  const none = { ...output, changes: [] };
  assert.match(textOf(changesPresentation.show(none, viewOf("text"))), /^Nothing changed from/);
  const empty = { ...none, until: null };
  assert.match(textOf(changesPresentation.show(empty, viewOf("text"))), /no history/);
});

test("what one upgrade did to many findings is one line", async () => {
  const { context } = await shop();
  const output = await changes.run({ state: "state" }, context);
  const [one] = output.changes;
  assert.ok(one?.about);
  const many = ["1", "2", "3"].map((name) => ({
    ...one,
    finding: name,
    about: one.about && { ...one.about, vulnerability: `CVE-${name}` },
  }));
  const text = textOf(changesPresentation.show({ ...output, changes: many }, viewOf("text")));
  assert.match(
    text,
    /CVE-1 \[[0-9a-f]{8}\], CVE-2 \[[0-9a-f]{8}\] and 1 more in openssl/,
    "each can be typed",
  );
  const lost = { ...output, changes: [{ ...one, about: null }] };
  assert.match(textOf(changesPresentation.show(lost, viewOf("text"))), /finding [0-9a-f]{8}\n/);
});

test("the life of a finding shows its changes, what people said, and what is alike", async () => {
  const { context } = await shop();
  const hostile = "behind\u001b[31m a proxy";
  await accept.run({ ...signed, by: "Kim", reason: hostile }, context);
  const output = await history.run({ state: "state", finding: id }, context);
  const text = textOf(historyPresentation.show(output, viewOf("text")));
  assert.match(
    text,
    /^CVE-2022-0778 in openssl 1\.1\.1k-1 of shop\/api {2}\[[0-9a-f]{16}\]\nopen; /,
  );
  assert.match(text, /first-report: the first report holds it/);
  assert.match(text, /accepted until 2026-02-01, by Kim {2}\[n-[0-9a-f]{16}\]/);
  assert.match(text, /behind\\x1b\[31m a proxy \(found by: [0-9a-f]{16}/);
  assert.match(
    text,
    /SIMILAR[^\n]*\n {2}the same vulnerability, the same package; new → fixed, image-changed/,
  );
  assert.match(text, /\n {6}CVE-2022-0778 in openssl 1\.1\.1k-1 of shop\/web {2}\[[0-9a-f]{8}\]$/);
  const json = JSON.parse(textOf(historyPresentation.show(output, viewOf("json"))));
  assert.equal(json.findings[0].finding.id, id);
});

test("a reason that many share is told once, with how many more there are", async () => {
  const { context } = await shop();
  const output = await history.run({ state: "state", finding: id }, context);
  const [group] = output.similar.groups;
  assert.ok(group !== undefined);
  const similar = { groups: [{ ...group, leftOutCount: 41 }], leftOutCount: 7 };
  const text = textOf(historyPresentation.show({ ...output, similar }, viewOf("text")));
  assert.equal(text.match(/image-changed/g)?.length, 1);
  assert.match(text, /\n {6}and 41 more\n {2}and 7 more findings like it$/);
});

test("a note is kept with what it is about, and shown escaped and cut", async () => {
  const { context, state } = await shop();
  const given = { state: "state", by: "Ada\u001b[2J", finding: id };
  const show = (output: NoteOutput, format: Format = "text") =>
    textOf(notePresentation.show(output, viewOf(format)));
  const made = await note.run({ ...given, text: `\u202egnp ${"x ".repeat(1500)}` }, context);
  assert.match(
    show(made),
    /^Kept with CVE-2022-0778 in openssl 1\.1\.1k-1 of shop\/api\. To withdraw it: --revoke n-/,
  );
  const told = await history.run({ state: "state", finding: id }, context);
  const lines = textOf(historyPresentation.show(told, viewOf("text"))).split("\n");
  const at = lines.findIndex((line) => line.includes("note, by Ada\\x1b[2J"));
  assert.ok(at > 0, lines.join("\n"));
  assert.match(lines[at + 1] ?? "", /\\u\{202e\}gnp x x/);
  assert.ok(lines.slice(at + 1).findIndex((line) => line.includes("SIMILAR")) <= 3, "three lines");
  state.locked = true;
  const revoked = await note.run({ state: "state", by: "Ada", revoke: made.note.id }, context);
  assert.match(show(revoked), /^Ada withdrew n-[0-9a-f]{16}\.\nA daemon holds/);
  assert.equal(JSON.parse(show(revoked, "json")).isQueued, true);
});

test("a signature says what it speaks of, and that a daemon will take it in", async () => {
  const { context, state } = await shop();
  const show = (output: Awaited<ReturnType<typeof accept.run>>, format: Format = "text") =>
    textOf(acceptPresentation.show(output, viewOf(format)));
  const made = await accept.run({ ...signed, by: "Kim", reason: "r" }, context);
  const [head, scope, ...rest] = show(made).split("\n");
  assert.match(
    head ?? "",
    /^Kim signed CVE-2022-0778 in openssl .* as accepted until 2026-02-01\.$/,
  );
  assert.match(scope ?? "", /^It speaks of 1 finding\. To withdraw it: --revoke n-/);
  assert.deepEqual(rest, []);
  state.locked = true;
  const revoked = await accept.run({ state: "state", by: "Ada", revoke: made.note.id }, context);
  assert.match(show(revoked), /^Ada withdrew n-[0-9a-f]{16}\.\nA daemon holds/);
  assert.equal(JSON.parse(show(revoked, "json")).isQueued, true);
});

test("steps, times and findings are named in few words", () => {
  assert.equal(describeStep({ from: "", to: "new" }), "new");
  assert.equal(describeStep({ from: "suppressed", to: "suppressed" }), "suppressed");
  assert.equal(shortTime(null), " ".repeat(16));
  const bare = { vulnerability: "CVE-1", package: "x", version: "", workload: "web" };
  assert.equal(
    describeTracked({ ...bare } as Parameters<typeof describeTracked>[0]),
    "CVE-1 in x of web",
  );
});

/** Tests of `told-notices.ts` and `notice-memory.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryFiles } from "../../adapters/files/memory-files.ts";
import type { Incident } from "../../core/judge/incident/incident.ts";
import type { Notice, NoticeKind } from "../../ports/notifier.ts";
import { sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";
import { createNoticeMemory, openNoticeMemory } from "./notice-memory.ts";
import { leftToTell, type ToldNotice, toldBy } from "./told-notices.ts";

const as = (kind: NoticeKind, over: Partial<Notice> = {}): Notice => ({
  ...sampleNotice,
  kind,
  ...over,
});
const told = (notice: Notice, before?: ToldNotice) =>
  toldBy(notice, { thread: "T", timeUs: 7, before });

test("the first that a route hears is an opening, never an end", () => {
  assert.equal(leftToTell(as("open"), undefined)?.kind, "open");
  assert.equal(leftToTell(as("update", { thread: "x" }), undefined)?.kind, "open");
  assert.equal(leftToTell(as("update", { thread: "x" }), undefined)?.thread, "");
  assert.equal(leftToTell(as("resolve"), undefined), undefined);
  assert.equal(leftToTell(as("acknowledge"), undefined), undefined);
  assert.equal(leftToTell(as("test"), told(as("resolve")))?.kind, "test");
});

test("what a route was told is not told again, what is new goes into its thread", () => {
  const before = told(as("open"));
  assert.equal(leftToTell(as("open"), before), undefined);
  const graver = { ...sampleIncident, severity: "critical" } as const;
  const opened = leftToTell(as("open", { incident: graver }), before);
  assert.deepEqual([opened?.kind, opened?.thread], ["update", "T"]);
  const wider = { ...sampleIncident, tactics: ["execution", "discovery"] };
  const update = as("update", { incident: wider, news: ["new tactic: discovery"] });
  assert.equal(leftToTell(update, before)?.kind, "update");
  assert.equal(leftToTell(update, told(update)), undefined);
  const higher = as("update", { incident: { ...wider, score: 500 }, news: ["score 500"] });
  assert.equal(leftToTell(higher, told(update))?.kind, "update");
  assert.equal(leftToTell(as("resolve"), before)?.thread, "T");
  assert.equal(leftToTell(as("acknowledge"), before)?.kind, "acknowledge");
  assert.equal(leftToTell(as("acknowledge"), told(as("acknowledge"))), undefined);
});

test("what was closed opens again only by what happened since", () => {
  const closed = told(as("resolve"));
  assert.equal(leftToTell(as("resolve"), closed), undefined);
  assert.equal(leftToTell(as("open"), closed), undefined);
  assert.equal(leftToTell(as("update"), closed), undefined);
  const later = { ...sampleIncident, lastSeenUs: sampleIncident.lastSeenUs + 1 };
  const again = leftToTell(as("update", { incident: later }), closed);
  assert.deepEqual([again?.kind, again?.thread], ["open", "T"]);
});

test("who has it in hand is told once each, whatever is told between", () => {
  const heldAt = (timeUs: number): Incident => ({
    ...{ ...sampleIncident, score: 500, tactics: ["execution", "discovery"] },
    acknowledgement: { by: "ann", text: "on it", timeUs },
  });
  const held = as("acknowledge", { incident: heldAt(5) });
  const opened = told(as("open"));
  assert.equal(leftToTell(held, opened)?.kind, "acknowledge");
  const taken = told(held, opened);
  assert.equal(leftToTell(held, taken), undefined);
  // It says nothing of what happened meanwhile: that is still to be told.
  assert.deepEqual([taken.score, taken.tactics], [opened.score, opened.tactics]);
  const wider = as("update", { incident: heldAt(5), news: ["new tactic: discovery"] });
  assert.equal(leftToTell(wider, taken)?.kind, "update");
  const later = told(wider, taken);
  assert.equal(leftToTell(held, later), undefined, "told before the update");
  assert.equal(leftToTell(as("acknowledge", { incident: heldAt(9) }), later)?.kind, "acknowledge");
  assert.equal(leftToTell(held, told(as("resolve"), later)), undefined);
});

test("a notice says how many of its incident the receiver took before", () => {
  assert.equal(leftToTell(as("open"), undefined)?.toldCount, 0);
  const first = told(as("open"));
  const update = as("update", { news: ["more"] });
  assert.equal(leftToTell(update, first)?.toldCount, 1);
  assert.equal(leftToTell(as("resolve"), told(update, first))?.toldCount, 2);
  const { count: _, ...old } = first;
  assert.equal(leftToTell(update, old)?.toldCount, 0, "of a version that did not count");
});

test("a memory in a file outlives its process, and takes what another one wrote", async () => {
  const stored = new Map<string, Uint8Array>();
  const files = createMemoryFiles(stored);
  const fail = (why: string) => assert.fail(why);
  const open = () => openNoticeMemory(files, "s/told.json", fail);
  const [one, other] = [await open(), await open()];
  await Promise.all([one.save("a", told(as("open"))), one.save("b", told(as("update")))]);
  await other.save("c", told(as("resolve")));
  await one.save("d", told(as("open")));
  const later = await open();
  for (const [id, kind] of [
    ["a", "open"],
    ["b", "update"],
    ["c", "resolve"],
    ["d", "open"],
  ] as const) {
    assert.deepEqual(await later.load(id), told(as(kind)));
  }
  assert.equal(await later.load("x"), undefined);
});

test("a damaged file is told and taken for empty; entries that are none are left out", async () => {
  const good = ["a", told(as("open"))];
  const cases = [
    ["{", "it is no JSON", 0],
    ["[]", "it is none of waggle", 0],
    ['{"told":[["b",{}],1,["c",null]]}', "parts of it are not understood", 0],
    [JSON.stringify({ told: [good, ["b", { kind: 1 }]] }), "parts of it are not understood", 1],
  ] as const;
  for (const [text, wanted, count] of cases) {
    const files = createMemoryFiles(new Map([["told.json", new TextEncoder().encode(text)]]));
    const said: string[] = [];
    const memory = await openNoticeMemory(files, "told.json", (why) => void said.push(why));
    assert.deepEqual(said, [wanted]);
    assert.equal((await memory.load("a")) === undefined ? 0 : 1, count);
  }
});

test("a memory has a bound: what was told longest ago goes first", async () => {
  const memory = createNoticeMemory();
  const one = told(as("open"));
  for (let at = 0; at < 5005; at += 1) await memory.save(`i${at}`, { ...one, timeUs: at });
  assert.equal(await memory.load("i4"), undefined);
  assert.equal((await memory.load("i5"))?.timeUs, 5);
});

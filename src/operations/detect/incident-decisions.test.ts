/** Tests of `incident-decisions.ts`, `acknowledgement-news.ts` and `incident-memory.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import type { Note } from "../../ports/store.ts";
import { sampleIncident } from "../../testing/sample-incident.ts";
import { acknowledgementNews, knowAcknowledgement } from "./acknowledgement-news.ts";
import {
  closingOf,
  decisionNote,
  decisionsOf,
  type IncidentDecision,
  layOverDecisions,
} from "./incident-decisions.ts";
import {
  boundMemory,
  keepIncidentMemory,
  noMemory,
  readIncidentMemory,
} from "./incident-memory.ts";

const incident = sampleIncident();
const words = { timeUs: 5, by: "ann", text: "a drill" };
const lastUs = Math.max(...incident.signals.map(({ lastSeenUs }) => lastSeenUs));
const note = (decision: IncidentDecision, over: Partial<typeof words> = {}, one = incident) =>
  decisionNote(one, decision, { ...words, ...over });
const seen = (one: typeof incident, notes: readonly Note[]) =>
  layOverDecisions([one], decisionsOf(notes))[0] ?? assert.fail("as many as given");
const stateOf = (one: typeof incident, notes: readonly Note[]) => seen(one, notes).state;

test("what a person closed stays closed until a rule matches again", () => {
  const closed = note("closed");
  assert.equal(stateOf(incident, [closed]), "closed");
  assert.equal(stateOf({ ...incident, id: "another" }, [closed]), "open");
  // A shell that ends later is no news.
  assert.equal(stateOf({ ...incident, lastSeenUs: lastUs + 1e6 }, [closed]), "closed");
  const [first, ...others] = incident.signals;
  assert.ok(first !== undefined);
  const again = { ...incident, signals: [{ ...first, lastSeenUs: lastUs + 1 }, ...others] };
  assert.equal(stateOf(again, [closed]), "open");
  const later = note("closed", { timeUs: 6 }, again);
  assert.equal(stateOf(again, [later, closed]), "closed", "the latest word counts");
  // Of more signals than it shows the latest may be one that is not shown.
  const cut = { ...incident, omitted: ["9 of 10 signals are left out."], lastSeenUs: lastUs + 1 };
  assert.equal(stateOf(cut, [closed]), "open");
});

test("a word that was taken back, or is about something else, closes nothing", () => {
  const closed = note("closed");
  assert.equal(stateOf(incident, [{ ...closed, revokedUs: 7 }]), "open");
  assert.equal(stateOf(incident, [note("reopened")]), "open");
  assert.equal(
    stateOf(incident, [{ ...closed, about: [closed.about[0] ?? "", "closed-at:x"] }]),
    "open",
  );
  assert.equal(note("closed").id, closed.id, "the same words are the same note");
  assert.notEqual(note("closed", { text: "no drill" }).id, closed.id);
  assert.notEqual(note("acknowledged").id, closed.id);
});

test("who has it in hand is shown until it is taken back, or a person closes it", () => {
  const held = note("acknowledged", { by: "bob", text: "on it" });
  const shown = seen(incident, [held]);
  assert.deepEqual(shown.acknowledgement, { by: "bob", text: "on it", timeUs: 5 });
  assert.equal(shown.state, "open");
  const next = note("acknowledged", { by: "cyd", timeUs: 7 });
  assert.equal(seen(incident, [next, held]).acknowledgement?.by, "cyd", "the latest word counts");
  assert.equal(seen(incident, [{ ...held, revokedUs: 6 }]).acknowledgement, undefined);
  const closed = note("closed", { timeUs: 6 });
  const over = seen(incident, [held, closed]);
  assert.deepEqual([over.state, over.acknowledgement], ["closed", undefined]);
  const reopened = seen(incident, [held, { ...closed, revokedUs: 8 }]);
  assert.equal(reopened.acknowledgement?.by, "bob", "its closing was taken back");
  assert.deepEqual(seen(incident, [closed, next]).acknowledgement?.by, "cyd");
  assert.equal(closingOf(incident, decisionsOf([closed]).get(incident.id))?.id, closed.id);
});

test("people hear once that somebody has it in hand, and that nobody has", () => {
  const held = seen(incident, [note("acknowledged", { by: "bob", text: "on it" })]);
  const [first, ...others] = acknowledgementNews([incident], [held]);
  assert.deepEqual(
    [first?.kind, first?.news, others],
    ["acknowledge", ["bob has it in hand: on it"], []],
  );
  const told = knowAcknowledgement({ ...incident, score: 1 }, held);
  assert.equal(told.score, 1, "what happened meanwhile was not told");
  assert.deepEqual(acknowledgementNews([told], [held]), []);
  assert.equal(acknowledgementNews([told], [incident])[0]?.kind, "update");
  assert.deepEqual(knowAcknowledgement(told, incident), { ...incident, score: 1 });
  assert.deepEqual(acknowledgementNews([told], [{ ...incident, state: "closed" }]), []);
  const other = { ...held, acknowledgement: { by: "cyd", text: "mine", timeUs: 9 } };
  assert.equal(acknowledgementNews([told], [other])[0]?.news[0], "cyd has it in hand: mine");
});

test("what is remembered comes back short, and what is no memory is none", async () => {
  const { settings } = createMemoryStore();
  assert.deepEqual(await readIncidentMemory(settings), noMemory);
  const memory = boundMemory({ judged: [incident], told: [incident] });
  await keepIncidentMemory(settings, memory);
  const kept = await readIncidentMemory(settings);
  assert.deepEqual(kept, memory);
  assert.deepEqual([kept.judged[0]?.entries, kept.judged[0]?.timeline], [incident.entries, []]);
  assert.ok(JSON.stringify(kept.judged).length < JSON.stringify(incident).length / 2);
  for (const text of ["{}", '{"version":0,"judged":[],"told":[]}', '{"version":1,"judged":[{}]}']) {
    await settings.set("incidents", text);
    assert.deepEqual(await readIncidentMemory(settings), noMemory);
  }
});

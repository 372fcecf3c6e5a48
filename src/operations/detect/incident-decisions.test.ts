/** Tests of `incident-decisions.ts`, `people-news.ts` and `incident-memory.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import type { Note } from "../../ports/store.ts";
import { sampleIncident } from "../../testing/sample-incident.ts";
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
import { acknowledgementNews, newsForPeople, toldNow } from "./people-news.ts";

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
  // Closed by two people at once: opening it again takes back both.
  const twice = [closed, note("closed", { timeUs: 6, by: "bob" }), note("reopened", { timeUs: 7 })];
  assert.equal(stateOf(incident, twice), "open");
  assert.equal(stateOf(incident, [...twice, note("closed", { timeUs: 8 })]), "closed");
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
  const before = { ...incident, score: incident.score - 1 };
  const news = newsForPeople([before], [held]);
  assert.deepEqual(news.happened, []);
  const words = news.said.map(({ kind, news: said }) => [kind, ...said]);
  assert.deepEqual(words, [["acknowledge", "bob has it in hand: on it"]]);
  const told = toldNow([before], [held], news);
  assert.equal(told[0]?.score, before.score, "what happened meanwhile was not told");
  assert.deepEqual(newsForPeople(told, [held]), { happened: [], said: [] });
  const given = newsForPeople(told, [incident]);
  assert.equal(given.said[0]?.kind, "update");
  assert.deepEqual(toldNow(told, [incident], given), [before]);
  const { acknowledgement } = held;
  assert.deepEqual(acknowledgementNews(acknowledgement, { ...incident, state: "closed" }), []);
  const other = { ...held, acknowledgement: { by: "cyd", text: "mine", timeUs: 9 } };
  const [next] = acknowledgementNews(acknowledgement, other);
  assert.deepEqual(next?.news, ["cyd has it in hand: mine"]);
  const both = newsForPeople([], [held]);
  assert.deepEqual([both.happened[0]?.kind, both.said[0]?.kind], ["open", "acknowledge"]);
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

/** Tests of `incident-closings.ts` and `incident-memory.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import type { Note } from "../../ports/store.ts";
import { sampleIncident } from "../../testing/sample-incident.ts";
import { closeByPeople, closingNote, closingsOf, openingNote } from "./incident-closings.ts";
import {
  boundMemory,
  keepIncidentMemory,
  noMemory,
  readIncidentMemory,
} from "./incident-memory.ts";

const incident = sampleIncident();
const words = { timeUs: 5, by: "ann", text: "a drill" };
const lastUs = Math.max(...incident.signals.map(({ lastSeenUs }) => lastSeenUs));
const stateOf = (one: typeof incident, notes: readonly Note[]) =>
  closeByPeople([one], closingsOf(notes))[0]?.state;

test("what a person closed stays closed until a rule matches again", () => {
  const note = closingNote(incident, words);
  assert.equal(stateOf(incident, [note]), "closed");
  assert.equal(stateOf({ ...incident, id: "another" }, [note]), "open");
  // A shell that ends later is no news.
  assert.equal(stateOf({ ...incident, lastSeenUs: lastUs + 1e6 }, [note]), "closed");
  const [first, ...others] = incident.signals;
  assert.ok(first !== undefined);
  const again = { ...incident, signals: [{ ...first, lastSeenUs: lastUs + 1 }, ...others] };
  assert.equal(stateOf(again, [note]), "open");
  const later = closingNote(again, { ...words, timeUs: 6 });
  assert.equal(stateOf(again, [later, note]), "closed", "the latest word counts");
  // Of more signals than it shows the latest may be one that is not shown.
  const cut = { ...incident, omitted: ["9 of 10 signals are left out."], lastSeenUs: lastUs + 1 };
  assert.equal(stateOf(cut, [note]), "open");
});

test("a word that was taken back, or is about something else, closes nothing", () => {
  const note = closingNote(incident, words);
  assert.equal(stateOf(incident, [{ ...note, revokedUs: 7 }]), "open");
  assert.equal(stateOf(incident, [openingNote(incident, words)]), "open");
  assert.equal(
    stateOf(incident, [{ ...note, about: [note.about[0] ?? "", "closed-at:x"] }]),
    "open",
  );
  assert.equal(closingNote(incident, words).id, note.id, "the same words are the same note");
  assert.notEqual(closingNote(incident, { ...words, text: "no drill" }).id, note.id);
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

/** Holds when people hear of an incident again, and that its id stays. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleStartUs } from "../../../testing/sample-facts.ts";
import {
  sampleCase,
  sampleIncident,
  sampleInput,
  sampleSignal,
  webShellFacts,
} from "../../../testing/sample-incident.ts";
import { compareIncidents } from "./compare-incidents.ts";
import { identifyIncident } from "./identify-incident.ts";
import { judgeIncidents } from "./judge-incidents.ts";
import { relateIncidents } from "./relate-incidents.ts";

const incident = sampleIncident();
const kinds = (before: Parameters<typeof compareIncidents>[0], now = [incident]) =>
  compareIncidents(before, now).map(({ kind }) => kind);

test("a new incident is told, the same one again is not", () => {
  assert.deepEqual(kinds([]), ["open"]);
  assert.deepEqual(kinds([incident]), []);
  assert.deepEqual(kinds([{ ...incident, score: incident.score - 5 }]), []);
});

test("a new tactic, a graver severity or half as much score again is told", () => {
  const less = [
    { ...incident, tactics: ["execution"] },
    { ...incident, severity: "medium" },
    { ...incident, score: Math.floor(incident.score / 1.5) },
  ] as const;
  for (const before of less) assert.deepEqual(kinds([before]), ["update"]);
  const [news] = compareIncidents([less[0]], [incident]);
  assert.deepEqual(news?.news, ["New tactics: “credential-access”."]);
});

test("what closed is told once, and what goes on after that is told", () => {
  const closed = { ...incident, state: "closed" } as const;
  assert.deepEqual(kinds([incident], [closed]), ["resolve"]);
  assert.deepEqual(kinds([closed], [closed]), []);
  assert.deepEqual(kinds([], [closed]), []);
  assert.deepEqual(kinds([closed], [{ ...incident, state: "updated" }]), ["update"]);
});

test("what became part of another is resolved, and says of which", () => {
  const part = { ...incident, id: "other" };
  const news = compareIncidents([part, incident], [incident]);
  assert.deepEqual(
    news.map(({ kind }) => kind),
    ["resolve"],
  );
  assert.match(news[0]?.news[0] ?? "", new RegExp(`part of incident ${incident.id}`));
  assert.deepEqual(kinds([{ ...part, entries: ["gone"] }, incident]), ["resolve"]);
});

test("an incident keeps its id when earlier sessions join it later", () => {
  const facts = webShellFacts();
  const late = facts.signals.filter(({ entry }) => entry === "sh-2");
  const [first] = judgeIncidents(sampleInput({ ...facts, signals: late }));
  const [fresh] = judgeIncidents(sampleInput(facts));
  assert.notEqual(first?.id, fresh?.id, "without memory the first session decides");
  const previous = first === undefined ? [] : [first];
  const [joined] = judgeIncidents(sampleInput({ ...facts, previous }));
  assert.equal(joined?.id, first?.id);
  assert.deepEqual(joined?.entries, ["sh-1", "sh-2"]);
});

test("the id is that of the place and the root that acted first", () => {
  const given = sampleCase();
  assert.deepEqual(identifyIncident(given), { id: incident.id, state: "open" });
  const [first, ...rest] = given.sessions;
  const elsewhere = first === undefined ? [] : [{ ...first, container: "other" }, ...rest];
  assert.notEqual(identifyIncident({ ...given, sessions: elsewhere }).id, incident.id);
});

test("a day after the last deed it is closed; a person's closing holds until it goes on", () => {
  const dayUs = 86_400e6;
  const closed = sampleIncident({ nowUs: sampleStartUs + 2 * dayUs });
  assert.equal(closed.state, "closed");
  const byHand = { ...incident, state: "closed" } as const;
  assert.equal(sampleIncident({ previous: [byHand] }).state, "closed");
  const facts = webShellFacts();
  const more = sampleSignal({ process: "curl", entry: "sh-2", second: 90 }, { rule: "later" });
  const again = sampleIncident({ signals: [...facts.signals, more], previous: [byHand] });
  assert.equal(again.state, "updated");
});

test("incidents are related by what they name, unless everybody names it", () => {
  const many = Array.from({ length: 40 }, (_, at) => ({ ...incident, id: `i${at}` }));
  assert.equal(relateIncidents(many.slice(0, 3))[0]?.related.length, 2);
  assert.equal(relateIncidents(many)[0]?.related.length, 0);
});

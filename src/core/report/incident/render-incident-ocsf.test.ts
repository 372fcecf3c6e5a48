/** Holds what an incident must be in OCSF: valid, traced to its rules and events, safe. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { errorsOfOcsf } from "../../../testing/ocsf-fields.ts";
import { hostileFacts, sampleIncident } from "../../../testing/sample-incident.ts";
import { evidencesOf } from "./ocsf-evidence.ts";
import { ocsfAttacks, ocsfObservable } from "./ocsf-parts.ts";
import { renderIncidentOcsf } from "./render-incident-ocsf.ts";

const options = { productVersion: "1.0.0", techniqueName: (id: string) => `name of ${id}` };

test("an incident is an Incident Finding and a Detection Finding for each rule, all valid", () => {
  const events = renderIncidentOcsf(sampleIncident(), options);
  assert.deepEqual(
    events.map((event) => event["class_uid"]),
    [2005, 2004, 2004],
  );
  for (const event of events) assert.equal(errorsOfOcsf(event), "");
});

test("the check of fields finds what is wrong", () => {
  const [event = {}] = renderIncidentOcsf(sampleIncident(), options);
  assert.match(errorsOfOcsf({ ...event, made_up: 1 }), /no such field/);
  assert.match(errorsOfOcsf({ ...event, severity_id: 77 }), /not one of its numbers/);
  const { finding_info_list: _list, ...less } = event;
  assert.match(errorsOfOcsf(less), /finding_info_list: is missing/);
  assert.match(errorsOfOcsf({ ...event, time: "now" }), /no number/);
});

test("techniques carry the version of ATT&CK, and a sub-technique the one above it", () => {
  const attacks = ocsfAttacks({ techniques: ["T1059.004"], tactics: [] }, options.techniqueName);
  assert.deepEqual(attacks, [
    {
      version: "19",
      technique: { uid: "T1059", name: "name of T1059" },
      sub_technique: { uid: "T1059.004", name: "name of T1059.004" },
    },
  ]);
});

test("the author of a rule travels with its matches", () => {
  const text = JSON.stringify(renderIncidentOcsf(sampleIncident(), options));
  assert.match(text, /"rule_author","value":"waggle"/);
});

test("evidence names the process, its parent and the raw events", () => {
  const incident = sampleIncident();
  const [evidence] = evidencesOf(incident, incident.signals.slice(-1));
  const text = JSON.stringify(evidence);
  assert.match(text, /"cmd_line":"\/usr\/bin\/curl -s/);
  assert.match(text, /"parent_process":\{"pid":112/);
  assert.match(text, /"offset":13/);
});

test("hostile text stays valid, bounded and visible", () => {
  const events = renderIncidentOcsf(sampleIncident(hostileFacts()), options);
  for (const event of events) assert.equal(errorsOfOcsf(event), "");
  const text = JSON.stringify(events);
  assert.equal(/[\u202e\u200b]/.test(text), false);
  assert.equal(ocsfObservable({ type: "url", value: "x\u001b" })["value"], "x\\x1b");
});

test("one that somebody has in hand is in progress, and says by whom", () => {
  const acknowledgement = { by: "ann\u202e", text: "on it", timeUs: 1 };
  const events = renderIncidentOcsf({ ...sampleIncident(), acknowledgement }, options);
  for (const event of events) assert.equal(errorsOfOcsf(event), "");
  assert.ok(events.every((event) => event["status_id"] === 2));
  assert.deepEqual(events[0]?.["assignee"], { name: "ann\\u{202e}" });
  assert.equal(events[0]?.["comment"], "on it");
});

test("a closed incident says so", () => {
  const closed = { ...sampleIncident(), state: "closed" } as const;
  const [event] = renderIncidentOcsf(closed, options);
  assert.deepEqual([event?.["activity_id"], event?.["status_id"]], [3, 4]);
  assert.equal(event?.["type_uid"], 200503);
});

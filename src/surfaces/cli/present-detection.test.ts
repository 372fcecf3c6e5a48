/** Tests of how incidents, hunts, timelines, rules and the matrix look; hostile names included. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CaseResult } from "../../core/observe/detect/run-cases.ts";
import { hunt } from "../../operations/hunt.ts";
import { incident, incidents } from "../../operations/incidents.ts";
import { matrix } from "../../operations/matrix.ts";
import { rules } from "../../operations/rules.ts";
import { timeline } from "../../operations/timeline.ts";
import { detectionContext, recordedAttacks } from "../../testing/detection-context.ts";
import { huntPresentation } from "./present-hunt.ts";
import { incidentPresentation, incidentsPresentation } from "./present-incidents.ts";
import { matrixPresentation } from "./present-matrix.ts";
import { rulesPresentation } from "./present-rules.ts";
import { timelinePresentation } from "./present-timeline.ts";
import type { Format, Shown } from "./presentation.ts";

const viewOf = (format: Format, top = 0) => ({ format, width: 100, color: false, top });
const events = [recordedAttacks];
const context = detectionContext();
const listing = incidents.run({ events }, context);

function textOf({ document }: Shown): string {
  const isStream = typeof document === "object" && "next" in document;
  return isStream ? [...document].join("") : document.toString();
}

const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;
const hostile = "\u001b[31mred\u202e<script>alert(1)</script>";

test("incidents are a list with their ids and what was read, in each format", async () => {
  const output = await listing;
  const text = textOf(incidentsPresentation.show(output, viewOf("text", 3)));
  assert.match(text, /critical/);
  assert.ok(text.includes(output.incidents[0]?.id.slice(0, 8) ?? "?"));
  assert.match(text, /events from \d{4}-/);
  const document = JSON.parse(textOf(incidentsPresentation.show(output, viewOf("json"))));
  assert.equal(document.incidents.length, output.incidents.length);
  assert.equal(document.kind, "waggle-incidents");
  const ocsf = JSON.parse(textOf(incidentsPresentation.show(output, viewOf("ocsf"))));
  assert.ok(ocsf.some((one: { class_uid: number }) => one.class_uid === 2005));
  assert.match(textOf(incidentsPresentation.show(output, viewOf("md"))), /^# /);
});

test("one incident is told in each format, and a hostile one does no harm", async () => {
  const { incidents: all, leftOutCount: _, ...rest } = await listing;
  const [gravest] = all;
  assert.ok(gravest !== undefined);
  for (const format of incidentPresentation.formats) {
    const output = { ...rest, incident: gravest };
    const shown = incidentPresentation.show(output, viewOf(format));
    assert.ok(textOf(shown).length > 1000, format);
  }
  const told = await incident.run({ events, id: gravest.id }, context);
  const worse = { ...told.incident, headline: hostile, story: [hostile], images: [hostile] };
  const text = textOf(incidentPresentation.show({ ...rest, incident: worse }, viewOf("text")));
  assert.doesNotMatch(text, unsafe);
  const page = textOf(incidentPresentation.show({ ...rest, incident: worse }, viewOf("html")));
  assert.ok(!page.includes("<script>alert"));
});

test("a hunt names what matched, and what rules wait for", async () => {
  const output = await hunt.run({ rule: "miner", events }, context);
  const text = textOf(huntPresentation.show(output, viewOf("text")));
  assert.match(text, /match(es)? of \d+ rules? in/);
  assert.ok(text.includes(output.signals[0]?.rule ?? "?"));
  const worse = output.signals.map((signal) => ({ ...signal, because: [hostile] }));
  const shown = huntPresentation.show({ ...output, signals: worse }, viewOf("text"));
  assert.doesNotMatch(textOf(shown), unsafe);
});

test("a timeline has one line an act, with rules beside", async () => {
  const output = await timeline.run({ container: "redis", events }, context);
  const text = textOf(timelinePresentation.show(output, viewOf("text")));
  assert.match(text, /^\d\d:\d\d:\d\d\.\d{3} +exec /m);
  assert.match(text, /▲ /);
  assert.doesNotMatch(text, unsafe);
  const few = textOf(timelinePresentation.show(output, viewOf("text", 5)));
  assert.match(few, /earlier ones: --top/);
  const worse = output.lines.map((line) => ({ ...line, object: hostile }));
  const shown = timelinePresentation.show({ ...output, lines: worse }, viewOf("text"));
  assert.doesNotMatch(textOf(shown), unsafe);
});

test("rules are a table; a failed case gives the status of a condition that is met", async () => {
  const output = await rules.run({ family: "miner" }, context);
  const shown = rulesPresentation.show(output, viewOf("text"));
  assert.equal(shown.exitStatus, 0);
  assert.match(textOf(shown), /FAMILY +LEVEL +STATE/);
  const result: CaseResult = {
    ...{ rule: "r", name: hostile, path: "quiet[0]", passed: false },
    ...{ kind: "quiet", why: "It gave a signal.", signals: ["r"] },
  };
  const failed = { ...output, cases: [result], uncovered: [] };
  const red = rulesPresentation.show(failed, viewOf("text"));
  assert.equal(red.exitStatus, 10);
  assert.doesNotMatch(textOf(red), unsafe);
});

test("the matrix says what is covered, what waits and what nobody can see", async () => {
  const text = textOf(matrixPresentation.show(await matrix.run({}, context), viewOf("text")));
  for (const word of ["MS-TA9006", "not visible", "needs policy", "ATT&CK v19"]) {
    assert.ok(text.includes(word), word);
  }
});

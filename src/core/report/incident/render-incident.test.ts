/** Holds what a person at night must find in an incident, in each form of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileFacts, sampleIncident, sampleProcess } from "../../../testing/sample-incident.ts";
import { clockOf } from "../../judge/incident/clock-of.ts";
import type { Incident } from "../../judge/incident/incident.ts";
import { renderJson } from "../render-json.ts";
import { createPaint } from "../safe-text.ts";
import { widthOf } from "../text-layout.ts";
import { sayScore, saySpan } from "./describe-incident.ts";
import { severityStyles } from "./incident-page.ts";
import { processTreeLines } from "./process-tree-lines.ts";
import { renderDetails } from "./render-incident-details.ts";
import { renderIncidentHtml } from "./render-incident-html.ts";
import { incidentDocument, plainDocument } from "./render-incident-json.ts";
import { renderIncidentMarkdown } from "./render-incident-markdown.ts";
import { renderIncidentText } from "./render-incident-text.ts";
import { countSeverities, renderIncidentsText } from "./render-incidents-text.ts";

const options = { width: 100, color: false };
const textOf = (incident: Incident) => renderIncidentText(incident, options).toString();

test("the first screen says what, where, since when, how sure and what to do now", () => {
  const screen = textOf(sampleIncident()).split("\n").slice(0, 26).join("\n");
  assert.match(screen, /^HIGH {2}Access to credentials, commands run by a service in shop\/web/);
  assert.match(screen, /where +shop\/web on node node-1, image registry\.example\/web:1/);
  assert.match(screen, /when +2023-11-14 22:14:10–22:14:14 UTC/);
  assert.match(screen, /sure +high/);
  assert.match(screen, /Contain\n {2}1\. {2}Isolate pod “shop\/web-0”/);
});

test("who has it in hand is said in each form", () => {
  const timeUs = Date.UTC(2023, 10, 15) * 1000;
  const held = { ...sampleIncident(), acknowledgement: { by: "ann\n", text: "<b>", timeUs } };
  assert.match(
    textOf(held),
    /id +\w+ \(open, acknowledged by ann\S* 2023-11-15 00:00:00 UTC: <b>\)/,
  );
  const list = renderIncidentsText([held], { ...options, top: 0 }).toString();
  assert.match(list, /high confidence, open, acknowledged by ann/);
  assert.match(renderIncidentMarkdown(held), /, open, acknowledged by ann.*&lt;b/);
  assert.match(renderIncidentHtml(held), /open, acknowledged by ann.*&lt;b&gt;/);
  const document = JSON.stringify(incidentDocument([held]));
  assert.match(document, /"acknowledgement":\{"by":"ann\\n","text":"<b>","time":"2023-11-15T/);
});

test("lines fit the width, but commands stay whole", () => {
  const lines = textOf(sampleIncident()).split("\n");
  for (const line of lines.filter((one) => !one.includes("$ ")))
    assert.ok(widthOf(line) <= 100, line);
  const command = lines.find((line) => line.includes("$ kubectl -n shop label")) ?? "";
  assert.match(command, /apply -f -$/);
});

test("a command that would be cut is not shown at all", () => {
  const incident = sampleIncident();
  const long = { ...incident.actions[0], command: `rm -- ${"x".repeat(700)}` };
  const text = textOf({ ...incident, actions: [long as Incident["actions"][number]] });
  assert.doesNotMatch(text, /\$ rm/);
  assert.match(text, /its command is in --format json/);
});

test("details give the grounds: score, timeline, processes, artefacts", () => {
  const page = { incident: sampleIncident(), width: 130, paint: createPaint(false) };
  const text = renderDetails(page).flat().join("\n");
  assert.match(text, /\(50 \(signals of credential-access\) \+ 28 .* × 1\.2 \(2 tactics\) = 94/);
  assert.match(text, /22:14:13 {2}high +ran “curl/);
  assert.match(text, /! {3}└─ sh -c|! {1}└─ sh -c/);
  assert.match(text, /ip +203\.0\.113\.9/);
  assert.equal(severityStyles.high, "bold red");
});

test("a span within a day names the day once", () => {
  const incident = sampleIncident();
  assert.equal(saySpan(incident), "2023-11-14 22:14:10–22:14:14 UTC (4 s)");
  const later = { ...incident, lastSeenUs: incident.lastSeenUs + 86_400e6 };
  assert.match(saySpan(later), /–2023-11-15 22:14:14 UTC \(24 h\)$/);
  assert.match(sayScore({ ...incident, scoreParts: [], score: 0 }), /= 0$/);
});

test("a time of day that is none is shown as such", () => {
  assert.equal(clockOf(0), "--:--:--");
  assert.equal(clockOf(1_700_000_050_000_000), "22:14:10");
});

test("the tree shows each process once, parents first, even in a circle", () => {
  const make = (process: string, parent: string) => ({
    ...sampleProcess({ process, entry: "", second: 0 }, { parent }),
    signals: [],
    isEntry: false,
  });
  const lines = processTreeLines([make("a", ""), make("c", "b"), make("b", "a"), make("d", "a")]);
  assert.deepEqual(
    lines.map(({ process, branch }) => branch + process.process),
    ["a", "├─ b", "│  └─ c", "└─ d"],
  );
  assert.equal(processTreeLines([make("x", "y"), make("y", "x"), make("z", "z")]).length, 3);
});

test("a list shows the gravest, how many, and what is left out", () => {
  const incident = sampleIncident();
  const many = Array.from({ length: 30 }, () => incident);
  const text = renderIncidentsText(many, { ...options, top: 3 }).toString();
  assert.match(text, /^30 incidents: 30 high/);
  assert.match(text, /27 more incidents/);
  assert.equal(renderIncidentsText([], { ...options, top: 0 }).toString(), "No incident.");
  assert.equal(countSeverities([]), "0 incidents");
});

test("Markdown has the same parts, and commands with a pipe stay as they are", () => {
  const text = renderIncidentMarkdown(sampleIncident());
  assert.match(text, /^# HIGH: Access to credentials/);
  assert.match(text, /\n## What to do\n\n### Contain\n\n- \[ \] Isolate pod/);
  assert.match(text, /\n {6}kubectl -n shop label .* \| kubectl -n shop apply -f -\n/);
  assert.match(text, /\| 22:14:13 \| high \|/);
  assert.match(text, /## Processes \(4 processes\)/);
});

test("the document has times for people and machines, and names its inputs", () => {
  const document = incidentDocument([sampleIncident()], {
    ...plainDocument,
    inputNames: ["events.jsonl"],
    cluster: "blue",
  });
  const text = [...renderJson(document)].join("");
  const read = JSON.parse(text) as { readonly incidents: readonly Record<string, unknown>[] };
  const [incident] = read.incidents;
  assert.equal(incident?.["firstSeen"], "2023-11-14T22:14:10.000000Z");
  assert.equal("firstSeenUs" in (incident ?? {}), false);
  assert.match(text, /"input": "events\.jsonl"/);
  assert.match(text, /"schemaVersion": "1\.0\.0"/);
  assert.deepEqual(Object.keys(incidentDocument([])), Object.keys(document));
});

test("hostile text starts nothing in any form", () => {
  const incident = sampleIncident(hostileFacts());
  const forms = [
    textOf(incident),
    renderIncidentsText([incident], { ...options, top: 1 }).toString(),
    renderIncidentMarkdown(incident),
    [...renderJson(incidentDocument([incident]))].join(""),
  ];
  for (const text of forms) {
    assert.equal(/[\u0000-\u0009\u000b-\u001f\u202e\u200b]/.test(text), false);
  }
  const markdown = forms[2] ?? "";
  assert.equal(/(?<!\\)\[x\]\(/.test(markdown.replace(/`[^`\n]*`/g, "")), false, "no link");
  assert.equal(/<b>|<!channel>/.test(markdown.replace(/(`+)[^\n]*?\1/g, "")), false, "no markup");
});

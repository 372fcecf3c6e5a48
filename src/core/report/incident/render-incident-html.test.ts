/** Holds what the page of an incident must show, and that nothing in it can act. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  hostileFacts,
  sampleIncident,
  sampleProcess,
  sampleSignal,
} from "../../../testing/sample-incident.ts";
import { drawIncidentTimeline, levelColors } from "./draw-incident-timeline.ts";
import { drawProcessTree } from "./draw-process-tree.ts";
import { renderIncidentHtml } from "./render-incident-html.ts";

test("the page says what, where, what to do, and draws both pictures", () => {
  const page = renderIncidentHtml(sampleIncident());
  assert.match(page, /<h1 id="now-title">Access to credentials, commands run by a service/);
  assert.match(
    page,
    /<strong>Isolate pod “shop\/web-0” by a network policy; what other policies allow/,
  );
  assert.match(page, /<code>kubectl -n shop label pod web-0 .* apply -f -<\/code>/);
  assert.equal(page.match(/<svg /g)?.length, 2);
  assert.match(page, /<td data-label="time">22:14:13<\/td>/);
});

test("nothing loads, nothing runs, whatever the telemetry says", () => {
  for (const incident of [sampleIncident(), sampleIncident(hostileFacts())]) {
    const page = renderIncidentHtml(incident);
    assert.match(page, /default-src &#39;none&#39;/);
    assert.equal(/<script|<b>|<!channel>|javascript:| on\w+=|style="/i.test(page), false);
    assert.equal(/(?:src|href)="(?!#|data:,")/.test(page), false);
    assert.equal(/[\u0000-\u0009\u000b-\u001f\u202e\u200b]/.test(page), false);
  }
});

test("tags are closed in order", () => {
  const page = renderIncidentHtml(sampleIncident(hostileFacts())).replace(
    /<style>[\s\S]*<\/style>/,
    "",
  );
  const open: string[] = [];
  for (const [, end, name = "", alone] of page.matchAll(/<(\/?)([a-z]\w*)[^>]*?(\/?)>/g)) {
    if (alone === "/" || /^(meta|link|br)$/.test(name)) continue;
    if (end === "") open.push(name);
    else assert.equal(open.pop(), name);
  }
  assert.deepEqual(open, []);
});

test("lanes are bounded, and those that rules speak of stay", () => {
  const signal = sampleSignal({ process: "p99", entry: "p0", second: 5 });
  const processes = Array.from({ length: 100 }, (_, at) =>
    sampleProcess({ process: `p${at}`, entry: "p0", second: at }, { arguments: `job ${at}` }),
  );
  const incident = sampleIncident({ signals: [signal], processes, steps: [] });
  const drawing = drawIncidentTimeline(incident).toString();
  assert.equal(drawing.match(/<rect /g)?.length, 40);
  assert.match(drawing, /job 99/);
  assert.equal(
    drawProcessTree(incident)
      .toString()
      .match(/<rect /g)?.length,
    100,
  );
  assert.equal(levelColors.high, "var(--now)");
});

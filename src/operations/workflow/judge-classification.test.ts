/**
 * Tests of `judge-classification.ts` and `sense-connections.ts`: what an agent step says stands on
 * events, and says so.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActLine } from "../../core/observe/detect/record-acts.ts";
import { hostileFacts, sampleCitation, sampleIncident } from "../../testing/sample-incident.ts";
import { createNoticeMemory } from "../notify/notice-memory.ts";
import type { EventCitation } from "./cite-event.ts";
import { classifyIncidents } from "./classify-incidents.ts";
import { type ClassifyMaterial, judgeClassification } from "./judge-classification.ts";
import { gatherProcesses } from "./sense-connections.ts";
import type { SeenActs } from "./sight.ts";
import { bindUse } from "./step-uses.ts";

function materialOf(over: Partial<ClassifyMaterial["seen"]> = {}): ClassifyMaterial {
  const seen = {
    ...{ incidents: [sampleIncident()], inputNames: ["events.jsonl"], eventCount: 100 },
    ...{ signalCount: 3, waitingRuleCount: 0, gaps: [], from: null, to: null },
    ...over,
  };
  return { seen, history: null, connections: null };
}

const isCited = (citations: readonly EventCitation[]) =>
  citations.length > 0 && citations.every(({ input }) => input === "events.jsonl");

test("an incident is told in KAI's fields, and each of them is cited", () => {
  const judged = judgeClassification(materialOf());
  assert.equal(judged.verdict, "incident");
  assert.equal(judged.by, "rules");
  assert.ok(judged.evidence.length >= 3);
  for (const { text, citations } of judged.evidence) assert.ok(isCited(citations), text);
  for (const { text, citations } of judged.actions) assert.ok(isCited(citations), text);
  for (const citations of Object.values(judged.citations)) assert.ok(isCited(citations));
  assert.match(judged.root_cause, /php-fpm|service/i);
  assert.match(judged.affected_component, /shop\//);
  assert.match(judged.recommended_action, /^Contain: .*, because .* Preserve evidence: /);
  assert.deepEqual(judged.story, sampleIncident().story);
  assert.match(`${judged.first_seen} ${judged.last_seen}`, /^2023-11-14T\S+Z 2023-11-14T\S+Z$/);
  const times = judged.evidence.map(({ time }) => time ?? "");
  assert.deepEqual(times, times.toSorted());
});

test("a statement without an event behind it is left out, and counted", () => {
  const incident = sampleIncident();
  const signals = incident.signals.map((one, at) => (at === 0 ? { ...one, citations: [] } : one));
  const judged = judgeClassification(materialOf({ incidents: [{ ...incident, signals }] }));
  const before = judgeClassification(materialOf());
  assert.equal(judged.evidence.length, before.evidence.length - 1);
  assert.equal(judged.uncitedCount, before.uncitedCount + 1);
});

test("rules that matched one event are one item, and a script above has no history here", () => {
  const incident = sampleIncident();
  const [signal] = incident.signals;
  assert.ok(signal !== undefined);
  const again = { ...signal, rule: "another", title: "Another rule", level: "low" } as const;
  const twice = { ...incident, signals: [...incident.signals, again] };
  const judged = judgeClassification(materialOf({ incidents: [twice] }));
  const before = judgeClassification(materialOf({ incidents: [incident] }));
  assert.equal(judged.evidence.length, before.evidence.length);
  assert.ok(judged.evidence.some(({ text }) => text === `${signal.title}; Another rule`));
  const own = incident.processes.find(({ entry }) => incident.entries.includes(entry));
  const line = { time: null, kind: "exec", pid: 1, binary: "/bin/x", object: "x" } as const;
  const historyOf = (execId: string, entry: string) => {
    const processes = incident.processes.map((one) => ({ ...one, entry }));
    const citation = { input: "events.jsonl", offset: 1, time: null, execId };
    const lines = [{ ...line, execId, citation }] as never;
    const material = materialOf({ incidents: [{ ...incident, processes }] });
    const { evidence } = judgeClassification({ ...material, history: { lines, omittedCount: 0 } });
    return evidence.some(({ text }) => text.startsWith("In all"));
  };
  assert.ok(own !== undefined && historyOf(own.process, own.entry));
  assert.equal(historyOf(own.process, "a script that started others too"), false);
});

test("silence is worth as much as what could be seen", () => {
  const quiet = (over: Partial<ClassifyMaterial["seen"]>) => {
    const { verdict, confidence } = judgeClassification(materialOf({ incidents: [], ...over }));
    return `${verdict} ${confidence}`;
  };
  assert.equal(quiet({}), "no-incident high");
  assert.equal(quiet({ waitingRuleCount: 3 }), "no-incident medium");
  assert.equal(quiet({ gaps: ["a gap of 3 minutes"] }), "no-incident low");
  assert.equal(quiet({ eventCount: 0 }), "no-incident low");
});

const world = {
  ...{ context: undefined as never, sight: undefined as never, state: "" },
  ...{ told: createNoticeMemory(), dryRun: true, startedUs: 0 },
};

test("what is no incident is refused before anybody judges it", async () => {
  const use = bindUse(classifyIncidents);
  const { seen } = materialOf();
  const whole = JSON.parse(JSON.stringify({ incidents: seen, history: null, connections: null }));
  assert.equal(((await use.run(whole, world)) as { verdict: string }).verdict, "incident");
  await assert.rejects(use.run({ ...whole, agent: "oracle" }, world), /with\.agent/);
  const [incident] = whole.incidents.incidents;
  incident.signals[0].citations = "none";
  const told = /with\.incidents\.incidents\.0\.signals\.0\.citations/;
  await assert.rejects(use.run(whole, world), told);
});

test("hostile text stays text, whole and apart from what code says", () => {
  const incident = sampleIncident(hostileFacts());
  const { confidence, verdict, evidence } = judgeClassification(
    materialOf({ incidents: [incident] }),
  );
  assert.deepEqual([verdict, confidence], ["incident", incident.confidence]);
  assert.ok(evidence.every(({ citations }) => isCited(citations)));
});

function line(kind: ActLine["kind"], object: string, over: Partial<ActLine> = {}): ActLine {
  return {
    ...{ timeUs: 1e15, lastUs: 1e15, kind, container: "c", process: "p", pid: 7, uid: 0 },
    ...{ binary: "/bin/app", actor: "service", object, detail: "", count: 1, bytes: 0 },
    citation: sampleCitation("p", 1),
    ...over,
  };
}

function trafficOf(...lines: readonly ActLine[]) {
  const seen: SeenActs = {
    ...{ lines, omittedCount: 0, containers: [], inputNames: ["events.jsonl"] },
    ...{ fromUs: 0, toUs: 0, eventCount: 0 },
  };
  return gatherProcesses(seen, () => true);
}

test("connections, failures and bytes belong to a process and a far end", () => {
  const [process] = trafficOf(
    line("connect", "203.0.113.7:443", { count: 3 }),
    line("connect", "203.0.113.7:443", { detail: "failed", count: 2 }),
    line("send", "203.0.113.7:443", { bytes: 100 }),
    line("receive", "203.0.113.7:443", { bytes: 7 }),
    line("accept", "10.0.0.9:8080"),
    line("send", "10.0.0.9:51234", { bytes: 5 }),
    line("send", "10.0.0.9:51299", { bytes: 6 }),
    line("listen", "[::]:8080"),
    line("read", "/etc/passwd"),
  );
  const told = process?.peers.map(
    (one) =>
      `${one.direction} ${one.address} ${one.port}: ${one.connectionCount}/${one.failedCount} ` +
      `${one.sentBytes}/${one.receivedBytes}`,
  );
  assert.deepEqual(told, [
    "outbound 203.0.113.7 443: 3/2 100/7",
    "inbound 10.0.0.9 8080: 1/0 11/0",
    "listening  8080: 0/0 0/0",
  ]);
  assert.deepEqual([process?.sentBytes, process?.failedCount], [111, 2]);
});

test("processes of two containers that look alike are kept apart", () => {
  const found = trafficOf(
    line("connect", "10.0.0.1:80", { process: "a" }),
    line("connect", "10.0.0.1:80", { process: "b" }),
  );
  assert.deepEqual(found.map(({ execId }) => execId).toSorted(), ["a", "b"]);
});

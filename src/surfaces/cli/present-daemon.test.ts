/** Tests of how the end of a daemon, its state and a kept report look; hostile names included. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../operations/config.ts";
import { resolveRun } from "../../operations/live/run-settings.ts";
import type { DaemonStatus } from "../../operations/live/status-pages.ts";
import { readInput } from "../../operations/operation.ts";
import { run } from "../../operations/run.ts";
import { fillFromEnvironment } from "./environment-options.ts";
import { recordPresentation } from "./present-record.ts";
import { runPresentation } from "./present-run.ts";
import { statusPresentation } from "./present-status.ts";
import type { Format, Shown } from "./presentation.ts";

const hostile = "\u001b[2Jname\u202e\nall is well";
const viewOf = (format: Format) => ({ format, width: 100, color: false, top: 0 });

function textOf({ document }: Shown): string {
  const isStream = typeof document === "object" && "next" in document;
  return isStream ? [...document].join("") : document.toString();
}

function checkSafe(text: string): void {
  assert.doesNotMatch(text, /[\u001b\u202e]/);
  assert.doesNotMatch(text, /^all is well$/m, "no name begins a line of ours");
}

const daemon: DaemonStatus = {
  ...{ startedUs: 1_767_225_600_000_000, nowUs: 1_767_225_700_000_000, eventCount: 12_345 },
  ...{ latestEventUs: 1_767_225_690_000_000, openFactCount: 7, writtenFactCount: 9 },
  ...{ storeBytes: 4096, reportCount: 2 },
  sources: [
    {
      ...{ name: hostile, state: "waiting", detail: hostile, eventCount: 3, latestEventUs: 0 },
      ...{ waitingCount: 0, lostCount: 4, reconnectCount: 5 },
    },
  ],
  parts: [
    { part: "store", ok: true, detail: "", sinceUs: 1 },
    { part: `source ${hostile}`, ok: false, detail: hostile, sinceUs: 1_767_225_600_000_000 },
  ],
  leftOut: [
    { reason: "place-workloads", count: 2 },
    { reason: "place-facts", count: 1 },
    { reason: "place-replicas", count: 7 },
    { reason: "of-a-later-version", count: 7 },
  ],
  forgotten: [
    { kind: "facts", count: 0 },
    { kind: "findings", count: 1200 },
  ],
  openIncidents: [{ severity: "high", count: 2 }],
  routes: [{ name: "on-call", sent: 3, waiting: 1, dead: 0 }],
};

test("what does not work is said first, then told with why and since when", () => {
  const text = textOf(statusPresentation.show({ daemon, state: null }, viewOf("text")));
  checkSafe(text);
  assert.match(text, /^1 part does not work\n/);
  assert.match(text, /events {9}12,345, latest 10 s ago/);
  assert.match(text, /4 lost, 5 reconnects/);
  assert.match(text, /^forgotten {6}1,200 findings since the start$/m);
  const leftOut = "2 workloads with signals, 1 fact of what containers are: bounds were met";
  assert.ok(text.includes(`left out       ${leftOut}\n`), text);
  assert.match(text, /^incidents {6}open: 2 high\n {2}route on-call {2}3 told, 1 wait, 0 dead$/m);
  assert.match(text, /^fails source .* since 2026-01-01T00:00:00/m);
  const well = { ...daemon, parts: [], latestEventUs: 0 };
  const good = textOf(statusPresentation.show({ daemon: well, state: null }, viewOf("text")));
  assert.match(good, /^all is well\n/);
  assert.match(good, /latest none yet/);
});

test("a directory tells its events, rows and its latest report", () => {
  const state = {
    ...{ directory: hostile, fromUs: 0, toUs: 0, eventCount: 0, sizeBytes: 2048 },
    ...{ rowCounts: { open: 3, settled: 4 }, lossCount: 1, containerCount: 2, latestReportUs: 0 },
    forgotten: {
      ...{ findingsBeforeUs: 0, reportsBeforeUs: 0 },
      counts: { findings: 0, changes: 0, notes: 0, reports: 0 },
    },
  };
  const text = textOf(statusPresentation.show({ daemon: null, state }, viewOf("text")));
  checkSafe(text);
  assert.match(text, /events {9}0 from never to never/);
  assert.match(text, /rows {11}3 open, 4 settled/);
  assert.match(text, /latest report {2}none yet/);
  assert.doesNotMatch(text, /forgotten/);
  const counts = { findings: 2, changes: 5, notes: 0, reports: 1 };
  const less = { ...state.forgotten, findingsBeforeUs: 1_767_225_600_000_000, counts };
  const told = { daemon: null, state: { ...state, forgotten: less } };
  assert.match(
    textOf(statusPresentation.show(told, viewOf("text"))),
    /^forgotten {6}2 findings, 5 changes, 1 report so far; findings .* before 2026-01-01 /m,
  );
  const json = textOf(statusPresentation.show({ daemon: null, state }, viewOf("json")));
  assert.deepEqual(JSON.parse(json).state, state);
});

test("a kept report tells its sinks, and which of them failed", () => {
  const output = {
    ...{ id: "r-1", time: "2026-01-01T00:00:00Z", findingCount: 1200, changes: [] },
    previousLost: hostile,
    deliveries: [
      { sink: "reports/", error: "" },
      { sink: hostile, error: hostile },
    ],
  };
  const text = textOf(recordPresentation.show(output, viewOf("text")));
  checkSafe(text);
  assert.match(text, /findings {2}1,200, 0 changes/);
  assert.match(text, /^sent to {3}reports\/$/m);
  assert.match(text, /^failed {4}/m);
  const json = textOf(recordPresentation.show(output, viewOf("json")));
  assert.deepEqual(JSON.parse(json), output);
});

test("the end of a daemon says how long and how much, and what to do next", () => {
  const output = {
    state: hostile,
    eventCount: 5,
    writtenFactCount: 4,
    reportCount: 3,
    seconds: 61.6,
  };
  const text = textOf(runPresentation.show(output, viewOf("text")));
  checkSafe(text);
  assert.match(text, /^ran for {6}62 s\n/);
  assert.match(text, /next: waggle report --state /);
  assert.deepEqual(JSON.parse(textOf(runPresentation.show(output, viewOf("json")))), output);
});

test("each option of run that takes a text says what stands for it", () => {
  const named = new Set(Object.keys(runPresentation.metavars));
  const unknown = [...named].filter((key) => !(key in run.input.shape));
  assert.deepEqual(unknown, []);
});

test("what was typed stands before the environment, and that before the configuration", () => {
  const text = "run: {name: config, settle: 3s, schedule: 3h, follow: [c]}";
  const settings = { file: "w.yaml", config: readConfig(text, "w.yaml") };
  const environment = {
    WAGGLE_NAME: "environment",
    WAGGLE_SETTLE: "2s",
    WAGGLE_SCAN_SOURCE: "docker",
  };
  const raw = fillFromEnvironment({ name: "typed" }, run.input, environment);
  const { name, settleUs, scheduleUs, follow, scanSources } = resolveRun(
    readInput(run, raw),
    settings,
  );
  assert.deepEqual([name, settleUs, scheduleUs], ["typed", 2e6, 3 * 3600e6]);
  assert.deepEqual([follow, scanSources], [["c"], ["docker"]]);
});

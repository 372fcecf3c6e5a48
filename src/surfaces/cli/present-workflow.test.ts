/**
 * Tests of `present-workflow.ts` and `render-run.ts`: statuses that scripts rely on, and that
 * nothing of telemetry reaches a terminal raw. The last one asks a real daemon's state.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createNodeFiles } from "../../adapters/files/node-files.ts";
import { judgeClassification } from "../../operations/workflow/judge-classification.ts";
import type { IncidentsSeen } from "../../operations/workflow/sense-incidents.ts";
import type { StepRun, WorkflowRun } from "../../operations/workflow/workflow-run.ts";
import { startDaemon } from "../../testing/daemon-process.ts";
import { recordedAttacks } from "../../testing/detection-context.ts";
import { hostileFacts, hostileText, sampleIncident } from "../../testing/sample-incident.ts";
import { runWorkflowPresentation, workflowPresentation } from "./present-workflow.ts";
import { renderRun } from "./render-run.ts";
import { renderRuns } from "./render-workflows.ts";

const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "waggle-flow-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const view = { format: "text", width: 100, color: false, top: 0 } as const;

const succeeded: StepRun = {
  ...{ id: "find", uses: "waggle.incidents", type: "sensor", status: "succeeded", startedAt: null },
  ...{ endedAt: null, tryCount: 1, withSha256: "", output: null, outputSha256: "" },
  ...{ summary: "", error: null, because: "", tolerated: false },
};

function runOf(steps: readonly StepRun[], over: Partial<WorkflowRun> = {}): WorkflowRun {
  return {
    ...{
      kind: "waggle-workflow-run",
      schemaVersion: "1.0.0",
      id: "x",
      trigger: { kind: "command" },
    },
    workflow: { name: "security_forensics", source: "w.yaml", sha256: "", text: "" },
    ...{ sources: {}, dryRun: false, inputs: {}, startedAt: null, endedAt: null, outputs: {} },
    ...{ status: "succeeded", found: false, notes: [], steps },
    ...over,
  };
}

test("the status says: nothing, something was found, or what failed", () => {
  const statusOf = (run: WorkflowRun) =>
    runWorkflowPresentation.show({ run, recordFile: "", problems: [] }, view).exitStatus;
  const failed = (code: NonNullable<StepRun["error"]>["code"]): StepRun => ({
    ...{ ...succeeded, status: "failed" },
    error: { code, message: "no." },
  });
  assert.equal(statusOf(runOf([succeeded])), 0);
  assert.equal(statusOf(runOf([succeeded], { found: true })), 10);
  assert.equal(statusOf(runOf([succeeded], { found: true, trigger: { kind: "incident" } })), 0);
  const broken = { status: "failed", found: true } as const;
  assert.equal(statusOf(runOf([failed("file-not-found")], broken)), 3);
  assert.equal(statusOf(runOf([failed("workflow-failed")], broken)), 9);
  const run = runOf([succeeded]);
  const replayed = (differences: readonly { step: string; what: string }[]) =>
    workflowPresentation.show({ action: "replay", run, differences }, view);
  assert.equal(replayed([]).exitStatus, 0);
  assert.match(String(replayed([]).document), /The same result/);
  assert.equal(replayed([{ step: "a", what: "another output" }]).exitStatus, 9);
});

test("hostile text of telemetry is shown, and moves nothing", () => {
  const seen = {
    ...{ incidents: [sampleIncident(hostileFacts())], inputNames: [hostileText], gaps: [] },
    ...{ eventCount: 1, signalCount: 1, waitingRuleCount: 0, from: null, to: null },
  };
  const output = judgeClassification({ seen, history: null, connections: null });
  const steps = [{ ...succeeded, uses: "classify", output, summary: hostileText }];
  const shown = String(renderRun(runOf(steps, { notes: [hostileText] }), hostileText, view));
  assert.ok(!shown.includes("\u001b") && !shown.includes("\u202e") && !shown.includes("\u200b"));
  assert.match(shown, /CRITICAL|HIGH|MEDIUM/);
  assert.match(shown, /\\x1b/);
});

test("runs of before are listed with whole ids", () => {
  const one = { file: "f", sizeBytes: 1, workflow: "w", startedAt: null, found: true } as const;
  const id = "20260101000000000-security_forensics-0123abcd";
  const shown = renderRuns({ action: "runs", runs: [{ ...one, id, status: "succeeded" }] }, view);
  assert.match(String(shown), new RegExp(`${id} +succeeded, found`));
});

function waggle(...words: readonly string[]) {
  return spawnSync(process.execPath, [main, ...words], { encoding: "utf8", cwd: folder });
}

test("a wrong workflow is told with its place, and ends with status 2", () => {
  const file = join(folder, "wrong.yaml");
  writeFileSync(file, "name: wrong\nsteps: []\n");
  const done = waggle("workflow", "validate", file);
  assert.equal(done.status, 2, done.stderr);
  assert.match(done.stdout, /wrong\.yaml:2:1: steps: /);
  const run = waggle("run-workflow", file, "--events", recordedAttacks);
  assert.equal(run.status, 2);
  assert.match(run.stderr, /wrong\.yaml:2:1/);
});

test("over the state of a daemon: its archive, a record, and a replay", async () => {
  const file = await createNodeFiles().open(recordedAttacks);
  const parts: Uint8Array[] = [];
  for await (const chunk of file.chunks) parts.push(chunk.slice());
  const lines = Buffer.concat(parts).toString().trimEnd().split("\n").slice(-600);
  const events = join(folder, "events.jsonl");
  writeFileSync(events, `${lines.join("\n")}\n`);
  const state = join(folder, "state");
  const daemon = startDaemon(["--follow", events, "--state", state, "--scan", "off"]);
  await daemon.until(({ eventCount }) => eventCount >= lines.length);
  assert.equal(await daemon.end(), 0, daemon.said());
  const words = ["--state", state, "--format", "json"];
  const done = waggle("workflow", "run", "flow.security_forensics", ...words);
  assert.equal(done.status, 10, done.stderr);
  const run: WorkflowRun = JSON.parse(done.stdout);
  const [incidents, history, connections] = run.steps;
  const seen = incidents?.output as Pick<IncidentsSeen, "incidents" | "inputNames">;
  assert.ok(seen.incidents.length >= 3);
  const told = history?.output as { lines: readonly { citation: { input: string } }[] };
  assert.ok(told.lines.length > 200, history?.error?.message);
  assert.ok(told.lines.every(({ citation }) => seen.inputNames.includes(citation.input)));
  assert.equal(connections?.status, "succeeded");
  assert.ok(readdirSync(state).includes(`workflow-run-${run.id}.json`));
  assert.match(waggle("workflow", "runs", "--state", state).stdout, new RegExp(run.id));
  const replayed = waggle("workflow", "replay", run.id, "--state", state);
  assert.equal(replayed.status, 0, replayed.stdout);
  assert.match(replayed.stdout, /The same result/);
});

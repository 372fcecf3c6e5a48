/**
 * Tests of `run-workflow.ts`, `workflow.ts` and what runs behind them, on recorded attacks: real
 * files, a real receiver of notices.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "../adapters/clock/system-clock.ts";
import { MemoryLog } from "../adapters/log/memory-log.ts";
import { createLetterFile } from "../adapters/notify/letter-file.ts";
import { openNotifier } from "../adapters/notify/open-notifier.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { detectionContext, recordedAttacks } from "../testing/detection-context.ts";
import { labOptions } from "../testing/notifier-lab.ts";
import { type NotifyServer, serveVendor, webhookVendor } from "../testing/notify-servers.ts";
import type { OperationContext } from "./operation.ts";
import { readInput } from "./operation.ts";
import { runWorkflowOperation } from "./run-workflow.ts";
import type { EventCitation } from "./workflow/cite-event.ts";
import type { ClassifyOutput } from "./workflow/classification.ts";
import type { WorkflowRun } from "./workflow/workflow-run.ts";
import { workflow } from "./workflow.ts";

const workflows = fileURLToPath(new URL("../../workflows", import.meta.url));
const quiet = fileURLToPath(new URL("../../fixtures/cli/events.jsonl.gz", import.meta.url));
/** **Unit**: lines; the last attacks of the recording. */
const sliceLength = 600;

const bytes = await recordedBytes();
const folder = mkdtempSync(join(tmpdir(), "waggle-workflow-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const slice = join(folder, "slice.jsonl");
writeFileSync(slice, bytes.toString().trimEnd().split("\n").slice(-sliceLength).join("\n"));
const events = [slice];

function contextOf(config: object = {}): OperationContext {
  const base = detectionContext();
  const services = {
    ...base.outside.services,
    clock: systemClock,
    log: async () => new MemoryLog(),
    notify: async () => ({
      open: (target: Parameters<typeof openNotifier>[0]) => openNotifier(target, labOptions()),
      deadLetters: createLetterFile,
      random: () => 0,
    }),
  };
  const shipped = { ...base.outside.shipped, workflows };
  return {
    ...base,
    settings: { file: "", config },
    outside: { ...base.outside, shipped, services },
  };
}

async function receiver(test_: TestContext, status?: number): Promise<NotifyServer> {
  const vendor = webhookVendor("", Date.now, (body) => ("incident" in body ? "" : "no incident"));
  const server = await serveVendor(
    status === undefined
      ? vendor
      : { ...vendor, check: () => "no", refuse: () => ({ status, body: "" }) },
  );
  test_.after(() => server.close());
  return server;
}

const routesAt = ({ origin }: NotifyServer) => ({
  notify: [
    {
      name: "soc",
      kind: "webhook",
      url: `${origin}/hook`,
      insecure: true,
      "min-severity": "critical",
    },
  ],
});

async function run(raw: Readonly<Record<string, unknown>>, context = contextOf()) {
  const given = readInput(runWorkflowOperation, { name: "security_forensics", events, ...raw });
  return runWorkflowOperation.run(given, context);
}

const stepOf = ({ steps }: WorkflowRun, id: string) => {
  const found = steps.find((one) => one.id === id);
  assert.ok(found !== undefined, id);
  return found;
};

const judged = (made: WorkflowRun) => stepOf(made, "classify").output as ClassifyOutput;

/** Bytes of the recording, decompressed: what offsets point into. */
async function recordedBytes(): Promise<Buffer> {
  const file = await contextOf().files.open(recordedAttacks);
  const parts: Uint8Array[] = [];
  for await (const chunk of file.chunks) parts.push(chunk.slice());
  return Buffer.concat(parts);
}

test("security_forensics tells attacks, and each statement leads to a raw event", async () => {
  const { run: made, recordFile } = await run({ events: [recordedAttacks] });
  assert.equal(made.status, "succeeded", JSON.stringify(made.steps.map(({ error }) => error)));
  assert.equal(made.found, true);
  assert.equal(recordFile, "", "nobody asked to keep it");
  const { verdict, incidents } = judged(made);
  assert.equal(verdict, "incident");
  assert.ok(incidents.length > 10);
  const check = ({ input, offset, execId }: EventCitation, text: string) => {
    assert.equal(input, recordedAttacks, text);
    const line = bytes.subarray(offset, bytes.indexOf("\n", offset)).toString();
    assert.ok(line.startsWith("{") && line.includes(execId), text);
  };
  for (const { evidence, actions, citations, headline } of incidents) {
    assert.ok(evidence.length > 0, headline);
    for (const one of [...evidence, ...actions]) {
      assert.ok(one.citations.length > 0, one.text);
      for (const citation of one.citations) check(citation, one.text);
    }
    for (const citation of Object.values(citations).flat()) check(citation, headline);
  }
  assert.ok(
    incidents.some(({ evidence }) => evidence.some(({ text }) => / talked to /.test(text))),
  );
});

test("ordinary work finds nothing, and says how sure that is", async () => {
  const { run: made } = await run({ events: [quiet] });
  assert.equal(made.found, false);
  assert.equal(judged(made).verdict, "no-incident");
  assert.equal(stepOf(made, "alert").status, "skipped");
});

test("since and other inputs reach the sensors; what is none is refused", async () => {
  const { run: made } = await run({ since: "1ms", input: ["min-severity=critical"] });
  assert.equal(made.inputs["since"], "1ms");
  const all = await run({ dryRun: true });
  const count = (one: WorkflowRun) => judged(one).incidents.length;
  assert.ok(count(made) < count(all.run));
  const refusals: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
    [{ input: ["sinse=1h"] }, /no input "sinse": did you mean since/],
    [{ input: ["since"] }, /key=value/],
    [{ input: ["min-severity=grave"] }, /expected one of informational/],
    [{ name: "vulnerability_triage", since: "1h" }, /no input "since"/],
    [{ trigger: "webhook" }, /not started by webhook, but by command, manual, incident/],
    [{ name: "forensics" }, /No workflow is called/],
  ];
  for (const [raw, told] of refusals) await assert.rejects(run(raw), told);
});

test("a source that is not there fails the sensors, and nobody is alarmed", async () => {
  const { run: made } = await run({ events: ["gone.jsonl"] });
  assert.equal(made.status, "failed");
  assert.equal(made.found, null);
  assert.equal(stepOf(made, "incidents").error?.code, "file-not-found");
  assert.deepEqual(
    [stepOf(made, "classify").because, stepOf(made, "alert").because],
    ["incidents failed", "incidents failed"],
  );
});

test("people are told by routes of the configuration; a dry run tells nobody", async (test_) => {
  const server = await receiver(test_);
  const context = contextOf(routesAt(server));
  const dry = await run({ dryRun: true }, context);
  const shown = stepOf(dry.run, "alert").output as { routes: { previews: unknown[] }[] };
  const critical = judged(dry.run).incidents.filter(({ severity }) => severity === "critical");
  assert.equal(shown.routes[0]?.previews.length, critical.length);
  assert.equal(server.accepted.length, 0);
  const { run: made } = await run({}, context);
  assert.equal(server.accepted.length, critical.length);
  assert.match(stepOf(made, "alert").summary, /soc was sent/);
  const file = join(folder, "report.md");
  await run({ dryRun: true, input: [`report=${file}`] }, context);
  assert.throws(() => readFileSync(file), "a dry run writes nothing");
  await run({ input: [`report=${file}`, "routes=soc", "min-severity=critical"] }, context);
  assert.match(readFileSync(file, "utf8"), /^# /);
});

test("a receiver that refuses, and a route that is not there, fail the step", async (test_) => {
  const server = await receiver(test_, 400);
  const { run: made } = await run({}, contextOf(routesAt(server)));
  assert.equal(made.status, "failed");
  assert.equal(made.found, true, "what was found is known all the same");
  assert.match(stepOf(made, "alert").error?.message ?? "", /Not everybody was told: soc: /);
  const other = await run({ input: ["routes=nobody"] }, contextOf(routesAt(server)));
  assert.match(stepOf(other.run, "alert").error?.message ?? "", /No route is called "nobody"/);
});

test("a recorded run gives the same result again, and an edited one does not", async (test_) => {
  const server = await receiver(test_);
  const context = contextOf(routesAt(server));
  const out = join(folder, "run.json");
  await run({ out }, context);
  const sentCount = server.accepted.length;
  const replay = async () => {
    const made = await workflow.run({ action: "replay", name: out }, context);
    assert.ok(made.action === "replay");
    return made;
  };
  const same = await replay();
  assert.deepEqual(same.differences, []);
  assert.equal(server.accepted.length, sentCount, "a replay tells nobody");
  const record = JSON.parse(readFileSync(out, "utf8"));
  record.steps[0].output.incidents.pop();
  writeFileSync(out, JSON.stringify(record));
  const told = (await replay()).differences.map(({ step, what }) => `${step}: ${what}`);
  assert.ok(
    told.some((one) => /^incidents: .*edited/.test(one)),
    told.join("; "),
  );
  assert.ok(told.some((one) => /^classify: /.test(one)));
  assert.ok(told.some((one) => /^alert: .*asked for something else/.test(one)));
  writeFileSync(out, "{}");
  await assert.rejects(
    replay(),
    (error) => error instanceof WaggleError && /not the record/.test(error.message),
  );
});

test("list, show and validate tell what there is and what is wrong", async () => {
  const context = contextOf();
  const listed = await workflow.run({ action: "list" }, context);
  assert.ok(listed.action === "list");
  assert.equal(listed.workflows.length, 3);
  assert.ok(listed.uses.every(({ keys }) => Object.values(keys).every((says) => says !== "")));
  const shown = await workflow.run({ action: "show", name: "flow.security_watchdog" }, context);
  assert.ok(shown.action === "show");
  assert.deepEqual(shown.workflow.triggers, ["command", "incident", "schedule"]);
  const file = join(folder, "mine.yaml");
  writeFileSync(file, "name: mine\n");
  const checked = await workflow.run({ action: "validate", name: file }, context);
  assert.ok(checked.action === "validate");
  assert.ok(checked.problems.every(({ message }) => message.startsWith(`${file}:1:1: `)));
  await assert.rejects(workflow.run({ action: "show" }, context), /Which workflow/);
});

test("vulnerability_triage writes findings and a plan", async () => {
  const fixture = (name: string) =>
    fileURLToPath(new URL(`../../fixtures/cli/${name}`, import.meta.url));
  const { run: made } = await run({
    name: "vulnerability_triage",
    ...{ events: [quiet], sbom: [fixture("redis.syft.json.gz")] },
    ...{ vulns: [fixture("redis.grype.json.gz")], policies: [fixture("20-file-open.yaml")] },
    input: [`plan=${folder}/plan.md`, `data=${folder}/data.json`, "decision=next-upgrade"],
  });
  assert.equal(made.status, "succeeded");
  assert.equal(made.found, null);
  assert.match(readFileSync(`${folder}/plan.md`, "utf8"), /- \[ \] /);
  const data = JSON.parse(readFileSync(`${folder}/data.json`, "utf8"));
  assert.equal(data.findings.length, made.outputs["urgent"]);
  const used = data.findings.filter((one: { inUse: boolean }) => one.inUse);
  assert.ok(used.length > 0 && used.every((one: { evidence: [] }) => one.evidence.length > 0));
});

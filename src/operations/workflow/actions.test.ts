/** Tests of `act-alert.ts`, `act-report.ts` and `write-file.ts`: what actions change outside. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../adapters/clock/system-clock.ts";
import { MemoryLog } from "../../adapters/log/memory-log.ts";
import { createLetterFile } from "../../adapters/notify/letter-file.ts";
import type { Notice } from "../../ports/notifier.ts";
import { MemoryOutside } from "../../testing/memory-outside.ts";
import { sampleIncident } from "../../testing/sample-incident.ts";
import { createNoticeMemory } from "../notify/notice-memory.ts";
import { alert } from "./act-alert.ts";
import { makeDocument } from "./act-report.ts";
import type { StepWorld } from "./step-use.ts";
import { writeContent } from "./write-file.ts";

function worldOf(config: object, over: Partial<StepWorld> = {}) {
  const outside = new MemoryOutside();
  const base = outside.context();
  const sent: Notice[] = [];
  const services = {
    ...base.outside.services,
    clock: systemClock,
    log: async () => new MemoryLog(),
    notify: async () => ({
      open: ({ name, kind }: { readonly name: string; readonly kind: string }) => ({
        ...{ name, kind },
        preview: () => ({ method: "POST", target: name, body: "" }),
        send: async (notice: Notice) => {
          sent.push(notice);
          return { thread: "" };
        },
      }),
      deadLetters: createLetterFile,
      random: () => 0,
    }),
  };
  const context = {
    ...base,
    settings: { file: "", config },
    outside: { ...base.outside, services },
  };
  const world: StepWorld = {
    ...{ context, state: "", told: createNoticeMemory(), dryRun: false, startedUs: 0 },
    sight: undefined as never,
    ...over,
  };
  return { world, sent, stored: outside.machine.stored };
}

const incident = sampleIncident();
const routes = { notify: [{ name: "a", kind: "stdout", "min-severity": "low" }] };

test("a route is told once, also when the step is tried again", async () => {
  const { world, sent } = worldOf(routes);
  const first = await alert.run({ incidents: [incident] }, world);
  assert.equal(first.routes[0]?.sentCount, 1);
  const again = await alert.run({ incidents: [incident] }, world);
  assert.deepEqual(
    [again.routes[0]?.sentCount, again.routes[0]?.passedOverCount, sent.length],
    [0, 1, 1],
  );
  assert.deepEqual([sent[0]?.kind, sent[0]?.incident.id], ["open", incident.id]);
});

test("a dry run sends nothing, and shows what it would send", async () => {
  const { world, sent } = worldOf(routes, { dryRun: true });
  const told = await alert.run({ incidents: [incident] }, world);
  assert.deepEqual([told.routes[0]?.previews.length, sent.length], [1, 0]);
  assert.match(alert.describe(told), /a would be sent 1 notice/);
});

test("an incident below the bound is told to nobody; without routes that is said", async () => {
  const { world, sent } = worldOf(routes);
  const mild = { ...incident, severity: "low" } as const;
  const told = await alert.run({ incidents: [mild], "min-severity": "high" }, world);
  assert.deepEqual([told.incidentCount, sent.length], [0, 0]);
  const nobody = await alert.run({ incidents: [incident] }, worldOf({}).world);
  assert.match(alert.describe(nobody), /nobody is told/);
});

test("incidents are written as Markdown or JSON, whole, or not at all in a dry run", async () => {
  const { world, stored } = worldOf({});
  const read = (name: string) => Buffer.from(stored.get(name) ?? []).toString();
  await makeDocument.run({ incidents: [incident], file: "i.md" }, world);
  assert.ok(read("i.md").includes(incident.id));
  await makeDocument.run({ incidents: [incident], file: "i.json", format: "json" }, world);
  assert.equal(JSON.parse(read("i.json")).incidents[0].id, incident.id);
  await makeDocument.run({ incidents: [], file: "none.md" }, world);
  assert.match(read("none.md"), /No incident/);
  const none = await makeDocument.run({ incidents: [incident] }, world);
  assert.deepEqual([none.file, none.written], ["", false]);
  const dry = { ...world, dryRun: true };
  const told = await writeContent.run({ file: "dry.txt", content: "x" }, dry);
  assert.deepEqual([told.written, stored.has("dry.txt")], [false, false]);
  await writeContent.run({ file: "data.json", content: { a: [1] } }, world);
  assert.deepEqual(JSON.parse(read("data.json")), { a: [1] });
});

/** Tests that reports look for intrusions, unless they are told not to. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createNodeFiles } from "../adapters/files/node-files.ts";
import { noOutside, stillContext } from "../testing/still-context.ts";
import { makeReport } from "./make-report.ts";
import type { OperationContext } from "./operation.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const refuse = () => assert.fail("nothing is scanned");
const context: OperationContext = {
  files: createNodeFiles(),
  scanner: { scan: refuse, match: refuse, dataVersion: refuse },
  now: undefined,
  settings: { file: "", config: {} },
  onProgress: () => {},
  ...stillContext,
  outside: { ...noOutside, shipped: { rules: join(root, "rules"), workflows: "" } },
};
const sources = { events: [join(root, "fixtures", "detect", "attacks", "events.jsonl.xz")] };

test("recorded: a report names incidents, and is else the same without looking", async () => {
  const made = await makeReport(sources, context);
  assert.equal(made.detection.source, "events");
  assert.ok(made.incidents.length >= 20, `${made.incidents.length} incidents`);
  assert.equal(made.detection.incidentCount, made.incidents.length);
  const off = await makeReport({ ...sources, detect: "off" }, context);
  assert.deepEqual(off.detection, { source: "off", signalCount: 0, incidentCount: 0 });
  const { incidents, detection } = off;
  assert.deepEqual({ ...made, incidents, detection }, off);
});

test("the configuration may say that nothing is looked for, the command wins", async () => {
  const settings = { file: "", config: { detect: "off" as const } };
  const quiet = await makeReport(sources, { ...context, settings });
  assert.equal(quiet.detection.source, "off");
  const asked = await makeReport({ ...sources, detect: "auto" }, { ...context, settings });
  assert.equal(asked.detection.source, "events");
});

test("without any rule nothing was looked for, which is said", async () => {
  const blind = await makeReport(sources, { ...context, outside: noOutside });
  assert.deepEqual([blind.detection.source, blind.incidents.length], ["off", 0]);
});

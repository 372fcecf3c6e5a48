/** Tests of `incident-command.ts` and `present-decide-incident.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecideIncidentOutput } from "../../operations/decide-incident.ts";
import { incident } from "../../operations/incidents.ts";
import { operations } from "../../operations/table.ts";
import { MemoryOutside } from "../../testing/memory-outside.ts";
import { loadCommands } from "./commands.ts";
import { incidentCommand } from "./incident-command.ts";
import { decideIncidentPresentation } from "./present-decide-incident.ts";

const run = (raw: Readonly<Record<string, unknown>>) =>
  incidentCommand.run({ id: "5f2c", state: "s", ...raw }, new MemoryOutside().context());

test("to read of an incident is an operation that changes nothing", async () => {
  assert.equal(incident.effect, "read");
  const effects = operations.map(({ name, effect }) => `${name} ${effect}`);
  assert.ok(effects.includes("decide-incident write"));
  const names = (await loadCommands()).map(({ operation }) => operation.name);
  assert.ok(names.includes("incident") && names.includes("decide-incident"));
});

test("the command decides with a flag, asks without, and takes one word at a time", async () => {
  await assert.rejects(run({}), /No incident "5f2c"/);
  await assert.rejects(run({ close: true, reason: "a drill" }), /No incident "5f2c"/);
  // Only the operation that decides refuses it: no daemon reads that file.
  await assert.rejects(run({ close: true, events: ["f"] }), /decide-incident: .*events/);
  await assert.rejects(run({ close: true, reopen: true }), /one of --close/);
  await assert.rejects(run({ reason: "x" }), /--reason goes with/);
  await assert.rejects(run({ by: "ann" }), /--by goes with/);
});

test("what was decided is told on lines that no text breaks", () => {
  const output: DecideIncidentOutput = {
    incident: { id: "5f2c", state: "open", severity: "high", headline: "Shell\n\x1b[2J in x" },
    ...{ decision: "acknowledged", by: "ann\n", reason: "on it", time: null },
    ...{ noteId: "n-1", revokes: "", isQueued: true },
  };
  const view = { format: "text", width: 80, color: false, top: 0 } as const;
  const text = String(decideIncidentPresentation.show(output, view).document);
  assert.equal(text.split("\n").length, 3);
  assert.ok(!text.includes("\x1b"));
  assert.match(text, /has it in hand: on it \(n-1\)$/m);
  const shown = decideIncidentPresentation.show(output, { ...view, format: "json" });
  assert.deepEqual(JSON.parse([...(shown.document as Iterable<string>)].join("")), output);
});

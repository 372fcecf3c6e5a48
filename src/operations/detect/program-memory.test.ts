/** Tests that programs are made once while they are asked, and given up when they are not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProgramMemory, type ProgramSlot } from "./program-memory.ts";

test("what is asked in each round is made once, what is not asked is given up", () => {
  const memory = new ProgramMemory<string>(4);
  const made: string[] = [];
  const ask = (slot: ProgramSlot<string>, name: string) =>
    memory.get(slot, () => {
      made.push(name);
      return name;
    });
  const often: ProgramSlot<string> = { program: undefined, round: 0 };
  const once: ProgramSlot<string> = { program: undefined, round: 0 };
  assert.equal(ask(once, "once"), "once");
  for (let count = 0; count < 20; count += 1) assert.equal(ask(often, "often"), "often");
  assert.deepEqual(made, ["once", "often"]);
  assert.equal(memory.size, 1);
  assert.equal(once.program, undefined);
  assert.equal(ask(once, "again"), "again");
  assert.equal(memory.size, 2);
});

/**
 * Holds that what silent processes did becomes final without being opened, as it would opened.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleNode } from "../../testing/sample-facts.ts";
import type { Fact, FileUseFact } from "./fact.ts";
import { emitTotals } from "./file-use-totals.ts";
import { startFileUses } from "./fork-file-uses.ts";
import { isCompact } from "./kept-uses.ts";
import {
  addPending,
  addUse,
  compactProcess,
  createProcessUses,
  openedUses,
  type ProcessUses,
} from "./process-uses.ts";
import { retireUses } from "./retire-uses.ts";

/** A fork that opened the program that it then ran, and that program. */
function startTwo(isSilent: boolean) {
  const state = startFileUses();
  const start = (execId: string, binary: string, execUs: number): ProcessUses => {
    const process = { ...createProcessUses(execId, "c", "n"), binary, execUs, firstUs: 5 };
    state.processes.set(execId, process);
    return process;
  };
  const [fork, program] = [start("fork", "/bin/sh", 0), start("next", "/bin/tool", 9)];
  const access = { how: "read", sensor: "open", policy: "", input: 0, offset: 0 } as const;
  for (const [at, process] of [fork, program].entries()) {
    for (const path of ["/etc/a", "/etc/b"]) {
      addUse(process, state.totals, { ...access, path, timeUs: 3 + at });
    }
  }
  for (const path of ["/bin/tool", "/lib/ld-linux.so.2"]) {
    addPending(fork, state.totals, { ...access, path, timeUs: 8, timed: true });
  }
  for (const process of [fork, program]) {
    if (isSilent) compactProcess(process, state.lists, 9);
    else openedUses(process);
  }
  return { state, fork, program };
}

function end(isSilent: boolean) {
  const { state, fork, program } = startTwo(isSilent);
  const { kept } = fork;
  const { kept: before } = program;
  const node = { container: "c", node: "n", cwd: "/" };
  const old = { ...node, execId: "fork", binary: "/bin/sh", execSeen: false, nextExecId: "next" };
  retireUses(state, sampleNode(old));
  const isOver = !isCompact(program.kept) && program.kept.base === before;
  const isForkOver = !isCompact(fork.kept) && fork.kept.base === kept;
  retireUses(state, sampleNode({ ...node, execId: "next", binary: "/bin/tool", nextExecId: "" }));
  const facts: Fact[] = [];
  emitTotals(
    state.totals,
    () => true,
    (fact) => facts.push(fact),
  );
  return { facts: facts as FileUseFact[], isOver, isForkOver, count: state.totals.useCount };
}

test("silent processes become final as opened ones do, and stay compact", () => {
  const [silent, opened] = [end(true), end(false)];
  assert.deepEqual(silent.facts, opened.facts);
  assert.deepEqual([silent.isOver, silent.isForkOver], [true, true]);
  assert.deepEqual([opened.isOver, opened.isForkOver], [false, false]);
  assert.deepEqual([silent.count, opened.count], [0, 0]);
  const linker = silent.facts.filter(({ path }) => path === "/lib/ld-linux.so.2");
  assert.deepEqual(
    linker.map(({ binaries, citations }) => [binaries, citations.map(({ execId }) => execId)]),
    [[["/bin/tool"], ["fork"]]],
    "the next program gets the credit, with the event as it was",
  );
});

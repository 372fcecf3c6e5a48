/**
 * Holds how what a process did becomes final: what it did last may be the start of the next.
 * In: a process that is forgotten, with its class. Out: totals, and credit to the next program.
 * Must never open what is compact, but for the largest lists (`process-uses.ts`).
 */
import { findPrelude, type PendingAccess, type PendingTaker } from "./exec-prelude.ts";
import { imagePath } from "./file-path.ts";
import { addToTotals } from "./file-use-totals.ts";
import type { ProcessNode } from "./fold.ts";
import type { FileUseState } from "./fork-file-uses.ts";
import { eachPending, pendingOf } from "./kept-uses.ts";
import { addUse, type ProcessUses, type UseTotals } from "./process-uses.ts";
import { scriptArgument } from "./script-argument.ts";

/** **Cost**: linear in what it did; nothing for a process without uses. */
export function retireUses(state: FileUseState, node: ProcessNode): void {
  const process = state.processes.get(node.execId);
  if (process === undefined) return;
  state.processes.delete(node.execId);
  if (state.latest === process) state.latest = undefined;
  const next = state.processes.get(node.nextExecId);
  if (next === undefined || !isSucceeded(process, next, node)) {
    // What it is over, or held back, stays as it is while it is added.
    eachPending(process.kept, new PendingAdder(process, state.totals));
  } else {
    const pending = pendingOf(process.kept);
    const moved = movePrelude(state, pending, next, node);
    for (const access of pending) {
      if (!moved.includes(access)) addUse(process, state.totals, access);
    }
  }
  addOwnProgram(state, process, node);
  addToTotals(state.totals, process, node);
}

class PendingAdder implements PendingTaker {
  private readonly process: ProcessUses;
  private readonly totals: UseTotals;

  constructor(process: ProcessUses, totals: UseTotals) {
    this.process = process;
    this.totals = totals;
  }

  takePending(access: PendingAccess): void {
    addUse(this.process, this.totals, access);
  }
}

/** A program that ran outside the container had its own files there: only a fork has none. */
function isSucceeded(process: ProcessUses, next: ProcessUses, node: ProcessNode): boolean {
  return next.execUs > 0 && (process.container === next.container || !node.execSeen);
}

/** Credits the start of the next program to it, with the events as they were. */
function movePrelude(
  state: FileUseState,
  pending: readonly PendingAccess[],
  next: ProcessUses,
  node: ProcessNode,
): readonly PendingAccess[] {
  if (pending.length === 0) return pending;
  const { moved, program } = findPrelude(pending, next, !node.execSeen);
  const by = { execId: node.execId, binary: node.binary };
  for (const access of moved) credit(state, next, access, by);
  // Called by its own path, the exec itself is the better proof (`addOwnProgram`).
  const isLinkTarget = program !== undefined && program.path !== imagePath(next.binary);
  if (isLinkTarget && program.how !== "executed") {
    credit(state, next, { ...program, how: "executed" }, by);
  }
  return moved;
}

function credit(
  state: FileUseState,
  next: ProcessUses,
  access: PendingAccess,
  by: { readonly execId: string; readonly binary: string },
): void {
  const use = addUse(next, state.totals, access);
  if (use !== undefined && use.input === access.input && use.offset === access.offset) use.by = by;
}

/** The path as it was called. A fork runs the program of its parent. */
function addOwnProgram(state: FileUseState, process: ProcessUses, node: ProcessNode): void {
  const { binary, arguments: args, cwd } = node;
  addStart(state, process, imagePath(binary), "executed");
  const script = imagePath(scriptArgument(binary, args, cwd));
  // The archive of `java -jar` is opened by its runtime: how much of it runs is not told.
  addStart(state, process, script, script.endsWith(".jar") ? "read" : "executed");
}

function addStart(
  state: FileUseState,
  process: ProcessUses,
  path: string,
  how: "executed" | "read",
): void {
  if (path === "") return;
  addUse(process, state.totals, {
    path,
    how,
    sensor: "exec",
    policy: "",
    timeUs: process.firstUs,
    input: process.firstInput,
    offset: process.firstOffset,
  });
}

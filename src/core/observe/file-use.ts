/**
 * Holds the fold from events to file uses: who executed, mapped, read or wrote what, where.
 * In: events with their process. Out: one fact a container, path, way and actor class.
 * Must credit a program's own start to the new program, keep the runtime's files apart, and never
 * hold more than its bounds.
 */

import type { Event, HookEvent, LoaderEvent } from "../event/event.ts";
import { isHostKey } from "./container-key.ts";
import { emptyAccess, findPrelude, mayPrecedeExec, type PendingAccess } from "./exec-prelude.ts";
import { type FileAccess, hookKind, readAccesses } from "./file-access.ts";
import { imagePath } from "./file-path.ts";
import { addToTotals, emitLostWritings, emitTotals } from "./file-use-totals.ts";
import type { Fold, ProcessNode, StepContext } from "./fold.ts";
import { type FileUseState, fileUseCopies, startFileUses } from "./fork-file-uses.ts";
import { eachPending, pendingOf } from "./kept-uses.ts";
import {
  addPending,
  addUse,
  compactEnded,
  createProcessUses,
  type ProcessUses,
} from "./process-uses.ts";
import { releaseFileUses } from "./release-file-uses.ts";
import { scriptArgument } from "./script-argument.ts";
import { noteWriting } from "./written-paths.ts";

export interface FileUseOptions {
  /** False leaves out processes outside containers; default true. */
  readonly host?: boolean;
}

export function createFileUse(options: FileUseOptions = {}): Fold<FileUseState> {
  const wantsHost = options.host ?? true;
  // One reader and its context for all events: nothing is allocated for an event.
  const current: Current = {
    process: undefined,
    event: undefined,
    at: undefined,
    state: undefined,
    taken: emptyAccess(),
  };
  const use = (access: FileAccess) => takeAccess(current, access);
  return {
    name: "file-use",
    start: startFileUses,
    step(state, event, at) {
      const { node } = at;
      if (node === undefined || (!wantsHost && isHostKey(node.container))) return;
      const process = processOf(state, node, event, at);
      current.state = state;
      current.at = at;
      if (event.type === "exec") noteExec(process, event, node);
      else if (event.type === "loader") takeLoad(current, process, event);
      else if (event.type === "exit") compactEnded(process, state.lists, state.totals.look);
      if (!isHook(event) || hookKind(event.hook) === "none") return;
      current.process = process;
      current.event = event;
      readAccesses(event, use);
    },
    retire,
    release: releaseFileUses,
    ...fileUseCopies,
    finish(state, emit) {
      state.processes.clear();
      state.latest = undefined;
      emitTotals(state.totals, () => true, emit);
      emitLostWritings(state.totals, emit);
      state.totals.useCount = 0;
    },
  };
}

interface Current {
  process: ProcessUses | undefined;
  event: HookEvent | undefined;
  at: StepContext | undefined;
  state: FileUseState | undefined;
  /** Nobody keeps it. */
  readonly taken: ReturnType<typeof emptyAccess>;
}

function isHook(event: Event): event is HookEvent {
  return "hook" in event;
}

function processOf(
  state: FileUseState,
  node: ProcessNode,
  event: Event,
  at: StepContext,
): ProcessUses {
  let process = state.latest;
  if (process === undefined || process.execId !== node.execId) {
    process = state.processes.get(node.execId);
    if (process === undefined) {
      process = createProcessUses(node.execId, node.container, node.node);
      state.processes.set(node.execId, process);
    }
    state.latest = process;
  }
  process.container = node.container;
  const timeUs = event.timeUs > 0 ? event.timeUs : at.nowUs;
  if (timeUs > process.lastUs) process.lastUs = timeUs;
  if (process.execUs === 0 && (process.firstUs === 0 || isFirst(process, timeUs, event))) {
    setFirst(process, timeUs, event);
  }
  return process;
}

function isFirst(process: ProcessUses, timeUs: number, event: Event): boolean {
  if (timeUs !== process.firstUs) return timeUs < process.firstUs;
  if (event.input !== process.firstInput) return event.input < process.firstInput;
  return event.offset < process.firstOffset;
}

function setFirst(process: ProcessUses, timeUs: number, event: Event): void {
  process.firstUs = timeUs;
  process.firstInput = event.input;
  process.firstOffset = event.offset;
}

/** Its exec is the best proof that a program ran; of several the earliest. */
function noteExec(process: ProcessUses, event: Event, node: ProcessNode): void {
  process.binary = node.binary;
  const timeUs = event.timeUs > 0 ? event.timeUs : process.lastUs;
  if (process.execUs > 0 && !isFirst(process, timeUs, event)) return;
  process.execUs = timeUs;
  setFirst(process, timeUs, event);
}

/** A mapped ELF file. Data mappings are reported too: what maps without running is told later. */
function takeLoad(current: Current, process: ProcessUses, event: LoaderEvent): void {
  const path = imagePath(event.path);
  if (path === "") return;
  const { taken } = current;
  taken.path = path;
  taken.how = "mapped";
  taken.sensor = "loader";
  taken.policy = "";
  addTaken(current, process, event, true);
}

function takeAccess(current: Current, access: FileAccess): void {
  const { process, event, taken } = current;
  if (process === undefined || event === undefined) return;
  taken.path = access.path;
  taken.how = access.how;
  taken.sensor = access.sensor;
  taken.policy = event.policy;
  addTaken(current, process, event, access.executable);
}

function addTaken(
  { state, at, taken }: Current,
  process: ProcessUses,
  event: HookEvent | LoaderEvent,
  executable: boolean,
): void {
  if (state === undefined || at === undefined) return;
  taken.timed = event.timeUs > 0;
  taken.timeUs = taken.timed ? event.timeUs : at.nowUs;
  taken.input = event.input;
  taken.offset = event.offset;
  const { path, how, timeUs } = taken;
  if (how === "written" && at.node?.actor !== "runtime") {
    noteWriting(state.totals.writes, { container: process.container, path, timeUs });
  }
  if (mayPrecedeExec(path, how, executable)) addPending(process, state.totals, { ...taken });
  else addUse(process, state.totals, taken);
}

function retire(state: FileUseState, node: ProcessNode): void {
  const process = state.processes.get(node.execId);
  if (process === undefined) return;
  state.processes.delete(node.execId);
  if (state.latest === process) state.latest = undefined;
  const next = state.processes.get(node.nextExecId);
  if (next === undefined || !isSucceeded(process, next, node)) {
    // What it is over, or held back, stays as it is while it is added.
    eachPending(process.kept, (access) => addUse(process, state.totals, access));
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

/**
 * Holds the fold from events to file uses: who executed, mapped, read or wrote what, where.
 * In: events with their process. Out: one fact a container, path, way and actor class.
 * Must credit a program's own start to the new program, keep the runtime's files apart, and never
 * hold more than its bounds.
 */

import type { Event, HookEvent, LoaderEvent } from "../event/event.ts";
import { isHostKey } from "./container-key.ts";
import { emptyAccess, mayPrecedeExec } from "./exec-prelude.ts";
import { type FileAccess, hookKind, readAccesses } from "./file-access.ts";
import { imagePath } from "./file-path.ts";
import { emitLostWritings, emitTotals } from "./file-use-totals.ts";
import type { Fold, ProcessNode, StepContext } from "./fold.ts";
import { type FileUseState, fileUseCopies, startFileUses } from "./fork-file-uses.ts";
import {
  addPending,
  addUse,
  compactEnded,
  createProcessUses,
  type ProcessUses,
} from "./process-uses.ts";
import { releaseFileUses } from "./release-file-uses.ts";
import { retireUses } from "./retire-uses.ts";
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
      else if (event.type === "exit" && isFirstExit(event, node)) {
        compactEnded(process, state.lists, state.totals.look);
      }
      if (!isHook(event) || hookKind(event.hook) === "none") return;
      current.process = process;
      current.event = event;
      for (const access of readAccesses(event)) takeAccess(current, access);
    },
    retire: retireUses,
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

/** The tree keeps the first end that is told. */
function isFirstExit({ timeUs }: Event, { exitUs }: ProcessNode): boolean {
  return exitUs === Math.max(1, timeUs);
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

/**
 * Holds which process was the first of a container, when it began, and whether it has ended.
 * In: processes whose class is final, in any order. Out: the record, changed in place.
 * Must never take the runtime's own processes, nor an operator's, for the container's.
 */
import type { TimeUs } from "../event/event.ts";
import type { ProcessNode } from "./fold.ts";

export interface FirstProcess {
  /** Start of the earliest process of its own; 0 unknown. */
  startedUs: TimeUs;
  first: { execId: string; pid: number; startUs: TimeUs; live: boolean } | undefined;
  /** Pids of session roots that ended. */
  readonly ended: Set<number>;
}

const endedCountMax = 64;

export function createFirstProcess(): FirstProcess {
  return { startedUs: 0, first: undefined, ended: new Set<number>() };
}

/** Of one process of the container that the tree forgets. */
export function noteProcess(seen: FirstProcess, node: ProcessNode): void {
  const own = node.origin === "service" || node.origin === "startup";
  if (node.actor === "runtime" || !own || node.startUs <= 0) return;
  if (seen.startedUs === 0 || node.startUs < seen.startedUs) seen.startedUs = node.startUs;
  if (node.sessionExecId === node.execId) noteFirst(seen, node);
  if (node.exitUs > 0 && node.nextExecId === "" && seen.ended.size < endedCountMax) {
    if (seen.first?.pid === node.pid || node.sessionExecId === node.execId) {
      seen.ended.add(node.pid);
    }
  }
}

/** After a restart of the sensor the first process is listed again, with its time of birth. */
function noteFirst(seen: FirstProcess, node: ProcessNode): void {
  const { execId, pid, startUs } = node;
  const live = node.startsContainer || (seen.first?.pid === pid && seen.first.live);
  const isSame = seen.first?.pid === pid;
  if (isSame || isEarlier(node, seen)) seen.first = { execId, pid, startUs, live };
}

function isEarlier(node: ProcessNode, seen: FirstProcess): boolean {
  const { first } = seen;
  if (first === undefined || node.startUs < first.startUs) return true;
  return node.startUs === first.startUs && node.execId < first.execId;
}

export function hasEnded({ first, ended }: FirstProcess): boolean {
  return first !== undefined && ended.has(first.pid);
}

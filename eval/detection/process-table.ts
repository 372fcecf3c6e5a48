/**
 * Holds all processes of a run, however they were heard of, for scoring alone.
 * In: every event. Out: parents, children, when they began, how much they did.
 */
import type { Event, Process, TimeUs } from "../../src/core/event/event.ts";

export interface TableProcess {
  readonly execId: string;
  readonly parentExecId: string;
  readonly pid: number;
  readonly startUs: TimeUs;
  readonly binary: string;
  readonly arguments: string;
  /** Of the process itself, without its exec and exit. */
  hookCount: number;
  /** First event that names it; 0 when only a child did. */
  firstUs: TimeUs;
}

export class ProcessTable {
  private readonly byId = new Map<string, TableProcess>();
  private readonly byPid = new Map<number, TableProcess[]>();
  private readonly children = new Map<string, TableProcess[]>();

  take(event: Event): void {
    if (!("process" in event)) return;
    const own = event.process === undefined ? undefined : this.note(event.process);
    if (event.parent !== undefined) this.note(event.parent);
    if (own === undefined) return;
    if (own.firstUs === 0) own.firstUs = event.timeUs;
    if (event.type !== "exec" && event.type !== "exit") own.hookCount += 1;
  }

  get(execId: string): TableProcess | undefined {
    return this.byId.get(execId);
  }

  ofPid(pid: number): readonly TableProcess[] {
    return this.byPid.get(pid) ?? [];
  }

  childrenOf(execId: string): readonly TableProcess[] {
    return this.children.get(execId) ?? [];
  }

  /** Itself first; stops where nobody is known, and at a circle. */
  *upwards(execId: string): Generator<TableProcess> {
    const seen = new Set<string>();
    let at = this.byId.get(execId);
    while (at !== undefined && !seen.has(at.execId)) {
      seen.add(at.execId);
      yield at;
      at = this.byId.get(at.parentExecId);
    }
  }

  /** Itself and all below it. */
  *downwards(execId: string): Generator<TableProcess> {
    const waiting = [execId];
    const seen = new Set<string>();
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const process = this.byId.get(id);
      if (process === undefined || seen.has(id)) continue;
      seen.add(id);
      yield process;
      for (const child of this.childrenOf(id)) waiting.push(child.execId);
    }
  }

  private note(process: Process): TableProcess | undefined {
    const { execId, parentExecId, pid, startTimeUs: startUs, binary } = process;
    if (execId === "") return undefined;
    const known = this.byId.get(execId);
    if (known !== undefined) return known;
    const made = {
      ...{ execId, parentExecId, pid, startUs, binary, arguments: process.arguments },
      ...{ hookCount: 0, firstUs: 0 },
    };
    this.byId.set(execId, made);
    push(this.byPid, pid, made);
    push(this.children, parentExecId, made);
    return made;
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

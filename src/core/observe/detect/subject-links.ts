/**
 * Holds by what subjects find each other: pids, for forks and unknown parents, and ids that are
 * awaited.
 * In: subjects as they come and go. Out: the fork of a program, the program of a fork, parents and
 * children.
 * Must never take a process for one that had its pid before.
 */
import { readExecId } from "../exec-id.ts";
import type { SubjectRecord } from "./subject-record.ts";

/** By node and pid, for what is put away. */
export interface PidHolders {
  readonly images: readonly SubjectRecord[];
  readonly forks: readonly SubjectRecord[];
}

const orphanCountMax = 16_384;
const waitingCountMax = 256;
const forkCountMax = 65_536;

export class SubjectLinks {
  /** Latest image by node and pid. */
  private readonly images = new PidTable();
  /** Forks that did not exec yet, the same. */
  private readonly forks = new PidTable();
  private readonly orphans = new Map<string, SubjectRecord[]>();

  noteImage(subject: SubjectRecord): void {
    this.images.set(subject);
  }

  noteFork(fork: SubjectRecord): void {
    if (this.forks.size < forkCountMax) this.forks.set(fork);
  }

  /** What a program was before its exec. */
  forkOf(program: SubjectRecord): SubjectRecord | undefined {
    const fork = this.forks.get(program.node, program.pid);
    return fork !== undefined && isForkOf(fork, program) ? fork : undefined;
  }

  /** What a fork that is heard of late has become. */
  programOf(fork: SubjectRecord): SubjectRecord | undefined {
    const program = this.images.get(fork.node, fork.pid);
    const fits = program?.before === undefined && program !== undefined;
    return fits && isForkOf(fork, program) ? program : undefined;
  }

  /** Tetragon names an unknown parent by its pid alone, with a start time of 0. */
  parentByPid(subject: SubjectRecord): SubjectRecord | undefined {
    const parts = readExecId(subject.parentExecId);
    if (parts === undefined || parts.bootUs !== 0 || parts.pid === 0) return undefined;
    const found = this.images.get(subject.node, parts.pid);
    return found !== undefined && found.startUs <= subject.startUs ? found : undefined;
  }

  awaitParent(subject: SubjectRecord): void {
    const { parentExecId } = subject;
    this.dropWaiting(subject);
    subject.awaited = parentExecId;
    const waiting = this.orphans.get(parentExecId);
    if (waiting === undefined) {
      if (this.orphans.size >= orphanCountMax) this.orphans.clear();
      this.orphans.set(parentExecId, [subject]);
    } else if (waiting.length < waitingCountMax) {
      waiting.push(subject);
    }
  }

  /** Those who waited for it: each is given once. */
  takeChildren(execId: string): readonly SubjectRecord[] {
    const waiting = this.orphans.get(execId);
    if (waiting === undefined) return [];
    this.orphans.delete(execId);
    return waiting.filter(({ parent }) => parent === undefined);
  }

  forget(subject: SubjectRecord): void {
    this.images.delete(subject);
    this.forks.delete(subject);
    this.dropWaiting(subject);
  }

  private dropWaiting(subject: SubjectRecord): void {
    const waiting = this.orphans.get(subject.awaited);
    const at = waiting?.indexOf(subject) ?? -1;
    if (waiting === undefined || at < 0) return;
    waiting.splice(at, 1);
    if (waiting.length === 0) this.orphans.delete(subject.awaited);
  }

  get holders(): PidHolders {
    return { images: this.images.values(), forks: this.forks.values() };
  }

  restore({ images, forks }: PidHolders): void {
    for (const one of images) this.noteImage(one);
    for (const one of forks) this.noteFork(one);
  }
}

/** By node and pid, without a text that joins them. */
class PidTable {
  size = 0;
  private readonly nodes = new Map<string, Map<number, SubjectRecord>>();

  get(node: string, pid: number): SubjectRecord | undefined {
    return this.nodes.get(node)?.get(pid);
  }

  set(subject: SubjectRecord): void {
    const { node, pid } = subject;
    const known = this.nodes.get(node);
    const pids = known ?? new Map<number, SubjectRecord>();
    if (known === undefined) this.nodes.set(node, pids);
    if (!pids.has(pid)) this.size += 1;
    pids.set(pid, subject);
  }

  /** Only while it is still the one. */
  delete(subject: SubjectRecord): void {
    const { node, pid } = subject;
    const pids = this.nodes.get(node);
    if (pids?.get(pid) !== subject) return;
    pids.delete(pid);
    this.size -= 1;
    if (pids.size === 0) this.nodes.delete(node);
  }

  values(): readonly SubjectRecord[] {
    return [...this.nodes.values()].flatMap((pids) => [...pids.values()]);
  }
}

function isForkOf(fork: SubjectRecord, program: SubjectRecord): boolean {
  return (
    fork !== program &&
    !fork.execSeen &&
    fork.exitUs === 0 &&
    fork.parentExecId === program.parentExecId &&
    fork.startUs <= program.startUs
  );
}

/**
 * Holds the processes of one machine by pid, and its own clock: pids and times of one machine say
 * nothing about another.
 * In: nodes and blocks. Out: the process that had a pid at a time.
 * Must keep few processes per pid: older ones are found by their id alone.
 */
import type { Process } from "../event/event.ts";
import { compareStart, knownAs, type TreeNode } from "./tree-node.ts";

export interface Host {
  readonly pids: Map<number, TreeNode[]>;
  readonly ended: TreeNode[];
  /** Of those that were at first only named as somebody's parent: nobody tells when they end. */
  readonly named: TreeNode[];
  /** Latest event time; a clock that jumps back far is followed. */
  nowUs: number;
  nextSweepUs: number;
}

const hostCountMax = 4096;
const samePidCountMax = 32;
const restName = "\u0000rest";

/** Beyond `hostCountMax` machines the rest share one: pids may collide, memory does not grow. */
export function hostOf(hosts: Map<string, Host>, name: string): Host {
  const known = findHost(hosts, name);
  if (known !== undefined) return known;
  const key = hosts.size < hostCountMax ? name : restName;
  const host = { pids: new Map(), ended: [], named: [], nowUs: 0, nextSweepUs: 0 };
  hosts.set(key, host);
  return host;
}

/** As `hostOf`, but none is begun. */
export function findHost(hosts: ReadonlyMap<string, Host>, name: string): Host | undefined {
  return hosts.get(name) ?? (hosts.size < hostCountMax ? undefined : hosts.get(restName));
}

/** Forgets machines without processes, unheard since; while some share one, none of the others. */
export function releaseHosts(hosts: Map<string, Host>, sinceUs: number): void {
  for (const [name, { nowUs, pids, ended, named }] of hosts) {
    if (nowUs > sinceUs || (hosts.has(restName) && name !== restName)) continue;
    if (pids.size + ended.length + named.length === 0) hosts.delete(name);
  }
}

/** **Shape**: the latest few of a pid; an older one is still found by its id. */
export function rememberPid(host: Host, node: TreeNode): void {
  const same = host.pids.get(node.pid);
  if (same === undefined) {
    host.pids.set(node.pid, [node]);
    return;
  }
  same.push(node);
  if (same.length > samePidCountMax) same.shift();
}

export function forgetPid(host: Host, node: TreeNode): void {
  const same = host.pids.get(node.pid);
  const at = same?.indexOf(node) ?? -1;
  if (same === undefined || at < 0) return;
  if (same.length === 1) host.pids.delete(node.pid);
  else same.splice(at, 1);
}

/** Takes out those that are known as parents only, and were not named lately. */
export function takeIdle(host: Host, graceUs: number): readonly TreeNode[] {
  const idle: TreeNode[] = [];
  const { named, nowUs } = host;
  let count = 0;
  for (const node of named) {
    if (node.retired || node.known > knownAs.parent) continue;
    if (node.lastSeenUs + graceUs <= nowUs) idle.push(node);
    else named[count++] = node;
  }
  named.length = count;
  return idle;
}

/** Older kernels and lost starts: the fork that a program replaced was born within this time. */
const forkUsMax = 600_000_000;

/** The fork without an exec of its own that a program came from. */
export function findFork(host: Host, program: TreeNode): TreeNode | undefined {
  const replaced = program.parentPid === program.pid;
  if (!program.execSeen || program.fromProc || replaced) return undefined;
  let found: TreeNode | undefined;
  for (const one of host.pids.get(program.pid) ?? []) {
    if (one.execSeen || one === program || one.known < knownAs.itself || !isBefore(one, program))
      continue;
    if (found === undefined || isBefore(found, one)) found = one;
  }
  return found;
}

/** Whether `fork` was born before `program` and still ran then. */
function isBefore(fork: TreeNode, program: TreeNode): boolean {
  const gone = fork.exitUs > 0 && fork.nextExecId === "" && fork.exitUs < program.startUs;
  if (gone || program.startUs - fork.startUs > forkUsMax) return false;
  return fork.bootUs > 0 && program.bootUs > 0
    ? fork.bootUs < program.bootUs
    : compareStart(fork, program) < 0;
}

/** The process that an event without an id is about: whoever had the pid then. */
export function findProgram(host: Host, block: Process, timeUs: number): TreeNode | undefined {
  let found: TreeNode | undefined;
  for (const one of host.pids.get(block.pid) ?? []) {
    if (one.startUs > timeUs || (one.exitUs > 0 && one.exitUs < timeUs)) continue;
    if (found === undefined || compareStart(found, one) < 0) found = one;
  }
  return found;
}

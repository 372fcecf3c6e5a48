/**
 * Holds how a session was started by a program that starts things on others' behalf.
 * In: a session. Out: its first process with who started it, or undefined for other sessions.
 * Must never take what somebody started by hand for the doing of cron or init.
 */
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import type { JoinScene } from "./join-link.ts";
import { programOf } from "./name-process.ts";
import type { Runner } from "./persistence-table.ts";
import type { Session } from "./session.ts";

export interface Run {
  readonly session: Session;
  readonly root: ProcessFact;
  readonly runners: readonly Runner[];
}

const inits = /^(?:systemd|init|tini|s6-svscan|runsvdir|openrc-run|supervisord)$/;
const logins = /^(?:sshd|sshd-session|dropbear)$/;
const kernelThreads = /^(?:<kernel>|kthreadd|kworker.*)$/;

export function readRun(session: Session, processes: JoinScene["processes"]): Run | undefined {
  const root = processes.get(session.entry);
  if (root === undefined || root.startUs <= 0) return undefined;
  const runners = runnersOf(session, processes.get(session.host || root.parent));
  return runners.length === 0 ? undefined : { session, root, runners };
}

function runnersOf({ entryKind }: Session, host: ProcessFact | undefined): readonly Runner[] {
  if (entryKind === "scheduled") return ["cron"];
  if (entryKind === "login") {
    const isRemote = host !== undefined && logins.test(programOf(host));
    return isRemote ? ["account", "shell"] : ["shell"];
  }
  if (host === undefined || !startedByMachine.has(entryKind)) return [];
  if (host.pid === 2 || kernelThreads.test(programOf(host))) return ["kernel"];
  return host.pid === 1 || inits.test(programOf(host)) ? ["init"] : [];
}

const startedByMachine: ReadonlySet<string> = new Set(["startup", "unknown", "package-manager"]);

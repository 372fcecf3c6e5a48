/**
 * Holds how acts are called where auditd would have told them, and both ends of a connection.
 * In: an act. Out: record types, system calls, addresses and ports.
 * Must never name a call that the hook does not prove.
 */

import type { SocketArgument } from "../../event/event.ts";
import { plainAddress } from "../../event/ip-address.ts";
import type { Act, ActKind } from "./act.ts";

const paths: ReadonlySet<ActKind> = new Set([
  ...(["read", "write", "delete", "rename", "link", "mode", "truncate", "attribute"] as const),
]);

/** auditd writes several records of one event: a rule about any of them holds. */
export function readRecordTypes({ kind }: Act): readonly string[] {
  if (kind === "exec") return execRecords;
  return paths.has(kind) ? pathRecords : callRecords;
}

const execRecords = ["EXECVE", "SYSCALL"];
const pathRecords = ["PATH", "SYSCALL"];
const callRecords = ["SYSCALL"];

/** Hooks below the system call: which call leads there is certain for these kinds. */
const callOfKind: ReadonlyMap<ActKind, string> = new Map([
  ["exec", "execve"],
  ["connect", "connect"],
  ["unix-connect", "connect"],
  ["accept", "accept"],
  ["listen", "listen"],
  ["bind", "bind"],
  ["memory-file", "memfd_create"],
  ["trace", "ptrace"],
  ["program", "bpf"],
  ["mount", "mount"],
]);

/** The system call of an act; undefined where several could be behind it. */
export function readCalls({ kind, event }: Act): string | undefined {
  const hook = "hook" in event ? /^(?:__\w+?_)?sys_(\w+)$/.exec(event.hook)?.[1] : undefined;
  return hook ?? callOfKind.get(kind);
}

interface Ends {
  readonly sourceAddress: string | undefined;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

/** Who began a connection is its source, as in Sysmon. */
export function readSocket(act: Act): Ends {
  const far = act.port === 0 ? undefined : act.port;
  const socket = socketOf(act);
  const nearPort = socket === undefined || socket.sourcePort === 0 ? undefined : socket.sourcePort;
  if (act.kind === "accept") {
    const sourceAddress = act.address === "" ? undefined : act.address;
    return { sourceAddress, sourcePort: far, destinationPort: nearPort };
  }
  const near = plainAddress(socket?.sourceAddress ?? "");
  const sourceAddress = near === "" ? undefined : near;
  return { sourceAddress, sourcePort: nearPort, destinationPort: far };
}

function socketOf({ event }: Act): SocketArgument | undefined {
  if (!("hook" in event)) return undefined;
  if (event.returned?.kind === "socket") return event.returned;
  return event.arguments.find((one): one is SocketArgument => one.kind === "socket");
}

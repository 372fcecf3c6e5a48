/**
 * Holds what a process does in a case, as the hooks that Tetragon would tell of it.
 * In: one act in the notation of cases, for example `connect: "203.0.113.5:80"`. Out: hooks.
 * Must stay close to what was recorded: names of functions, kinds and order of arguments.
 */
import type { Argument, SocketArgument } from "../../event/event.ts";
import type { CaseReader } from "./case-reader.ts";
import type { CaseProcess } from "./case-world.ts";

export interface CaseHook {
  readonly hook: string;
  readonly policy: string;
  readonly arguments: readonly Argument[];
  readonly returned?: Argument;
}

/** What acts of one case share: a socket is the same in all calls about it. */
export class CaseSockets {
  private readonly made = new Map<string, { readonly cookie: string; readonly port: number }>();

  of(process: CaseProcess, peer: string): { readonly cookie: string; readonly port: number } {
    const key = `${process.process.pid} ${peer}`;
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const count = this.made.size;
    const socket = { cookie: String(9_000_000 + count), port: 40_000 + count };
    this.made.set(key, socket);
    return socket;
  }
}

interface ActContext {
  readonly process: CaseProcess;
  readonly sockets: CaseSockets;
}

type WriteAct = (told: CaseReader, context: ActContext) => readonly CaseHook[];

const acts: Readonly<Record<string, WriteAct>> = {
  connect: writeConnect,
  accept: writeAccept,
  listen: (told, context) => writeOwn(told, context, "listen"),
  bind: (told, context) => writeOwn(told, context, "bind"),
  send: (told, context) => writeBytes(told, context, "send"),
  receive: (told, context) => writeBytes(told, context, "receive"),
  close: writeClose,
  read: (told) => [permission(told, "read", 4)],
  write: (told) => [permission(told, "write", 2)],
  open: (told) => [hook("security_file_open", "file-use", [file(told.text("open"))], told)],
  map: (told) => {
    const argument = file(told.text("map"), "-rwxr-xr-x");
    return [hook("security_mmap_file", "code-mappings", [argument, integer("prot", 5)], told)];
  },
  truncate: (told) => [
    hook("security_file_truncate", "path-changes", [file(told.text("truncate"))], told),
  ],
  chmod: writeChmod,
  unlink: (told) => {
    const path = told.text("unlink");
    return [hook("security_path_unlink", "path-changes", [directory(path), file(path)], told)];
  },
  rename: writeRename,
  symlink: (told) => {
    const [target = "", name = ""] = pair(told, "symlink", 2);
    const parts = [directory(name, "dir"), file(name, "---------", "name"), text(target, "target")];
    return [hook("security_path_symlink", "path-links", parts, told)];
  },
  link: (told) => {
    const [target = "", name = ""] = pair(told, "link", 2);
    const parts = [file(target, "-rw-r--r--", "old"), directory(name, "dir"), file(name)];
    return [hook("security_path_link", "path-links", parts, told)];
  },
  mount: (told) => {
    const parts = pair(told, "mount", 3).map((part) => text(part));
    return [hook("__x64_sys_mount", "privileges", parts, told)];
  },
  pivot: (told) => {
    const parts = pair(told, "pivot", 2).map((part) => text(part));
    return [hook("__x64_sys_pivot_root", "namespaces", parts, told)];
  },
  unix: (told) => {
    const address = told.text("unix");
    const argument = {
      kind: "socket-address" as const,
      ...{ label: "", family: "AF_UNIX", address, port: 0 },
    };
    return [hook("security_socket_connect", "runtime-sockets", [argument], told)];
  },
  setuid: writeSetuid,
  setns: (told) => {
    const parts = [integer("fd", 3), integer("nstype", told.number("setns", 0))];
    return [hook("__x64_sys_setns", "namespaces", parts, told)];
  },
  unshare: (told) => [
    hook("__x64_sys_unshare", "namespaces", [integer("flags", told.number("unshare", 0))], told),
  ],
  ptrace: (told) => {
    const parts = [integer("request", told.number("ptrace", 16)), integer("pid", 1)];
    return [hook("__x64_sys_ptrace", "kernel-changes", parts, told)];
  },
  capset: (told) => {
    const caps = told.texts("capset");
    const sets = [1, 2, 3].map(() => capabilities(caps));
    return [hook("security_capset", "privileges", [capabilities(caps), ...sets], told)];
  },
  bpf: (told) => [hook("security_bpf", "kernel-changes", [text(told.text("bpf"))], told)],
  module: (told) => [hook("do_init_module", "kernel-changes", [text(told.text("module"))], told)],
  "module-request": (told) => [
    hook("security_kernel_module_request", "privileges", [text(told.text("module-request"))], told),
  ],
  xattr: (told) => {
    const [path = "", name = ""] = pair(told, "xattr", 2);
    const parts = [file(path), text(name, "name")];
    return [hook("security_inode_setxattr", "file-capabilities", parts, told)];
  },
  memfd: (told) => [
    hook("__x64_sys_memfd_create", "memory-files", [text(told.text("memfd"), "name")], told),
  ],
  hook: (told) => [hook(told.text("hook"), "", told.maps("arguments").map(readArgument), told)],
};

/** Keys that say what a process does by a hook, in the order of the documents. */
export const hookActNames: readonly string[] = Object.keys(acts);

/** **Errors**: none; complaints go to the reader. */
export function writeAct(name: string, told: CaseReader, context: ActContext): readonly CaseHook[] {
  return acts[name]?.(told, context) ?? [];
}

function hook(
  name: string,
  policy: string,
  parts: readonly Argument[],
  told: CaseReader,
): CaseHook {
  const made = { hook: name, policy: told.text("policy", policy), arguments: parts };
  return told.flag("failed") ? { ...made, returned: integer("", -13) } : made;
}

function permission(told: CaseReader, key: "read" | "write", mask: number): CaseHook {
  const policy = key === "read" ? "credentials" : "file-writes";
  const parts = [file(told.text(key)), integer("mask", mask)];
  return hook("security_file_permission", policy, parts, told);
}

/** `/tmp/x 0755` in one text: YAML would read a mode alone as a number. */
function writeChmod(told: CaseReader): readonly CaseHook[] {
  const [path = "", mode = ""] = told.text("chmod").split(/ (?=[0-7]+$)/);
  if (mode === "") told.complain("chmod", 'is not of the form "/path 0755"');
  const parts = [file(path), integer("mode", Number.parseInt(mode, 8) || 0)];
  return [hook("security_path_chmod", "path-changes", parts, told)];
}

function writeRename(told: CaseReader): readonly CaseHook[] {
  const [from = "", to = ""] = pair(told, "rename", 2);
  const parts = [
    directory(from, "old_dir"),
    file(from, "-rw-r--r--", "old"),
    directory(to, "new_dir"),
    file(to, "---------", "new"),
  ];
  return [hook("security_path_rename", "path-links", parts, told)];
}

function writeSetuid(told: CaseReader, { process }: ActContext): readonly CaseHook[] {
  const uid = told.number("setuid", 0);
  const made = hook("__x64_sys_setuid", "privileges", [integer("uid", uid)], told);
  if (made.returned === undefined) process.uid = uid;
  return [made.returned === undefined ? { ...made, returned: integer("", 0) } : made];
}

/** With `sent` and `received`: also what was exchanged. `failed`: it was refused. */
function writeConnect(told: CaseReader, context: ActContext): readonly CaseHook[] {
  const peer = told.text("connect");
  const isRefused = told.flag("failed");
  const parts = [socket(told, "connect", context, "TCP_SYN_SENT")];
  const hooks: CaseHook[] = [{ hook: "tcp_connect", policy: policyOf(told), arguments: parts }];
  if (isRefused) return [...hooks, closing(told, context, peer, "TCP_CLOSE")];
  const sent = told.number("sent", 0);
  const received = told.number("received", 0);
  if (sent > 0) hooks.push(sending(told, context, peer, sent));
  if (received > 0) hooks.push(receiving(told, context, peer, received));
  return hooks;
}

function writeAccept(told: CaseReader, context: ActContext): readonly CaseHook[] {
  const port = told.number("on", 80);
  const accepted = socket(told, "accept", context, "TCP_ESTABLISHED");
  const listening = { ...accepted, sourceAddress: "0.0.0.0", sourcePort: port };
  return [
    {
      hook: "inet_csk_accept",
      policy: policyOf(told, "tcp-accepts"),
      arguments: [
        { ...listening, destinationAddress: "0.0.0.0", destinationPort: 0, state: "TCP_LISTEN" },
      ],
      returned: { ...accepted, sourcePort: port },
    },
  ];
}

function writeOwn(
  told: CaseReader,
  context: ActContext,
  act: "listen" | "bind",
): readonly CaseHook[] {
  const { sourceAddress: _from, ...given } = socket(told, act, context, "TCP_CLOSE");
  const { destinationAddress: address, destinationPort: port, family } = given;
  if (act === "bind") {
    const argument = { kind: "socket-address" as const, label: "", family, address, port };
    return [{ hook: "security_socket_bind", policy: policyOf(told), arguments: [argument] }];
  }
  const own = { ...given, sourceAddress: address, sourcePort: port };
  const argument = { ...own, destinationAddress: "0.0.0.0", destinationPort: 0 };
  return [{ hook: "inet_csk_listen_start", policy: policyOf(told), arguments: [argument] }];
}

function writeBytes(
  told: CaseReader,
  context: ActContext,
  act: "send" | "receive",
): readonly CaseHook[] {
  const count = told.number("bytes", 100);
  const peer = told.text(act);
  const write = act === "send" ? sending : receiving;
  return [write(told, context, peer, count)];
}

function writeClose(told: CaseReader, context: ActContext): readonly CaseHook[] {
  return [closing(told, context, told.text("close"), "TCP_ESTABLISHED")];
}

function sending(told: CaseReader, context: ActContext, peer: string, count: number): CaseHook {
  const isUdp = told.flag("udp");
  const parts = [socketTo(told, context, peer, "TCP_ESTABLISHED"), integer("size", count)];
  const name = isUdp ? "udp_sendmsg" : "tcp_sendmsg";
  return { hook: name, policy: policyOf(told, isUdp ? "udp" : "tcp-sent"), arguments: parts };
}

function receiving(told: CaseReader, context: ActContext, peer: string, count: number): CaseHook {
  const parts = [socketTo(told, context, peer, "TCP_ESTABLISHED"), integer("len", 65_536)];
  const policy = policyOf(told, "tcp-received");
  return { hook: "tcp_recvmsg", policy, arguments: parts, returned: integer("", count) };
}

function closing(told: CaseReader, context: ActContext, peer: string, state: string): CaseHook {
  const given = socketTo(told, context, peer, state);
  // A refused connection has lost its own port by the time it is closed.
  const argument = state === "TCP_CLOSE" ? { ...given, sourcePort: 0 } : given;
  return { hook: "tcp_close", policy: policyOf(told), arguments: [argument] };
}

function policyOf(told: CaseReader, otherwise = "tcp-connections"): string {
  return told.text("policy", otherwise);
}

function socket(told: CaseReader, key: string, context: ActContext, state: string): SocketArgument {
  const peer = told.text(key);
  if (!/^(?:\[[0-9a-f:.]+\]|[0-9.]+):\d{1,5}$/i.test(peer)) {
    told.complain(key, 'is not of the form "203.0.113.5:80" or "[2001:db8::1]:80"');
  }
  return socketTo(told, context, peer, state);
}

function socketTo(
  told: CaseReader,
  context: ActContext,
  peer: string,
  state: string,
): SocketArgument {
  const isUdp = told.flag("udp");
  const portAt = peer.lastIndexOf(":");
  const address = peer.slice(0, Math.max(0, portAt)).replace(/^\[|\]$/g, "");
  const own = context.sockets.of(context.process, peer);
  const isSix = address.includes(":");
  return {
    kind: "socket",
    label: "",
    family: isSix ? "AF_INET6" : "AF_INET",
    protocol: isUdp ? "IPPROTO_UDP" : "IPPROTO_TCP",
    state: isUdp ? "" : state,
    sourceAddress: ownAddress(context.process, address),
    sourcePort: own.port,
    destinationAddress: address,
    destinationPort: Number(peer.slice(portAt + 1)) || 0,
    cookie: own.cookie,
  };
}

function ownAddress(process: CaseProcess, peer: string): string {
  if (/^127\.|^::1$/.test(peer)) return peer;
  if (peer.includes(":")) return "2001:db8:0:1::10";
  return process.container?.address ?? "192.0.2.2";
}

function pair(told: CaseReader, key: string, count: number): readonly string[] {
  const parts = told.texts(key);
  if (parts.length !== count) told.complain(key, `is no list of ${count} texts`);
  return parts;
}

/** A free argument of `hook`: `{path: …}`, `{text: …}` or `{integer: …}`, with a `label`. */
function readArgument(told: CaseReader): Argument {
  const label = told.text("label");
  const made = told.has("path")
    ? file(told.text("path"), "-rw-r--r--", label)
    : told.has("integer")
      ? integer(label, told.number("integer", 0, Number.MIN_SAFE_INTEGER))
      : text(told.text("text"), label);
  told.finish();
  return made;
}

function file(path: string, mode = "-rw-r--r--", label = ""): Argument {
  return { kind: "file", label, path, flags: "", permission: mode };
}

function directory(path: string, label = ""): Argument {
  return file(path.replace(/\/[^/]*$/, "") || "/", "drwxr-xr-x", label);
}

function integer(label: string, value: number): Argument {
  return { kind: "integer", label, value };
}

function text(value: string, label = ""): Argument {
  return { kind: "text", label, value };
}

function capabilities(names: readonly string[]): Argument {
  return { kind: "capabilities", label: "", names, uid: -1 };
}

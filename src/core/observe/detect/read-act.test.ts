/** Holds what events of all kinds of hooks say as acts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { containerA, createStory } from "../../../testing/event-story.ts";
import { addSocketHook } from "../../../testing/flow-events.ts";
import { recordedLines } from "../../../testing/recorded-events.ts";
import { createPlainJsonDecoder } from "../../event/decode-json.ts";
import type { Argument, Event, HookEvent, ProcessEvent } from "../../event/event.ts";
import type { Act } from "./act.ts";
import { entryOf, plainPath } from "./act-arguments.ts";
import { actHook } from "./act-hooks.ts";
import { createAct } from "./detection.ts";
import { citeAct, readAct } from "./read-act.ts";
import { readKernelAct } from "./read-kernel-act.ts";
import { readNames } from "./read-names.ts";

function file(path: string, permission = "-rw-r--r--", flags = ""): Argument {
  return { kind: "file", label: "", path, flags, permission };
}

function number(value: number, label = ""): Argument {
  return { kind: "integer", label, value };
}

function text(value: string, label = ""): Argument {
  return { kind: "text", label, value };
}

const failure: Argument = { kind: "error", label: "", message: "Bad address" };
const folder = "drwxr-xr-x";

function hooked(hook: string, args: readonly Argument[], parts: Partial<HookEvent> = {}): Event {
  const story = createStory();
  const process = story.process({ pid: 7, binary: "/bin/tool", cwd: "/work" });
  story.hook(process, hook, { arguments: args, ...parts });
  return story.events[0] ?? assert.fail();
}

function actOf(event: Event): Partial<Act> | undefined {
  const act = createAct();
  if (!readAct(act, event as ProcessEvent, 5)) return undefined;
  const { kind, path, otherPath, address, port, value, text: said, failed } = act;
  const all = { kind, path, otherPath, address, port, value, text: said, failed };
  return Object.fromEntries(Object.entries(all).filter(([, one]) => Boolean(one)));
}

const cases: readonly (readonly [string, readonly Argument[], Partial<Act> | undefined])[] = [
  ["security_file_permission", [file("/a"), number(4, "mask")], { kind: "read", path: "/a" }],
  ["security_file_permission", [file("/a"), number(2, "mask")], { kind: "write", path: "/a" }],
  ["security_file_permission", [file("/a"), number(1, "mask")], undefined],
  ["security_file_permission", [file("/dev/null", "crw-rw-rw-"), number(2)], undefined],
  [
    "security_file_permission",
    [file("/dev/sda", "brw-rw----"), number(4)],
    {
      kind: "read",
      path: "/dev/sda",
    },
  ],
  ["security_file_open", [file("/proc/1/environ")], { kind: "read", path: "/proc/1/environ" }],
  // Where the link to a token of Kubernetes leads, and a name that only looks like it.
  [
    "security_file_open",
    [file("/run/secrets/kubernetes.io/serviceaccount/..2026_01_05_09_30_00.123456789/token")],
    { kind: "read", path: "/run/secrets/kubernetes.io/serviceaccount/token" },
  ],
  ["security_file_open", [file("/a/..2026/token")], { kind: "read", path: "/a/..2026/token" }],
  ["security_file_open", [file("/a", "-rw-r--r--", "unresolvedPathComponents")], undefined],
  ["security_file_open", [file("/etc", folder)], undefined],
  ["file_open", [file("/a (deleted)")], { kind: "read", path: "/a" }],
  [
    "__x64_sys_openat",
    [number(-100), text("x/../y"), number(0x241)],
    {
      kind: "write",
      path: "/work/y",
    },
  ],
  ["security_file_truncate", [file("/var/log/a")], { kind: "truncate", path: "/var/log/a" }],
  [
    "security_mmap_file",
    [file("/tmp/l.so"), number(5, "prot")],
    { kind: "map", path: "/tmp/l.so" },
  ],
  [
    "security_mmap_file",
    [file("/tmp/l.so"), number(1, "prot")],
    {
      kind: "read",
      path: "/tmp/l.so",
    },
  ],
  [
    "security_path_unlink",
    [file("/dev/shm", folder), file("/x")],
    {
      kind: "delete",
      path: "/dev/shm/x",
    },
  ],
  [
    "security_path_unlink",
    [file("/a/b", folder), file("/a/b/c")],
    { kind: "delete", path: "/a/b/c" },
  ],
  [
    "security_path_rmdir",
    [file("/a", folder), file("/b", folder)],
    { kind: "delete", path: "/a/b" },
  ],
  ["__x64_sys_unlink", [text("/a/b")], { kind: "delete", path: "/a/b" }],
  [
    "security_path_rename",
    [file("/a", folder), file("/x"), file("/b", folder), file("/y")],
    { kind: "rename", path: "/b/y", otherPath: "/a/x" },
  ],
  [
    "security_path_symlink",
    [file("/o", folder), file("/o/l", "---------"), text("/etc/shadow")],
    {
      kind: "link",
      path: "/o/l",
      otherPath: "/etc/shadow",
    },
  ],
  [
    "security_path_link",
    [file("/x"), file("/b", folder), file("/y")],
    {
      kind: "link",
      path: "/b/y",
      otherPath: "/x",
    },
  ],
  [
    "__x64_sys_symlinkat",
    [text("/t"), number(-100), text("/l")],
    {
      kind: "link",
      path: "/l",
      otherPath: "/t",
    },
  ],
  [
    "security_path_chmod",
    [file("/b"), number(0o104755, "mode")],
    {
      kind: "mode",
      path: "/b",
      value: 0o4755,
    },
  ],
  [
    "security_path_chmod",
    [file("/d", folder), number(0o777, "mode")],
    {
      kind: "mode",
      path: "/d",
      value: 0o777,
    },
  ],
  [
    "security_inode_setxattr",
    [file("/cap"), text("security.capability", "name")],
    {
      kind: "attribute",
      path: "/cap",
      text: "security.capability",
    },
  ],
  [
    "__x64_sys_mount",
    [text("/dev/sda1"), text("/mnt"), text("ext4")],
    {
      kind: "mount",
      path: "/mnt",
      otherPath: "/dev/sda1",
      text: "ext4",
    },
  ],
  [
    "security_sb_mount",
    [text("/dev/sda1"), file("/mnt", folder), text("ext4")],
    {
      kind: "mount",
      path: "/mnt",
      otherPath: "/dev/sda1",
      text: "ext4",
    },
  ],
  ["__x64_sys_mount", [text(""), failure, failure], undefined],
  [
    "__x64_sys_setns",
    [number(9, "fd"), number(0x20000, "nstype")],
    {
      kind: "namespace",
      text: "setns",
      value: 0x20000,
    },
  ],
  [
    "__x64_sys_unshare",
    [number(0x10000000, "flags")],
    {
      kind: "namespace",
      text: "unshare",
      value: 0x10000000,
    },
  ],
  [
    "__x64_sys_setresuid",
    [number(-1), number(33), number(-1)],
    {
      kind: "identity",
      text: "setresuid",
      value: 33,
    },
  ],
  ["__arm64_sys_setuid", [number(0, "uid")], { kind: "identity", text: "setuid" }],
  [
    "cap_capable",
    [{ kind: "capabilities", label: "", names: ["CAP_SYS_ADMIN"], uid: -1 }],
    {
      kind: "capability",
      text: "CAP_SYS_ADMIN",
    },
  ],
  ["sys_ptrace", [number(16, "request"), number(5)], { kind: "trace", text: "ptrace", value: 16 }],
  ["do_init_module", [text("rootkit")], { kind: "module", text: "rootkit" }],
  [
    "security_kernel_read_file",
    [file("/x/y.ko.xz"), number(2)],
    {
      kind: "module",
      path: "/x/y.ko.xz",
      text: "y",
    },
  ],
  ["security_kernel_read_file", [file("/lib/firmware/a"), number(1)], undefined],
  [
    "security_kernel_module_request",
    [text("net-pf-16")],
    {
      kind: "call",
      text: "kernel_module_request",
      otherPath: "net-pf-16",
    },
  ],
  ["security_bpf", [text("BPF_PROG_LOAD")], { kind: "program", text: "BPF_PROG_LOAD" }],
  ["__x64_sys_bpf", [number(5)], { kind: "program", text: "BPF_PROG_LOAD" }],
  ["__x64_sys_memfd_create", [text("x")], { kind: "memory-file", text: "x" }],
  [
    "security_socket_connect",
    [
      {
        kind: "socket-address",
        label: "",
        family: "AF_UNIX",
        address: "/run/docker.sock",
        port: 0,
      },
    ],
    { kind: "unix-connect", path: "/run/docker.sock" },
  ],
  ["security_bprm_check", [file("/bin/sh")], undefined],
  [
    "__x64_sys_pivot_root",
    [text("/new"), text("/old")],
    {
      kind: "call",
      text: "pivot_root",
      otherPath: "/new",
    },
  ],
];

test("hooks are read by what they do, whatever policy they are of", () => {
  for (const [hook, args, expected] of cases) {
    assert.deepEqual(actOf(hooked(hook, args)), expected, hook);
  }
});

test("a call that failed is an act that failed", () => {
  const returned = number(-13);
  const event = hooked("security_file_permission", [file("/a"), number(4)], { returned });
  assert.deepEqual(actOf(event), { kind: "read", path: "/a", failed: true });
});

function socketAct(hook: string, parts: Parameters<typeof addSocketHook>[3]) {
  const story = createStory();
  addSocketHook(story, story.process({ pid: 7, binary: "/bin/tool" }), hook, parts);
  return actOf(story.events[0] ?? assert.fail());
}

test("sockets tell the far end, with the port of the end that listens", () => {
  const ends = { sourceAddress: "10.0.0.1", sourcePort: 40_000 };
  const far = { ...ends, destinationAddress: "::ffff:192.0.2.9", destinationPort: 443 };
  const address = "192.0.2.9";
  assert.deepEqual(socketAct("tcp_connect", { socket: far }), {
    kind: "connect",
    address,
    port: 443,
  });
  const sent = socketAct("tcp_sendmsg", { socket: far, size: 10 });
  assert.deepEqual(sent, { kind: "send", address, port: 443, value: 10 });
});

test("exec and exit are acts of their own, and the time of a loader event is now", () => {
  const story = createStory();
  const process = story.exec({ pid: 7, binary: "/bin/sh", containerId: containerA });
  story.exit(process);
  story.load(process, "/tmp/evil.so");
  const [exec, exit, loader] = story.events;
  assert.deepEqual(actOf(exec ?? assert.fail()), { kind: "exec", path: "/bin/sh" });
  assert.deepEqual(actOf(exit ?? assert.fail()), { kind: "exit" });
  const act = createAct();
  assert.ok(readAct(act, loader as ProcessEvent, 77));
  assert.deepEqual([act.kind, act.path, act.timeUs], ["map", "/tmp/evil.so", 77]);
  assert.equal(citeAct(act).sensor, "loader");
});

test("no recorded event makes the reader fail, and paths are absolute", () => {
  const decoder = createPlainJsonDecoder();
  const act = createAct();
  const kinds = new Set<string>();
  for (const line of [...recordedLines("pairs"), ...recordedLines("observed")]) {
    const event = decoder.decode(line, 0, line.length, 0, 0);
    if (event === undefined || !("process" in event) || !readAct(act, event, 1)) continue;
    kinds.add(act.kind);
    if (!["exec", "call", "mount"].includes(act.kind)) assert.match(act.path, /^(?:\/|$)/);
  }
  assert.ok(kinds.size > 12, [...kinds].join(" "));
});

test("hooks are known by their function, whatever frames its name", () => {
  for (const hook of ["__x64_sys_setns", "__arm64_sys_setns", "syscalls/sys_enter_setns"]) {
    assert.deepEqual(actHook(hook), { reading: "namespace", name: "setns" });
  }
  assert.equal(actHook("tcp_rcv_established").reading, "none");
  assert.deepEqual(actHook("some_function"), { reading: "call", name: "some_function" });
});

test("paths are whole or none", () => {
  const paths = ["relative", "/", "/a//b/./c", "/a (deleted)"].map(plainPath);
  assert.deepEqual(paths, ["", "", "/a/b/c", "/a"]);
  assert.equal(entryOf("/dev/shm", "/x"), "/dev/shm/x");
});

test("hooks without their arguments give nothing", () => {
  const act = createAct();
  const event = hooked("security_path_unlink", [failure]) as HookEvent;
  for (const reading of ["delete", "rename", "link", "mode", "attribute"] as const) {
    assert.equal(readNames(act, event, reading), false, reading);
  }
  for (const reading of ["mount", "identity", "module-file"] as const) {
    assert.equal(readKernelAct(act, event, { reading, name: "x" }), false, reading);
  }
});

/**
 * Holds the tests of the small parts that the process tree and the file uses are made of.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findBulkReads } from "./bulk-reading.ts";
import { addCommand, createContainerScene, isBareShell, isPeriodic } from "./container-scene.ts";
import { readExecId } from "./exec-id.ts";
import { findPrelude, mayPrecedeExec, type PendingAccess } from "./exec-prelude.ts";
import { hookKind } from "./file-access.ts";
import { imagePath, isDynamicLinker, isLibrary } from "./file-path.ts";
import { createUseTotals, emitTotals } from "./file-use-totals.ts";
import { isRuntimeImage } from "./judge-actor.ts";
import { isInitShim, isUnnamedImage, programName, toolKind } from "./known-programs.ts";
import { findProgram, type Host, hostOf, rememberPid } from "./process-host.ts";
import { createTreeNode } from "./tree-node.ts";
import { createWrittenPaths, noteWriting, wasWritten } from "./written-paths.ts";

test("an exec id tells node, time and pid", () => {
  assert.deepEqual(readExecId(btoa("lab-node:91650123456:333")), {
    node: "lab-node",
    bootUs: 91_650_123,
    pid: 333,
  });
  const old = readExecId(btoa("a:b:8999999999999999999:7"));
  assert.deepEqual(old, { node: "a:b", bootUs: 8_999_999_999_999_999, pid: 7 });
  assert.deepEqual(readExecId(btoa("n:0:2789")), { node: "n", bootUs: 0, pid: 2789 });
});

test("what is no exec id gives none, whatever it is", () => {
  for (const text of ["", "dump:n:1", btoa("n:x:1"), btoa("nothing")]) {
    assert.equal(readExecId(text), undefined, text);
  }
  fc.assert(fc.property(fc.string(), (text) => void readExecId(text)));
});

test("paths are folded, and what is no file of an image is none", () => {
  assert.equal(imagePath("/usr/lib/x.so (deleted)"), "/usr/lib/x.so");
  assert.equal(imagePath("/proc/self/root/usr/bin/x"), "/usr/bin/x");
  assert.equal(imagePath("/a/./b//c/../d"), "/a/b/d");
  assert.equal(imagePath("/a/.hidden/..data"), "/a/.hidden/..data");
  for (const text of [
    "",
    "/",
    "x/y",
    "/proc/1/maps",
    "/dev/shm/x",
    "/sys/a",
    "/memfd:x (deleted)",
  ]) {
    assert.equal(imagePath(text), "", text);
  }
  assert.equal(imagePath("/process/x"), "/process/x");
  assert.equal(imagePath("/devel/x"), "/devel/x");
});

test("dynamic linkers and libraries are told by name", () => {
  for (const name of ["ld-linux-x86-64.so.2", "ld-2.31.so", "ld-musl-x86_64.so.1", "ld64.so.2"]) {
    assert.ok(isDynamicLinker(`/lib/${name}`), name);
  }
  for (const name of ["libdl.so.2", "ldd", "ld", "ldap.so.1"]) {
    assert.ok(!isDynamicLinker(`/lib/${name}`), name);
  }
  assert.ok(isLibrary("/x/_c.cpython-39-x86_64-linux-gnu.so"));
  assert.ok(isLibrary("/x/addon.node"));
  assert.ok(!isLibrary("/usr/bin/python3.9"));
});

test("programs are known by name where only the name tells", () => {
  const table: readonly (readonly [string, string, string | undefined])[] = [
    ["/usr/bin/apt-get", "install x", "package-manager"],
    ["/usr/bin/dpkg", "-V", "package-manager"],
    ["/usr/local/bin/pip3", "install flask", "package-manager"],
    ["/usr/local/bin/pip3.11", "-q install flask", "package-manager"],
    ["/usr/bin/python3", "-m pip install flask", "package-manager"],
    ["/usr/bin/python3", "/usr/local/bin/pip install flask", "package-manager"],
    ["/usr/bin/python3", "/app/server.py install", undefined],
    ["/usr/local/bin/node", "/usr/lib/node_modules/npm/bin/npm-cli.js ci", "package-manager"],
    ["/usr/local/bin/npm", "run start", undefined],
    ["/usr/local/bin/npm", "", undefined],
    ["/bin/tar", "cf - /", "bulk-reader"],
    ["/usr/bin/grep", "-rn x /usr", "bulk-reader"],
    ["/usr/bin/grep", "-n x /etc/hosts", undefined],
    ["/usr/sbin/nginx", "", undefined],
  ];
  for (const [binary, args, kind] of table) {
    assert.equal(toolKind(binary, args), kind, `${binary} ${args}`);
  }
  assert.equal(programName("/usr/bin/python3", "-m pip install x"), "pip");
  assert.ok(isInitShim("/sbin/tini"));
  for (const name of ["/proc/self/exe", "/dev/fd/6", "/proc/12/fd/3", "memfd:x"]) {
    assert.ok(isUnnamedImage(name), name);
  }
  assert.ok(!isUnnamedImage("/usr/bin/fd/6"));
});

test("hooks of every kind of sensor are known by what they do", () => {
  const table: readonly (readonly [string, string])[] = [
    ["security_file_open", "open"],
    ["file_open", "open"],
    ["bpf_lsm_file_open", "open"],
    ["__x64_sys_openat", "open-call"],
    ["sys_openat2", "open-call"],
    ["syscalls/sys_exit_openat", "open-call"],
    ["security_mmap_file", "map"],
    ["security_file_permission", "permission"],
    ["security_path_rename", "change-names"],
    ["__arm64_sys_unlinkat", "change-names"],
    ["security_bprm_check", "execute"],
    ["security_file_truncate", "write"],
    ["tcp_connect", "none"],
    ["security_inode_getattr", "none"],
    ["security_path_chmod", "none"],
  ];
  for (const [hook, kind] of table) assert.equal(hookKind(hook), kind, hook);
});

function access(path: string, how: PendingAccess["how"], atUs: number): PendingAccess {
  const place = { input: 0, offset: atUs, policy: "", timed: true };
  return { path, how, sensor: how === "read" ? "open" : "mmap", timeUs: atUs, ...place };
}

test("of the old program's files only the new program, its script and its linker move", () => {
  assert.ok(mayPrecedeExec("/usr/bin/x", "read", true));
  assert.ok(!mayPrecedeExec("/etc/x.conf", "read", false));
  assert.ok(!mayPrecedeExec("/usr/lib/libc.so.6", "mapped", true));
  const pending = [
    access("/usr/bin/unrelated", "read", 100),
    access("/run.sh", "read", 200),
    access("/bin/dash", "read", 300),
    access("/lib/ld-2.31.so", "read", 400),
    access("/bin/dash", "mapped", 500),
    access("/lib/ld-2.31.so", "mapped", 600),
  ];
  const next = { binary: "/run.sh", execUs: 700 };
  const { moved, program } = findPrelude(pending, next, true);
  assert.deepEqual(moved, pending.slice(1));
  assert.equal(program?.path, "/bin/dash");
});

test("what was opened long before an exec is the old program's", () => {
  const pending = [access("/usr/bin/x", "mapped", 1)];
  const next = { binary: "/usr/bin/x", execUs: 60_000_000 };
  assert.deepEqual(findPrelude(pending, next, true), { moved: [], program: undefined });
  const late = [access("/usr/bin/x", "mapped", 60_020_000)];
  assert.equal(findPrelude(late, next, true).moved.length, 1, "clocks differ a little");
});

test("with opens alone a program moves only when the picture fits", () => {
  const odd = [access("/usr/bin/looked-at", "read", 100)];
  const next = { binary: "/usr/bin/new", execUs: 200 };
  assert.equal(findPrelude(odd, next, false).program, undefined);
  assert.equal(findPrelude(odd, next, true).program?.path, "/usr/bin/looked-at");
  const linked = [...odd, access("/lib/ld-linux-x86-64.so.2", "read", 150)];
  assert.equal(findPrelude(linked, next, false).program?.path, "/usr/bin/looked-at");
});

test("a scanner that maps nothing reads in bulk; a few foreign files are not enough", () => {
  const paths = (count: number) =>
    Array.from({ length: count }, (_, at) => `/usr/lib/d${at % 20}/lib${at}.so.1`);
  const process = (count: number, mappedCount: number) => ({
    read: paths(count),
    readCount: count,
    isMapped: () => false,
    mappedCount,
    seesMappings: true,
  });
  assert.equal(findBulkReads(process(100, 5))?.size, 100);
  assert.equal(findBulkReads(process(20, 5)), undefined);
  assert.equal(findBulkReads(process(100, 90)), undefined);
  assert.equal(findBulkReads({ ...process(100, 5), seesMappings: false }), undefined);
});

test("times of a command are even from the third on, and what comes later does not count", () => {
  const scene = createContainerScene();
  const second = 1_000_000;
  for (const at of [30, 10, 20, 20]) addCommand(scene, "ping", at * second);
  assert.ok(isPeriodic(scene, "ping", 30 * second));
  assert.ok(!isPeriodic(scene, "ping", 29 * second));
  assert.ok(!isPeriodic(scene, "other", 99 * second));
  assert.ok(isBareShell({ binary: "/bin/bash", arguments: "--login -i" }));
  assert.ok(!isBareShell({ binary: "/bin/sh", arguments: "-c true" }));
});

test("the runtime is told by where a process comes from, not by its name alone", () => {
  const shim = createTreeNode("s", "n", 1);
  const inside = { ...createTreeNode("x", "n", 2), container: "c", execSeen: true };
  const context = (parent: typeof shim | undefined) => ({
    parentOf: (node: typeof shim) => (node.pid === 2 ? parent : undefined),
    sceneOf: createContainerScene,
    probeCommandsOf: () => [],
    horizonUs: () => 0,
  });
  const self = { ...inside, binary: "/proc/self/exe" };
  assert.ok(isRuntimeImage(self, context(shim)));
  assert.ok(!isRuntimeImage(self, context({ ...inside, pid: 3, binary: "/app" })));
  assert.ok(!isRuntimeImage({ ...self, inInitTree: true }, context(shim)));
  assert.ok(!isRuntimeImage({ ...inside, binary: "/app" }, context(shim)));
});

test("a pid means whoever had it at that time", () => {
  const host: Host = hostOf(new Map(), "n");
  const first = { ...createTreeNode("a", "n", 7), startUs: 10, exitUs: 20 };
  const next = { ...createTreeNode("b", "n", 7), startUs: 30 };
  for (const node of [first, next]) rememberPid(host, node);
  const block = { pid: 7 } as Parameters<typeof findProgram>[1];
  assert.equal(findProgram(host, block, 15), first);
  assert.equal(findProgram(host, block, 25), undefined);
  assert.equal(findProgram(host, block, 35), next);
});

test("machines beyond the bound share one, and no memory grows", () => {
  const hosts = new Map<string, Host>();
  for (let at = 0; at < 6000; at++) hostOf(hosts, `n${at}`);
  assert.ok(hosts.size <= 4097);
});

test("the earliest write of a path counts", () => {
  const written = createWrittenPaths();
  const at = (timeUs: number) => ({ container: "c", path: "/x", timeUs });
  noteWriting(written, at(20));
  noteWriting(written, at(10));
  noteWriting(written, at(30));
  assert.deepEqual(
    [9, 10, 15].map((time) => wasWritten(written.byContainer.get("c"), "/x", time)),
    [false, true, true],
  );
  assert.ok(!wasWritten(written.byContainer.get("other"), "/x", 40));
  for (let at = 0; at < 20_000; at++) {
    noteWriting(written, { container: "c", path: `/${at}`, timeUs: 1 });
  }
  assert.ok(written.count <= 8192);
});

test("totals without a process give no fact", () => {
  const emitted: unknown[] = [];
  emitTotals(
    createUseTotals(),
    () => true,
    (fact) => emitted.push(fact),
  );
  assert.deepEqual(emitted, []);
});

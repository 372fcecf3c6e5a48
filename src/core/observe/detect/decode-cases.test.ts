/** Tests of the notation of cases: what events it gives, and what it says of mistakes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event, ExecEvent, HookEvent } from "../../event/event.ts";
import { createProcessTree } from "../process-tree.ts";
import { hookActNames } from "./case-acts.ts";
import { caseStartUs } from "./case-world.ts";
import { decodeCases } from "./decode-cases.ts";

function decodeOne(events: readonly unknown[], more: object = {}) {
  const { matching, problems } = decodeCases({ matching: [{ name: "one", events, ...more }] });
  return { events: matching[0]?.events ?? [], problems };
}

function execs(events: readonly Event[]): readonly ExecEvent[] {
  return events.filter((event) => event.type === "exec");
}

function hooks(events: readonly Event[]): readonly HookEvent[] {
  return events.filter((event): event is HookEvent => event.type === "kprobe");
}

test("an exec in a container is a child of its first process and in its tree", () => {
  const { events, problems } = decodeOne([
    {
      at: 0.5,
      pid: 11,
      exec: "/usr/bin/curl",
      args: "-fsSL http://203.0.113.5/x",
      container: "c1",
    },
  ]);
  assert.deepEqual(problems, []);
  const [systemd, shim, main, curl] = execs(events);
  assert.equal(systemd?.process?.pid, 1);
  assert.equal(shim?.process?.flags, "procFS rootcwd");
  assert.equal(main?.process?.binary, "/usr/local/bin/app");
  assert.equal(main?.process?.inInitTree, true);
  assert.equal(curl?.timeUs, caseStartUs + 500_000);
  assert.equal(curl?.process?.parentExecId, main?.process?.execId);
  assert.equal(curl?.parent, main?.process);
  assert.equal(curl?.process?.flags, "execve rootcwd clone inInitTree");
  assert.equal(curl?.process?.containerId, main?.process?.containerId);
  assert.equal(curl?.process?.pod?.workload, "c1");
});

test("who enters a container comes from the runtime and is not in its tree", () => {
  const { events } = decodeOne([
    { pid: 11, exec: "/bin/sh", container: "c1", entered: true },
    { pid: 12, exec: "/usr/bin/id", parent: 11 },
  ]);
  const [runtime, shell, id] = execs(events).slice(3);
  assert.equal(runtime?.process?.binary, "/usr/sbin/runc");
  assert.match(runtime?.process?.arguments ?? "", /^exec (?:a0){32} \/bin\/sh$/);
  assert.equal(runtime?.process?.containerId, "");
  assert.equal(shell?.parent?.binary, "/usr/sbin/runc");
  assert.equal(shell?.process?.inInitTree, false);
  assert.equal(id?.process?.inInitTree, false);
  assert.equal(id?.process?.containerId, shell?.process?.containerId);
});

test("the process tree takes the events and knows who entered and who did not", () => {
  const { events } = decodeOne([
    { pid: 11, exec: "/bin/sh", container: "c1", entered: true },
    { pid: 20, exec: "/usr/bin/id", container: "c1" },
  ]);
  const tree = createProcessTree();
  const actors = new Map<number, string>();
  for (const event of events) tree.place(event, event.timeUs, () => undefined);
  tree.finish((node) => void actors.set(node.pid, node.actor));
  assert.equal(actors.get(11), "operator");
  assert.equal(actors.get(20), "service");
});

test("an exec of a pid that runs replaces its program", () => {
  const { events } = decodeOne([
    { pid: 11, exec: "/bin/sh", args: "-c id", uid: 33, cwd: "/srv" },
    { pid: 11, exec: "/usr/bin/id" },
  ]);
  const [shell, id] = execs(events).slice(1);
  assert.equal(id?.process?.parentExecId, shell?.process?.execId);
  assert.equal(id?.process?.flags, "execve");
  assert.equal(id?.process?.uid, 33);
  assert.equal(id?.process?.cwd, "/srv");
  assert.notEqual(id?.process?.execId, shell?.process?.execId);
});

test("a fork has no event and the program of whom it copies", () => {
  const { events } = decodeOne([
    { pid: 11, exec: "/bin/bash" },
    { pid: 12, fork: 11 },
    { pid: 12, connect: "203.0.113.5:443" },
  ]);
  const [connect] = hooks(events);
  assert.equal(execs(events).length, 2);
  assert.equal(connect?.process?.binary, "/bin/bash");
  assert.equal(connect?.process?.pid, 12);
  assert.equal(connect?.process?.parentExecId, connect?.parent?.execId);
});

test("a connection keeps its socket from connect to close", () => {
  const { events } = decodeOne([
    { pid: 11, exec: "/usr/bin/curl" },
    { pid: 11, connect: "203.0.113.5:80", sent: 100, received: 5000 },
    { pid: 11, close: "203.0.113.5:80" },
  ]);
  const seen = hooks(events).map(({ hook, arguments: [socket], returned }) => {
    assert.equal(socket?.kind, "socket");
    return [hook, socket.cookie, returned?.kind === "integer" ? returned.value : ""];
  });
  assert.deepEqual(seen, [
    ["tcp_connect", "9000000", ""],
    ["tcp_sendmsg", "9000000", ""],
    ["tcp_recvmsg", "9000000", 5000],
    ["tcp_close", "9000000", ""],
  ]);
});

test("setuid changes the user of what is started afterwards, unless it failed", () => {
  const { events } = decodeOne([
    { pid: 11, exec: "/usr/bin/python3", uid: 1000 },
    { pid: 11, setuid: 5, failed: true },
    { pid: 12, parent: 11, exec: "/usr/bin/id" },
    { pid: 11, setuid: 0 },
    { pid: 13, parent: 11, exec: "/bin/sh" },
  ]);
  const users = execs(events).map(({ process }) => process?.uid);
  assert.deepEqual(users.slice(1), [1000, 1000, 0]);
});

test("files are told by the hooks and with the arguments that were recorded", () => {
  const { events } = decodeOne([
    { pid: 11, exec: "/bin/sh" },
    { pid: 11, write: "/tmp/x" },
    { pid: 11, chmod: "/tmp/a b 0755" },
    { pid: 11, rename: ["/tmp/a b", "/opt/b"] },
    { pid: 11, unlink: "/tmp/x" },
    { pid: 11, mount: ["/dev/sda1", "/mnt", "ext4"] },
    { pid: 11, unix: "/var/run/docker.sock" },
  ]);
  const told = hooks(events).map((event) => [
    event.hook,
    ...event.arguments.map((one) =>
      one.kind === "file"
        ? one.path
        : one.kind === "socket-address"
          ? one.address
          : "value" in one
            ? one.value
            : one.kind,
    ),
  ]);
  assert.deepEqual(told, [
    ["security_file_permission", "/tmp/x", 2],
    ["security_path_chmod", "/tmp/a b", 0o755],
    ["security_path_rename", "/tmp", "/tmp/a b", "/opt", "/opt/b"],
    ["security_path_unlink", "/tmp", "/tmp/x"],
    ["__x64_sys_mount", "/dev/sda1", "/mnt", "ext4"],
    ["security_socket_connect", "/var/run/docker.sock"],
  ]);
});

test("exits tell a status or a signal", () => {
  const { events } = decodeOne([
    { pid: 11, exec: "/bin/sh" },
    { pid: 12, exec: "/bin/sh" },
    { pid: 11, exit: 3 },
    { pid: 12, exit: "SIGKILL" },
  ]);
  const told = events.flatMap((one) => (one.type === "exit" ? [[one.status, one.signal]] : []));
  assert.deepEqual(told, [
    [3, ""],
    [0, "SIGKILL"],
  ]);
});

test("containers and running processes are told before, with their birth as time", () => {
  const { events, problems } = decodeOne([{ pid: 40, exec: "/bin/sh", parent: 30 }], {
    containers: {
      web: { main: "/usr/sbin/nginx", image: "nginx:1.25", workload: "front", privileged: true },
      lone: { pod: false, starts: true },
    },
    running: [{ pid: 30, exec: "/usr/sbin/php-fpm8.2", container: "web", uid: 33 }],
  });
  assert.deepEqual(problems, []);
  const [nginx, php, shell] = execs(events).slice(2);
  assert.equal(nginx?.process?.pod?.imageName, "nginx:1.25");
  assert.equal(nginx?.process?.pod?.privileged, true);
  assert.ok((php?.timeUs ?? 0) < caseStartUs);
  assert.equal(php?.parent?.binary, "/usr/sbin/nginx");
  assert.equal(shell?.process?.uid, 33);
  assert.equal(execs(events).length, 5, "what starts later is told when it is needed");
});

test("mistakes are told with their path, and nothing is thrown", () => {
  const told = (document: unknown) =>
    decodeCases(document).problems.map(({ path, message }) => `${path}: ${message}`);
  const about = (event: unknown) =>
    told({ quiet: [{ name: "x", events: [{ pid: 1, exec: "/a" }, event] }] });
  assert.deepEqual(told(5), [": is no map"]);
  assert.deepEqual(told({ matching: [{}] }), [
    "matching[0].name: is missing",
    "matching[0].events: is empty",
  ]);
  assert.deepEqual(told({ matchin: [] }), ["matchin: is not known here"]);
  const at = "quiet[0].events[1]";
  assert.deepEqual(about({ pid: 2, exec: "/b", argz: "x" }), [`${at}.argz: is not known here`]);
  assert.deepEqual(about({ pid: 9, read: "/x" }), [
    `${at}.pid: is of no process so far; give it an exec, or list it in running`,
    `${at}.read: is not known here`,
  ]);
  assert.deepEqual(about({ pid: 1 }), [`${at}: says nothing that is done`]);
  assert.deepEqual(about({ pid: 1, read: "/x", write: "/x" }).slice(0, 1), [
    `${at}: says more than one act`,
  ]);
  assert.deepEqual(about({ pid: 1, connect: "here" }), [
    `${at}.connect: is not of the form "203.0.113.5:80" or "[2001:db8::1]:80"`,
  ]);
  assert.deepEqual(about({ pid: 1, exit: "soon" }), [
    `${at}.exit: is neither a status nor a signal`,
  ]);
  assert.deepEqual(about({ pid: 3, exec: "/b", parent: 77 }), [
    `${at}.parent: is the pid of no process so far`,
  ]);
  for (const act of hookActNames) assert.doesNotThrow(() => about({ pid: 1, [act]: [{}] }));
});

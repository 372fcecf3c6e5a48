/** Tests what acts say of habits, and whose habits they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ActScene, sceneAct } from "../../../testing/act-scene.ts";
import type { Act } from "../detect/act.ts";
import { valueKey } from "./profile-book.ts";
import { placeOf, ValueReader } from "./read-values.ts";

function read(act: Act): readonly string[] {
  return new ValueReader().read(act).map(({ dimension, value }) => `${dimension} ${value}`);
}

test("an exec says which program, started by which, with which shape of arguments", () => {
  const scene = new ActScene();
  const cron = scene.add({ pid: 1, binary: "/usr/sbin/cron" });
  const shell = scene.add({ pid: 2, binary: "/bin/sh", arguments: "-c backup" });
  shell.parent = cron;
  shell.entryKind = "scheduled";
  const tar = scene.add({
    pid: 3,
    binary: "/usr/bin/tar",
    arguments: "czf /backup/2026-08-07.tgz /data",
    parent: shell,
  });
  assert.deepEqual(read(sceneAct(shell, 1)), [
    "binary /bin/sh",
    "child (scheduled) > /bin/sh",
    "arguments sh -c backup",
  ]);
  assert.deepEqual(read(sceneAct(tar, 1)), [
    "binary /usr/bin/tar",
    "child /bin/sh > /usr/bin/tar",
    "arguments tar czf /backup/<date>.tgz /data",
  ]);
});

test("what a server starts is its own habit, unlike what somebody starts from outside", () => {
  const scene = new ActScene();
  const server = scene.add({ pid: 1, binary: "/usr/sbin/nginx" });
  const shell = scene.add({ pid: 2, binary: "/bin/sh" });
  shell.parent = server;
  shell.entryKind = "service";
  assert.ok(read(sceneAct(shell, 1)).includes("child /usr/sbin/nginx > /bin/sh"));
  shell.entryKind = "operator";
  assert.ok(read(sceneAct(shell, 1)).includes("child (operator) > /bin/sh"));
});

test("a connection says which kind of address or network, and port, never which address", () => {
  const scene = new ActScene();
  const curl = scene.add({ pid: 1, binary: "/usr/bin/curl" });
  const to = (address: string, port: number) =>
    read(sceneAct(curl, 1, { kind: "connect", address, port }));
  assert.deepEqual(to("203.0.113.7", 443), [
    "destination /usr/bin/curl > internet 203.0.113.0/24:443",
  ]);
  assert.deepEqual(to("2001:470:1:2::7", 443), [
    "destination /usr/bin/curl > internet 2001:470:1::/48:443",
  ]);
  assert.deepEqual(to("10.0.0.7", 40_001), ["destination /usr/bin/curl > private:high"]);
  assert.deepEqual(to("169.254.169.254", 80), ["destination /usr/bin/curl > metadata:80"]);
  assert.deepEqual(to("", 80), []);
  assert.deepEqual(to("no address", 80), []);
});

test("files are told where they are sensitive", () => {
  const scene = new ActScene();
  const cat = scene.add({ pid: 1, binary: "/bin/cat" });
  const path = "/proc/17/environ";
  const told = read(sceneAct(cat, 1, { kind: "read", path }));
  assert.deepEqual(told, ["path /bin/cat reads /proc/<n>/environ"]);
  assert.deepEqual(read(sceneAct(cat, 1, { kind: "read", path: "/etc/passwd" })), []);
  assert.deepEqual(read(sceneAct(cat, 1, { kind: "write", path: "/etc/passwd" })), [
    "path /bin/cat changes /etc/passwd",
  ]);
  assert.deepEqual(read(sceneAct(cat, 1, { kind: "send", address: "10.0.0.1" })), []);
});

test("cut arguments have no shape, and a runtime has no habits", () => {
  const scene = new ActScene();
  const tool = scene.add({ pid: 1, binary: "/bin/x", arguments: "a b" });
  tool.argumentsCut = true;
  assert.equal(read(sceneAct(tool, 1)).length, 2);
  tool.actor = "runtime";
  assert.deepEqual(read(sceneAct(tool, 1)), []);
});

test("habits are the workload's, the image's where no object tells, or a unit's of a host", () => {
  const scene = new ActScene();
  const inside = scene.add({ pid: 1, binary: "/app", container: "c1" });
  inside.image = "registry.example/shop:1";
  assert.deepEqual(
    [placeOf(inside).kind, placeOf(inside).name],
    ["Container", "registry.example/shop:1"],
  );
  const workload = { cluster: "", namespace: "n", kind: "Deployment", name: "d", container: "c" };
  inside.workload = workload;
  assert.equal(placeOf(inside), workload);
  const daemon = scene.add({ pid: 2, binary: "/usr/sbin/sshd" });
  daemon.entryKind = "startup";
  assert.deepEqual(placeOf(daemon).container, "startup sshd");
  const command = scene.add({ pid: 3, binary: "/bin/sh" });
  command.entryKind = "service";
  command.host = daemon;
  assert.deepEqual(placeOf(command).container, "service sshd");
  const thread = scene.add({ pid: 4, binary: "[kworker/u8:1]" });
  thread.entryKind = "startup";
  assert.deepEqual(placeOf(thread).container, "startup kernel");
  const helper = scene.add({ pid: 5, binary: "/sbin/modprobe", parent: thread });
  assert.ok(read(sceneAct(helper, 1)).includes("child (kernel) > /sbin/modprobe"));
});

test("the same value is one object with its key, however many show it", () => {
  const reader = new ValueReader();
  const scene = new ActScene();
  const all = [1, 2].map((pid) => {
    const tool = scene.add({ pid, binary: "/usr/bin/id", execSeen: true });
    return reader.read(sceneAct(tool, pid));
  });
  const [[first] = [], [second] = []] = all;
  assert.ok(first !== undefined && first === second);
  assert.equal(first.key, valueKey(first));
});

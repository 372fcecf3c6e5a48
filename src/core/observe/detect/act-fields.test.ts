/** Tests what the fields of rules say of acts, and that they say nothing where nothing is known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  execAct,
  hookEvent,
  sampleAct,
  sampleBook,
  sampleSubject,
} from "../../../testing/act-samples.ts";
import type { Act } from "./act.ts";
import { actFields, auditFields, type FieldTable, fieldCount } from "./act-fields.ts";
import { ActReader } from "./act-reader.ts";
import { evaluableByKinds } from "./act-sensors.ts";

const reader = new ActReader();
function read(name: string, act: Act, table: FieldTable = actFields, book = sampleBook()) {
  const field = table.get(name);
  assert.ok(field, name);
  reader.show(act, book);
  return reader.value(field);
}

test("an exec has program, command line, user, and its parent's", () => {
  const parent = sampleSubject({ binary: "/usr/sbin/nginx", arguments: "-g x", uid: 33 });
  const act = execAct("/bin/sh -c id", { parent, auid: 1000 });
  assert.equal(read("CommandLine", act), "/bin/sh -c id");
  assert.equal(read("User", act), "root");
  assert.equal(read("LogonId", act), 1000);
  assert.equal(read("ParentCommandLine", act), "/usr/sbin/nginx -g x");
  assert.equal(read("parent.uid", act), 33);
  assert.deepEqual(read("ancestor.name", act), ["nginx"]);
});

test("a host of which nothing is known is native; ancestors tell their commands", () => {
  const parent = sampleSubject({ binary: "/server", arguments: "--port 80" });
  const act = execAct("/bin/sh -c id", { parent, host: parent, entryKind: "service" });
  assert.deepEqual(read("host.role", act), ["native"]);
  assert.deepEqual(read("ancestor.command", act), ["/server --port 80"]);
  assert.equal(read("host.role", execAct("/bin/true")), undefined);
});

test("what is not known is undefined", () => {
  const act = execAct("/bin/true", { uid: -1, cwd: "" });
  for (const name of ["User", "LogonId", "ParentImage", "CurrentDirectory", "container.age"]) {
    assert.equal(read(name, act), undefined, name);
  }
  assert.equal(read("DestinationIp", act), undefined);
});

test("ancestors end after sixteen, also where they form a circle", () => {
  const first = sampleSubject({ binary: "/a" });
  let parent = first;
  for (let depth = 0; depth < 40; depth += 1)
    parent = sampleSubject({ binary: `/p${depth}`, parent });
  first.parent = parent;
  const names = read("ancestor.name", execAct("/bin/sh", { parent }));
  assert.equal(Array.isArray(names) && names.length, 16);
});

test("a connection has its far end, its class, and who began it", () => {
  const subject = sampleSubject({ binary: "/usr/bin/curl", arguments: "https://Ab.example.com/x" });
  const act = sampleAct({ kind: "connect", subject, address: "169.254.169.254", port: 443 });
  assert.equal(read("DestinationIp", act), "169.254.169.254");
  assert.equal(read("address.class", act), "metadata");
  assert.deepEqual(read("DestinationHostname", act), ["ab.example.com"]);
  assert.equal(read("Initiated", act), "true");
  const accepted = sampleAct({ kind: "accept", address: "203.0.113.9", port: 40_000 });
  assert.equal(read("Initiated", accepted), "false");
  assert.equal(read("SourceIp", accepted), "203.0.113.9");
  assert.equal(read("DestinationIp", accepted), undefined);
  assert.equal(read("address.class", accepted), "public");
});

test("the age of a container is told where its start is known", () => {
  const act = execAct("/bin/sh");
  const since = (fromStart: boolean) =>
    sampleBook([], { sinceUs: act.timeUs - 90_000_000, fromStart });
  assert.equal(read("container.age", act, actFields, since(true)), 90);
  assert.equal(read("container.age", act, actFields, since(false)), undefined);
});

test("modes are told as people write them", () => {
  const act = sampleAct({ kind: "mode", path: "/tmp/x", value: 0o4755 });
  assert.equal(read("mode", act), "04755");
  assert.equal(read("mode.setuid", act), true);
  assert.equal(read("directory", act), "/tmp");
});

test("auditd has names of its own, ours stay as they are", () => {
  const act = execAct("/usr/sbin/sysctl -w kernel.x=0");
  assert.deepEqual(read("a0", act, auditFields), ["sysctl", "/usr/sbin/sysctl"]);
  assert.equal(read("a2", act, auditFields), "kernel.x=0");
  assert.equal(read("SYSCALL", act, auditFields), "execve");
  assert.equal(read("name", act), "sysctl");
  const opened = sampleAct({ kind: "read", path: "/etc/shadow" });
  assert.equal(read("name", opened, auditFields), "/etc/shadow");
  const call = sampleAct({ kind: "call", event: hookEvent("__x64_sys_sysinfo") });
  assert.equal(read("SYSCALL", call, auditFields), "sysinfo");
  const lower = sampleAct({ kind: "mode", event: hookEvent("security_path_chmod") });
  assert.equal(read("SYSCALL", lower, auditFields), undefined);
});

test("each field has a place of its own", () => {
  const all = new Set([...actFields.values(), ...auditFields.values()]);
  assert.deepEqual(
    [...all].map(({ index }) => index).sort((a, b) => a - b),
    Array.from({ length: fieldCount }, (_, index) => index),
  );
});

test("a reader gives nothing of an act that was shown before", () => {
  const act = execAct("/BIN/Sh -c Id");
  const field = actFields.get("CommandLine");
  assert.ok(field);
  reader.show(act, sampleBook());
  assert.equal(reader.lower(field), "/bin/sh -c id");
  act.subject = sampleSubject({ binary: "/bin/ls" });
  reader.show(act, sampleBook());
  assert.equal(reader.lower(field), "/bin/ls");
});

test("rules about execs need no policy, others name the policies that feed them", () => {
  assert.deepEqual(evaluableByKinds(["write", "exec"]), { state: "yes" });
  const connect = evaluableByKinds(["connect"]);
  assert.ok(connect.state === "with-policy");
  assert.deepEqual(connect.policies, ["tcp-connections", "udp"]);
  assert.match(evaluableByKinds(["call"]).state, /with-policy/);
});

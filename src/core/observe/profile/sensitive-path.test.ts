/** Tests which files count as sensitive to read, and which only to change. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isSensitivePath } from "./sensitive-path.ts";

test("keys, tokens, passwords and other processes are sensitive to read", () => {
  for (const path of [
    "/etc/shadow",
    "/home/a/.ssh/id_ed25519",
    "/root/.aws/credentials",
    "/var/run/secrets/kubernetes.io/serviceaccount/token",
    "/proc/1/environ",
    "/var/run/docker.sock",
    "/home/a/.bash_history",
  ]) {
    assert.ok(isSensitivePath(path, "read"), path);
  }
});

test("what everybody reads is sensitive only to change", () => {
  for (const path of ["/etc/passwd", "/etc/cron.d/x", "/usr/bin/ls", "/etc/ld.so.preload"]) {
    assert.ok(!isSensitivePath(path, "read"), path);
    assert.ok(isSensitivePath(path, "change"), path);
  }
});

test("ordinary files are neither", () => {
  for (const path of ["/usr/lib/libc.so.6", "/var/lib/app/data.db", "/app/shadow.js", ""]) {
    assert.ok(!isSensitivePath(path, "change"), path);
  }
});

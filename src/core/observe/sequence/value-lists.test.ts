/**
 * Tries the lists that rules name: that each can be used, and that no pattern takes all.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { valueLists } from "./value-lists.ts";

test("lists hold texts, each once", () => {
  for (const [name, values] of Object.entries(valueLists)) {
    assert.match(name, /^[a-z][a-z-]*$/);
    assert.ok(values.length > 0 && values.every((one) => one.trim() === one && one !== ""), name);
    assert.equal(new Set(values).size, values.length, name);
  }
});

test("patterns take what they are for and not what is near", () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["interactive", ["", "-i", "-il", "--login", "-p -i"], ["-c id", "/x.sh", "-i x.sh"]],
    ["standard-input", ["", "-", "-s", "-s -- a b", "-ex"], ["-c id", "x.sh", "-m json.tool"]],
    ["attack-tools", ["install -y nmap", "add nmap=7 jq"], ["install nmapper", "install netcat"]],
    ["disk", ["/dev/sda1", "/dev/nvme0n1p2", "/dev/mapper/x"], ["/dev/null", "/dev/shm/a"]],
    ["kernel-threads", ["kworker", "kworker:0-ev", "[kthreadd]"], ["worker", "migration", "["]],
    ["system-logs", ["/var/log/auth.log", "/var/log/pods/a"], ["/var/log/app.log"]],
    ["language-installers", ["npm", "pip3", "bundler"], ["node", "pipe", "apt"]],
    [
      "plain-address",
      ["-s http://203.0.113.5/x", "203.0.113.5:80"],
      ["https://a.example/1.2.3.4.5"],
    ],
    ["upload", ["-d @f u", "-sT f u", "--data-binary @f", "--request POST"], ["-s u", "-o d u"]],
    ["host-persistence", ["/host/etc/cron.d/a", "/x/etc/kubernetes/manifests/a"], ["/app/bin/a"]],
    ["loose-temporary", ["/tmp/a", "sh /dev/shm/a"], ["/opt/a --log /tmp/l"]],
  ];
  for (const [name, matching, quiet] of cases) {
    const tests = (valueLists[name] ?? []).map((pattern) => {
      const flags = { ignoreCase: false, multiLine: false, dotAll: false };
      const compiled = linearRegex.compile(pattern, flags);
      assert.ok(typeof compiled !== "string", `${name}: ${String(compiled)}`);
      return compiled;
    });
    const isTaken = (text: string) => tests.some((one) => one.test(text));
    for (const text of matching) assert.ok(isTaken(text), `${name} misses ${text}`);
    for (const text of quiet) assert.ok(!isTaken(text), `${name} takes ${text}`);
  }
});

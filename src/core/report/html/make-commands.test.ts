/** Holds that what a reader copies into a shell is what it looks like. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileTexts } from "../../../testing/sample-hostile-report.ts";
import { eventCommand, explainCommand, upgradeCommand } from "./client/make-commands.ts";

test("an upgrade is written the way of its ecosystem", () => {
  assert.equal(upgradeCommand("npm", "@a/b", "1.2.3"), "npm install @a/b@1.2.3");
  assert.equal(
    upgradeCommand("deb", "libc6", "2.31-13+deb11u14"),
    "apt-get install --only-upgrade libc6=2.31-13+deb11u14",
  );
  assert.equal(upgradeCommand("java-archive", "log4j-core", "2.25.4"), "");
  assert.equal(upgradeCommand("constructor", "a", "1"), "");
});

test("names that a shell could take for more give no command", () => {
  for (const text of [...hostileTexts, "-rf", "a b", "a;b", "a$b", "a'b", "a\\x0a", ""]) {
    if (text === "__proto__" || /^x+$/.test(text)) continue;
    assert.equal(upgradeCommand("npm", text, "1.0.0"), "", text);
    assert.equal(upgradeCommand("npm", "a", text), "", text);
    assert.equal(explainCommand(text), "", text);
  }
});

test("the raw event is printed from its input, compressed or not", () => {
  assert.equal(
    eventCommand("logs/a b.jsonl.xz", 12),
    "xz -dc 'logs/a b.jsonl.xz' | tail -c +13 | head -n 1",
  );
  assert.match(eventCommand("t.log.gz", 0), /^gzip -dc /);
  assert.match(eventCommand("t.zst", 0), /^zstd -dc /);
  assert.match(eventCommand("t.log", 0), /^cat 't\.log' \| tail -c \+1 /);
});

test("an input that is not exactly its visible name gives no command", () => {
  for (const name of ["a'b", "a\\u{202e}", "long…", "-x", "", "a\nb"]) {
    assert.equal(eventCommand(name, 1), "", name);
  }
  assert.equal(eventCommand("a", -1), "");
});

/**
 * Holds whose a use is, the same in any form of what a process did.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleNode } from "../../testing/sample-facts.ts";
import type { Actor, FileUseHow, Sensor } from "./fact.ts";
import { UseJudge } from "./judge-uses.ts";
import { isCompact, type KeptUses, startOver } from "./kept-uses.ts";
import { addUse, compactProcess, createProcessUses, openedUses } from "./process-uses.ts";
import { createUseLists } from "./use-lists.ts";

function kept(paths: readonly string[], how: FileUseHow, sensor: Sensor = "open"): KeptUses {
  const process = createProcessUses("p", "c", "n");
  for (const path of paths) {
    const access = { path, how, sensor, policy: "", timeUs: 1, input: 0, offset: 0 };
    addUse(process, { useCount: 0, look: 1 }, access);
  }
  compactProcess(process, createUseLists(), 9);
  return process.kept;
}

/** Silent, a copy of what is new, and opened. */
function formsOf(compact: KeptUses): readonly KeptUses[] {
  const opened = openedUses({ ...createProcessUses("p", "c", "n"), kept: compact });
  return [compact, startOver(compact), startOver(compact, 5), opened];
}

const many = Array.from({ length: 100 }, (_, at) => `/usr/lib/${at % 20}/${at}.py`);

test("who reads files of many programs is told from who runs them, with the reason", () => {
  const node = sampleNode({ actor: "service", origin: "service", actorReason: "it is first" });
  const foreign = many.map((path, at) => (at < 55 ? path : path.replace(".py", ".rb")));
  for (const form of formsOf(kept(foreign, "read"))) {
    const judge = new UseJudge(form, node);
    const [own, read] = [0, 99].map((at) => judge.whoseOf("read", foreign[at] ?? ""));
    assert.deepEqual([own?.actor, own?.reason], ["service", "it is first"]);
    assert.deepEqual([read?.actor, read?.origin], ["bulk-reader", "service"]);
    assert.match(read?.reason ?? "", /^read 45 files of other programs/);
    assert.equal(judge.whoseOf("read", foreign[98] ?? ""), read, "one object for all");
  }
  for (const form of formsOf(kept(many, "read"))) {
    assert.equal(new UseJudge(form, node).whoseOf("read", many[0] ?? "")?.actor, "service");
  }
});

test("that a list is no bulk reader's is kept with it, but not where more was done", () => {
  const silent = kept(many, "read");
  assert.ok(isCompact(silent));
  new UseJudge(startOver(silent), sampleNode()).whoseOf("read", "/x");
  assert.equal(silent.list.isOfUser, false, "what is over it may tell otherwise");
  new UseJudge(startOver(silent, 5), sampleNode()).whoseOf("read", "/x");
  assert.equal(silent.list.isOfUser, true);
});

test("what a bulk reader loads beyond its libraries is data, and no use", () => {
  const node = sampleNode({ actor: "bulk-reader", origin: "operator" });
  const actorOf = (form: KeptUses, path: string): Actor | undefined =>
    new UseJudge(form, node).whoseOf("mapped", path)?.actor;
  for (const form of formsOf(kept(many.slice(0, 65), "mapped", "loader"))) {
    assert.equal(actorOf(form, many[0] ?? ""), undefined);
  }
  for (const form of formsOf(kept(many.slice(0, 64), "mapped", "loader"))) {
    assert.equal(actorOf(form, many[0] ?? ""), "operator");
  }
});

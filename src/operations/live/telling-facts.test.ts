/** Tests of `telling-facts.ts`: what is kept, in bounds; `incident-facts.test.ts` has the law. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileUseFact, PrivilegeFact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { TellingFacts } from "./telling-facts.ts";

function use(path: string, given: Partial<FileUseFact> = {}): FileUseFact {
  return {
    ...{ kind: "file-use", container: "a", path, how: "executed", actor: "service" },
    ...{ origin: "service", actorReason: "", count: 1, firstSeenUs: 1, lastSeenUs: 1 },
    ...{ binaries: [], sensors: [], afterWrite: false, citations: [] },
    ...given,
  };
}

const right: PrivilegeFact = {
  ...{ kind: "privilege", container: "a", privilege: "root", detail: "", source: "seen" },
  ...{ firstSeenUs: 1, lastSeenUs: 1, citations: [] },
};

test("what is kept is what tells of a container: what it runs itself, its rights", () => {
  const telling = new TellingFacts();
  const kept = [use("/usr/bin/postgres"), use("/x/app.jar", { how: "read" }), right];
  const others = [
    use("/etc/passwd", { how: "read" }),
    use("/bin/sh", { actor: "operator" }),
    use("/usr/sbin/sshd", { container: "host:n1" }),
  ];
  for (const fact of [...kept, ...others]) telling.note(fact, "settled");
  assert.deepEqual(telling.of("a"), kept);
  assert.deepEqual(telling.of("host:n1"), []);
});

test("another number is told for what is new or gone, the same for what counts on", () => {
  const telling = new TellingFacts();
  assert.equal(telling.revisionOf("a"), 0);
  telling.note(right, "open");
  const first = telling.revisionOf("a");
  telling.note({ ...right, lastSeenUs: 9 }, "open");
  telling.note(right, "settled");
  assert.equal(telling.revisionOf("a"), first);
  telling.drop(factKey(right));
  assert.equal(telling.revisionOf("a"), first, "it is settled, and still holds");
  telling.note(use("/bin/new"), "open");
  const second = telling.revisionOf("a");
  assert.notEqual(second, first);
  telling.drop(factKey(use("/bin/new")));
  assert.notEqual(telling.revisionOf("a"), second);
  assert.deepEqual(telling.of("a"), [right]);
});

test("of one container the first stay, of many those that something was heard of", () => {
  const telling = new TellingFacts(100);
  for (let at = 0; at < 70; at++) telling.note(use(`/bin/${at}`), "settled");
  assert.equal(telling.of("a").length, 64);
  assert.deepEqual([telling.fullCount, telling.letGoCount], [6, 0]);
  for (let at = 0; at < 36; at++) telling.note({ ...right, container: `c${at}` }, "open");
  telling.note(use("/bin/one", { container: "c0" }), "settled");
  assert.deepEqual(telling.of("a"), []);
  assert.equal(telling.of("c0").length, 2);
  assert.deepEqual([telling.fullCount, telling.letGoCount], [6, 64]);
});

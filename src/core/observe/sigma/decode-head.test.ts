/** Tests what a document says of itself, and which family follows from it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { families } from "../detect/rule.ts";
import { decodeHead } from "./decode-head.ts";
import { PlainReader } from "./plain-reader.ts";
import { familyOf } from "./rule-family.ts";
import type { RuleProblem } from "./rule-problem.ts";

function decode(plain: Readonly<Record<string, unknown>>) {
  const problems: RuleProblem[] = [];
  const document = decodeHead(new PlainReader(plain, [], problems), "f.yml", "sigma");
  return { ...document, problems };
}

test("the id is that of the document, else its name, else its title", () => {
  assert.equal(decode({ title: "t", id: "i", name: "n" }).head.id, "i");
  assert.equal(decode({ title: "t", name: "n" }).head.id, "n");
  assert.equal(decode({ title: "t" }).head.id, "t");
});

test("one text stands for a list of it, and all else keeps its place", () => {
  const { head, problems, related } = decode({
    ...{ title: "t", falsepositives: "never", tags: [1, {}], level: "high", author: "A, B" },
    related: [{ id: "x", type: "renamed" }],
  });
  assert.deepEqual(head.falsePositives, ["never"]);
  assert.deepEqual(related, [{ id: "x", type: "renamed" }]);
  assert.deepEqual(
    problems.map(({ path }) => path),
    [["tags"]],
  );
  assert.equal(head.author, "A, B");
});

test("the family is the rule's own, or that of its techniques, or of its tactics", () => {
  assert.equal(decode({ title: "t", waggle: { family: "miner" } }).head.family, "miner");
  assert.equal(familyOf(["T1059.004", "T1505.003"], ["execution"]), "web-shell");
  assert.equal(familyOf(["T1496.001"], []), "miner");
  assert.equal(familyOf(["T14960"], []), "drift");
  assert.equal(familyOf([], ["execution", "persistence"]), "persistence");
  assert.ok(families.includes("reverse-shell"));
});

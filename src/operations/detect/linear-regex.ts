/**
 * Holds the engine for regular expressions of rules: RE2, which takes time linear in the text.
 * In: patterns of rule files. Out: compiled ones, or why one cannot be had.
 * Must never hand a pattern of a rule file to the engine of the language: it can take for ever.
 */
import { RE2JS } from "re2js";
import type { CompiledRegex, RegexEngine } from "../../core/observe/sigma/regex-engine.ts";
import { isPlainPattern } from "./plain-pattern.ts";
import { ProgramMemory, type ProgramSlot } from "./program-memory.ts";

/** **Unit**: characters of a pattern: its program grows with repetitions, which RE2 bounds. */
const lengthMax = 4096;

/**
 * Of all rules: a program is 17 kB of small objects, or more. **Unit**: texts that are tried, which
 * a busy node reaches in a minute; making all of the rules that ship again takes 0.2 s.
 */
const programs = new ProgramMemory<RE2JS>(16_384);

/**
 * **Cost**: compiling is milliseconds, so it waits for the first text where RE2 surely takes the
 * pattern; a match is linear in the text.
 */
export const linearRegex: RegexEngine = {
  compile(pattern, { ignoreCase, multiLine, dotAll }) {
    if (pattern.length > lengthMax) return `it is longer than ${lengthMax} characters`;
    const flags =
      (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) |
      (multiLine ? RE2JS.MULTILINE : 0) |
      (dotAll ? RE2JS.DOTALL : 0);
    if (isPlainPattern(pattern)) return compileLater(pattern, flags);
    try {
      RE2JS.compile(pattern, flags);
      return compileLater(pattern, flags);
    } catch (error) {
      return `RE2 does not take it (${error instanceof Error ? firstLine(error.message) : "?"})`;
    }
  },
};

function compileLater(pattern: string, flags: number): CompiledRegex {
  const slot: ProgramSlot<RE2JS> = { program: undefined, round: 0 };
  const make = () => RE2JS.compile(pattern, flags);
  return { test: (text) => programs.get(slot, make).test(text) };
}

function firstLine(text: string): string {
  return (text.split("\n", 1)[0] ?? "").slice(0, 200);
}

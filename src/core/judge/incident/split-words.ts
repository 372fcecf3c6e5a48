/**
 * Holds a command line as plain words, so that a command is found within another that carries it.
 * In: a process. Out: words; the command that they are for others to run.
 * Must give the same words however the command was quoted: shells, JSON, files of cron.
 */
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import { programOf } from "./name-process.ts";

const lineLengthMax = 4096;
const wordCountMax = 512;
const shells = /^(?:ba|da|z|k|a)?sh$/;

/** Between quotes, brackets, escapes and spaces. **Shape**: at most 512. */
export function wordsOf({ arguments: line }: Pick<ProcessFact, "arguments">): readonly string[] {
  return line
    .slice(0, lineLengthMax)
    .split(/[\s"'`\\,[\]{}()]+/, wordCountMax)
    .filter((word) => word !== "");
}

/**
 * What a process is there to run: of `sh -c "curl x | sh"` the words in quotes, else its program
 * and arguments.
 */
export function commandWords(process: ProcessFact): readonly string[] {
  const words = wordsOf(process);
  const program = programOf(process);
  if (!shells.test(program)) return [program, ...words];
  const at = words.findIndex((word) => !word.startsWith("-"));
  return at < 0 ? [] : words.slice(at);
}

/** A path's last part: who carries a command may name its program by another path. */
export function bareWord(word: string): string {
  return word.startsWith("/") ? word.slice(word.lastIndexOf("/") + 1) : word;
}

/**
 * Holds how a command line names the script or archive that an interpreter is to run.
 * In: the program, its arguments as Tetragon joins them, its working directory. Out: the path of
 * that file, or nothing where the line names none or leaves it in doubt. A process that is seen
 * late, through /proc, shows its interpreter only: then this is the one word about its script.
 * Must never guess: an option it does not know, and that may take a value, ends the search.
 */
import { baseName, joinPath } from "../inventory/container-path.ts";

interface Grammar {
  /** Options after which no script follows: code on the line, a module, standard input. */
  readonly none: RegExp;
  /** Options whose value is the next word. */
  readonly withValue: RegExp;
  /** The option whose value is the file itself; where there is one it must be there. */
  readonly file?: RegExp;
}

const shell: Grammar = {
  none: /^-[a-zA-Z]*[cs]/,
  withValue: /^(?:[-+][a-zA-Z]*[oO]|--rcfile|--init-file)$/,
};

/** **Source**: the manual pages of the interpreters. */
const grammars: readonly (readonly [RegExp, Grammar])[] = [
  [/^(?:python|pypy)[\d.]*$/, { none: /^-[a-zA-Z]*[cm]/, withValue: /^(?:-[WX]|--check-hash.*)$/ }],
  [
    /^(?:node|nodejs)[\d.]*$/,
    {
      none: /^(?:-[epi]|--eval|--print|--interactive|--test|--run)(?:=|$)/,
      withValue: /^(?:-[rC]|--(?:require|import|loader|experimental-loader|conditions|title))$/,
    },
  ],
  [/^perl[\d.]*$/, { none: /^-[acdflnpstuvwTUVWX\d]*[eE]/, withValue: /^-[Ix]$/ }],
  [/^(?:ruby|jruby|truffleruby)[\d.]*$/, { none: /^-[alnpsvwS]*e/, withValue: /^-[IrCxE]$/ }],
  [/^lua[\d.]*$/, { none: /^-[ei]/, withValue: /^-l$/ }],
  [/^php[\d.]*$/, { none: /^-[rBREStaimv]/, withValue: /^-[dcz]$/ }],
  [/^(?:sh|bash|dash|ash|ksh|zsh)[\d.]*$/, shell],
  [
    /^java[\d.]*$/,
    { none: /^(?!)/, withValue: /^(?:-cp|-classpath|--class-path)$/, file: /^-jar$/ },
  ],
];

/** **Unit**: characters of the command line that are looked at: options come first. */
const lineLengthMax = 2048;

/** Absolute and as called (symbolic links kept), or "" where no file is named for certain. */
export function scriptArgument(binary: string, args: string, cwd: string): string {
  const name = baseName(binary);
  const grammar = grammars.find(([pattern]) => pattern.test(name))?.[1];
  if (grammar === undefined || args === "") return "";
  const words = splitWords(args.slice(0, lineLengthMax));
  const script = findScript(words, grammar);
  // Cut in the midst of a word: a part of a path is another path.
  if (script === undefined || (args.length > lineLengthMax && script === words.at(-1))) return "";
  const isTold = script.startsWith("/") || (script !== "" && cwd.startsWith("/"));
  return isTold ? joinPath(cwd, script) : "";
}

function findScript(words: readonly string[], grammar: Grammar): string | undefined {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (grammar.file?.test(word) === true) return words[at + 1];
    if (!/^[-+]/.test(word)) return grammar.file === undefined ? word : undefined;
    if (word === "--") return grammar.file === undefined ? words[at + 1] : undefined;
    if (grammar.none.test(word)) return undefined;
    if (grammar.withValue.test(word)) at += 1;
  }
  return undefined;
}

/** Quotes stand around arguments with spaces and nothing is escaped, so this is a best effort. */
function splitWords(args: string): readonly string[] {
  return [...args.matchAll(/"([^"]*)"|[^ ]+/g)].map((match) => match[1] ?? match[0]);
}

/**
 * Holds by which keys the acts of a sequence find together.
 * In: an act. Out: its keys; several where it names several files.
 * Must never look beyond the act and its subject: a key may not change with what comes later.
 */
import { joinPath } from "../../inventory/container-path.ts";
import type { Act } from "../detect/act.ts";
import type { Subject } from "../detect/subject.ts";
import { scriptArgument } from "../script-argument.ts";
import type { FileOf, KeyName } from "./sequence-rule.ts";

const fileCountMax = 8;
/** **Unit**: UTF-16 code units; paths and addresses that are longer are one key up to here. */
const partLengthMax = 1024;
const separator = "\n";

/** Empty where the act lacks a part: it is no step of that sequence. */
export function keysOf(by: readonly KeyName[], file: FileOf, act: Act): readonly string[] {
  let prefix = "";
  let files: readonly string[] | undefined;
  for (const name of by) {
    if (name === "file") {
      files = filesOf(file, act);
      if (files.length === 0) return files;
      continue;
    }
    const part = partOf(name, act);
    if (part === "") return [];
    prefix += part.slice(0, partLengthMax) + separator;
  }
  if (files === undefined) return [prefix];
  return files.map((path) => prefix + path.slice(0, partLengthMax));
}

function partOf(name: Exclude<KeyName, "file">, act: Act): string {
  const { subject } = act;
  switch (name) {
    case "process":
      return subject.execId;
    case "task":
      return `${subject.node} ${subject.pid}`;
    case "parent":
      return programParent(subject)?.execId ?? subject.parentExecId;
    case "entry":
      return subject.entry.execId;
    case "container":
      return subject.container;
    case "workload":
      return workloadOf(subject);
    case "node":
      return subject.node;
    case "host":
      return subject.host?.execId ?? "";
    case "address":
      return act.address;
    case "user":
      return subject.uid < 0 ? "" : `${subject.node} ${subject.uid}`;
  }
}

function workloadOf({ workload, container }: Subject): string {
  if (workload === undefined) return container;
  const { cluster, namespace, kind, name } = workload;
  return `${cluster}/${namespace}/${kind}/${name}/${workload.container}`;
}

/**
 * The process that made this one: what it was before an exec is the same process, and no parent.
 */
export function taskParent(subject: Subject): Subject | undefined {
  let one: Subject = subject;
  // As many images of one process as anybody needs; a loop of parents ends here.
  for (let step = 0; step < 8; step++) {
    const { parent } = one;
    if (parent === undefined || parent.pid !== one.pid || parent.node !== one.node) return parent;
    one = parent;
  }
  return undefined;
}

/**
 * The same, but what is only a copy of its own parent counts as that: a shell forks for each part
 * of a pipe, and for what stands in parentheses.
 */
export function programParent(subject: Subject): Subject | undefined {
  let one = taskParent(subject);
  for (let step = 0; step < 8 && one !== undefined; step++) {
    const above = taskParent(one);
    if (one.execSeen || above === undefined || above.binary !== one.binary) return one;
    one = above;
  }
  return one;
}

/** Absolute paths, at most eight, each once. */
export function filesOf(file: FileOf, act: Act): readonly string[] {
  switch (file) {
    case "path":
      return act.path.startsWith("/") ? [plain(act.path)] : [];
    case "other-path":
      return act.otherPath.startsWith("/") ? [plain(act.otherPath)] : [];
    case "program":
      return programsOf(act.subject);
    case "binary":
      return programsOf(act.subject).slice(0, 1);
    case "operands":
      return resolveAll(act.subject, operandsOf(act.subject.words));
    case "output":
      return resolveAll(act.subject, outputsOf(act.subject));
  }
}

function plain(path: string): string {
  return path.endsWith(" (deleted)") ? path.slice(0, -10) : path;
}

/** The program, and the script that it runs. */
function programsOf(subject: Subject): readonly string[] {
  const { binary, cwd } = subject;
  const script = scriptArgument(binary, subject.arguments, cwd);
  if (!binary.startsWith("/")) return [];
  const program = plain(binary.includes("/.") ? joinPath("/", binary) : binary);
  return script === "" || script === program ? [program] : [program, script];
}

/**
 * Also files within a word: `@F` and `name=@F` of uploads, `if=F` and `of=F` of dd.
 * **Source**: manual pages of curl and dd.
 */
function operandsOf(words: readonly string[]): readonly string[] {
  return words
    .map((word) => /^(?:(?:[\w.-]+=)?@|[io]f=)(.+)$/.exec(word)?.[1] ?? word)
    .filter((word) => word !== "" && !/^[-+]|:\/\//.test(word));
}

/**
 * Options that name what is written: the value is the next word, or what is left of this one.
 * **Source**: manual pages of curl, wget, fetch, aria2c.
 */
const outputOptions = {
  wget: /^(?:-[a-zA-Z]*?O|--output-document(?:=|$))(.*)$/,
  other: /^(?:-[a-zA-NP-Z]*?o|--out(?:put)?(?:=|$))(.*)$/,
};
/** curl: the name comes from the address. */
const namedByAddress = /^(?:-[a-zA-Z]*O[a-zA-Z]*|--remote-name(?:-all)?)$/;

function outputsOf({ name, words }: Subject): readonly string[] {
  const option = name === "wget" ? outputOptions.wget : outputOptions.other;
  const found: string[] = [];
  let takesName = name === "wget" || name === "aria2c" || name === "fetch";
  words.forEach((word, index) => {
    const value = option.exec(word)?.[1];
    if (value !== undefined) found.push(value === "" ? (words[index + 1] ?? "") : value);
    else if (name === "curl" && namedByAddress.test(word)) takesName = true;
  });
  if (takesName && found.length === 0) found.push(...words.flatMap(nameOfAddress));
  return found.filter((path) => path !== "" && path !== "-" && !path.includes("://"));
}

/** Without a look at what an address is: the last name of its path. */
function nameOfAddress(word: string): readonly string[] {
  const scheme = word.indexOf("://");
  if (scheme < 0 && !/^[\w-]+(?:\.[\w-]+)+(?::\d+)?\//.test(word)) return [];
  const [rest = ""] = word.slice(scheme < 0 ? 0 : scheme + 3).split(/[?#]/, 1);
  const slash = rest.lastIndexOf("/");
  return slash < 0 || slash === rest.length - 1 ? [] : [rest.slice(slash + 1)];
}

function resolveAll(subject: Subject, words: readonly string[]): readonly string[] {
  const paths = new Set<string>();
  for (const word of words) {
    if (paths.size >= fileCountMax) break;
    if (word.startsWith("/")) paths.add(joinPath("/", word));
    else if (subject.cwd.startsWith("/")) paths.add(joinPath(subject.cwd, word));
  }
  return [...paths];
}

/**
 * Holds by which values of which hook the files of one question are watched.
 * In: a question. Out: whole directories where the package owns them, else exact paths; and what
 * cannot be watched. Must never choose a value that the kernel would cut or not compare.
 */
import { baseName, directoryOf } from "../inventory/container-path.ts";
import type { CodeFile } from "../judge/judge-coverage.ts";
import { byteLength, isKernelPath, isTakenByServer } from "./byte-length.ts";
import { policyLimits } from "./check-policy.ts";
import { isSharedDirectory } from "./find-owned-trees.ts";
import type { OpenQuestion } from "./open-question.ts";

/** `files`: opens. `mappings`: code that is mapped. */
export type WatchedHook = "files" | "mappings";

export interface WatchedValue {
  readonly hook: WatchedHook;
  readonly operator: "Equal" | "Prefix";
  readonly value: string;
}

export interface ChosenValues {
  readonly values: readonly WatchedValue[];
  readonly refused: readonly { readonly why: string; readonly paths: readonly string[] }[];
}

export function chooseValues(
  { files, trees }: Pick<OpenQuestion, "files" | "trees">,
  pathBytesMax: number,
): ChosenValues {
  const values = new Map<string, WatchedValue>();
  const refused = new Map<string, string[]>();
  const add = (hook: WatchedHook, operator: WatchedValue["operator"], value: string): void => {
    values.set(`${hook} ${operator} ${value}`, { hook, operator, value });
  };
  const usable = trees.filter((tree) => whyNot(tree, pathBytesMax) === "");
  for (const { path, kind } of files) {
    const why = whyNot(path, pathBytesMax);
    if (why !== "") {
      refused.set(why, [...(refused.get(why) ?? []), path]);
      continue;
    }
    // Libraries inside of a watched directory show by being opened.
    const tree = usable.find((one) => path.startsWith(one));
    if (tree !== undefined) add("files", "Prefix", tree);
    else if (path.endsWith("/")) add("files", "Prefix", path);
    else if (kind === "elf") add("mappings", "Equal", path);
    else {
      add("files", "Equal", path);
      const byteCode = byteCodeOf(path, kind);
      if (byteCode !== "" && fitsPrefix(byteCode)) add("files", "Prefix", byteCode);
    }
  }
  return {
    values: [...values.values()],
    refused: [...refused].map(([why, paths]) => ({ why, paths })),
  };
}

function fitsPrefix(value: string): boolean {
  return byteLength(value) <= policyLimits.prefixBytesMax;
}

function whyNot(path: string, pathBytesMax: number): string {
  if (!isKernelPath(path)) return "the bytes of its name are not known";
  if (!isTakenByServer(path)) return "a character of its name is none that Tetragon takes";
  if (path.endsWith("/")) {
    if (isSharedDirectory(path.replace(/\/+$/, ""))) return "its directory is that of many others";
    return fitsPrefix(path) ? "" : "its directory has too long a name";
  }
  return byteLength(path) <= pathBytesMax ? "" : "its path is longer than a filter may be";
}

/** Python opens the byte-code of a module instead of its source once there is some. */
function byteCodeOf(path: string, kind: CodeFile["kind"]): string {
  if (kind !== "interpreted" || !path.endsWith(".py")) return "";
  return `${directoryOf(path)}/__pycache__/${baseName(path).slice(0, -"py".length)}`;
}

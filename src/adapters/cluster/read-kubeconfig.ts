/**
 * Holds the reading of kubeconfig files: which cluster and which user the context names.
 * In: paths. Out: their two records, and the folder that relative paths start from.
 * Must never pass over a setting that decides who is spoken to, or as whom: what is not
 * understood is refused.
 * **Source**: `k8s.io/client-go/tools/clientcmd/api/v1`, Config.
 */
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import {
  type Faults,
  isObject,
  type JsonObject,
  readObject,
  readObjects,
} from "../../core/inventory/json-value.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { quote, readSmallFile } from "./cluster-access.ts";

/** Of one file: paths in it are relative to its folder. */
export interface ConfigRecord {
  readonly fields: JsonObject;
  readonly folder: string;
}

export interface ChosenContext {
  readonly path: string;
  readonly context: string;
  readonly cluster: ConfigRecord;
  readonly user: ConfigRecord;
}

interface ConfigFile {
  readonly path: string;
  readonly fields: JsonObject;
}

/** **Order**: of several files the first that has a name counts, as with `kubectl`. */
export async function readKubeconfig(
  paths: readonly string[],
  wanted: string,
): Promise<ChosenContext> {
  const files: ConfigFile[] = [];
  for (const path of paths) files.push(await readFile(path));
  const named = files.map(({ fields }) => textIn(fields, "current-context"));
  const context = wanted || (named.find((name) => name !== "") ?? "");
  const path = paths.join(":");
  if (context === "") throw refuse(path, "has no current-context, and none was asked for");
  const { fields } = find(files, "contexts", "context", context);
  const user = textIn(fields, "user");
  return {
    path,
    context,
    cluster: find(files, "clusters", "cluster", textIn(fields, "cluster")),
    user:
      user === ""
        ? { fields: {}, folder: "" }
        : find(files, "users", "user", textIn(fields, "user")),
  };
}

async function readFile(path: string): Promise<ConfigFile> {
  const text = await readSmallFile(path, "The kubeconfig");
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100 });
  } catch {
    // The parser's message quotes the line, which may hold a token.
    throw refuse(path, "is no YAML");
  }
  if (!isObject(value)) throw refuse(path, "is no map of settings");
  return { path, fields: value };
}

function find(files: readonly ConfigFile[], list: string, key: string, name: string): ConfigRecord {
  for (const { path, fields } of files) {
    const faults: Faults = { first: undefined };
    const one = readObjects(fields, list, faults).find((it) => textIn(it, "name") === name);
    const found = one === undefined ? undefined : readObject(one, key, faults);
    if (found !== undefined) return { fields: found, folder: dirname(resolve(path)) };
  }
  const paths = files.map(({ path }) => path).join(":");
  throw refuse(paths, `has no ${key} called ${quote(name)}`);
}

/** Text whole, for keys and tokens are long; or a number that was meant as text. */
export function textIn(fields: JsonObject, key: string): string {
  const value = fields[key];
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : "";
}

export function refuse(path: string, why: string): WaggleError {
  return new WaggleError("config-invalid", `The kubeconfig ${quote(path)} ${why}.`);
}

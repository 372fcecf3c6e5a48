/**
 * Holds the first attack of the recorded ones: a web service is made to open a reverse shell, some
 * ordinary work before it.
 * In: nothing. Out: its events as JSONL, and the rules that come along as files in memory.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createNodeFiles } from "../adapters/files/node-files.ts";

const fixture = new URL("../../fixtures/detect/attacks/events.jsonl.xz", import.meta.url);
const rules = new URL("../../rules/sequences/", import.meta.url);
/** Labels say when it ended. */
const endTime = "2026-11-22T14:39:08";

/** **Order**: as recorded. */
export async function readAttackSlice(): Promise<readonly string[]> {
  const lines: string[] = [];
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of (await createNodeFiles().open(fileURLToPath(fixture))).chunks) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = pieces.pop() ?? "";
    for (const line of pieces) {
      const { time = "" } = JSON.parse(line) as { readonly time?: string };
      if (time > endTime) return lines;
      lines.push(line);
    }
  }
  return lines;
}

/** By name, below `folder`. */
export function readShippedRules(folder: string): ReadonlyMap<string, Uint8Array> {
  const names = readdirSync(rules, { recursive: true }).map(String);
  const files = names.filter((name) => /(?<!\.cases)\.yaml$/.test(name));
  return new Map(
    files.map((name) => [`${folder}/${name}`, new Uint8Array(readFileSync(new URL(name, rules)))]),
  );
}

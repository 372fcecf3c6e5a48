/**
 * Holds the sources as the rules of the house read them.
 * In: the files below `src`. Out: their lines, what they import, and whether a rule spares them.
 * Must never change a file.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Exemption, exemptions } from "./tidy-table.ts";

const root = dirname(fileURLToPath(import.meta.url));
export const repository = join(root, "..");

export interface Source {
  readonly path: string;
  readonly lines: readonly string[];
  /** Tests, contracts and what only they use. */
  readonly isTest: boolean;
}

function readSources(folder: string): readonly Source[] {
  const found: Source[] = [];
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) found.push(...readSources(path));
    else if (path.endsWith(".ts")) found.push(readSource(path));
  }
  return found;
}

function readSource(path: string): Source {
  const shown = relative(root, path).replaceAll("\\", "/");
  const isTest = /\.(test|contract)\.ts$/.test(shown) || shown.startsWith("testing/");
  return { path: shown, lines: readFileSync(path, "utf8").split("\n"), isTest };
}

/** Every TypeScript file below `src`. **Order**: by path. */
export const sources: readonly Source[] = readSources(root);

/** What a source imports and re-exports, as written. */
export function importsOf(source: Source): readonly string[] {
  const text = source.lines.join("\n");
  const pattern = new RegExp(
    [
      '^\\s*(?:import|export)\\s[^;"]*?from\\s+"([^"]+)"',
      '^import\\s+"([^"]+)"',
      '\\bimport\\(\\s*"([^"]+)"\\s*\\)',
    ].join("|"),
    "gm",
  );
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** The path below `src` that a relative import means. */
export function target(source: Source, specifier: string): string {
  const absolute = resolve(root, dirname(source.path), specifier);
  return relative(root, absolute).replaceAll("\\", "/");
}

export function isExempt(rule: Exemption["rule"], path: string): boolean {
  return exemptions.some((exemption) => exemption.rule === rule && exemption.path === path);
}

/** Fails with all that breaks a rule, and what to do. */
export function assertNone(broken: readonly string[], hint: string): void {
  assert.deepEqual(broken, [], `${hint}\n${broken.join("\n")}`);
}

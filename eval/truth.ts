/**
 * Reads the ground truth: what each package of each image was really used for.
 * In: the two tables below `eval/truth/`. Out: rows by container. Must never look at waggle's output.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface TruthRow {
  readonly container: string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly location: string;
  /** start, main, lazy, start/main, linked, never */
  readonly use: string;
}

export interface PlantedRow extends TruthRow {
  readonly cves: readonly string[];
}

/** Rows of a tab-separated table with a header, as records. */
export function readTable(text: string): readonly ReadonlyMap<string, string>[] {
  const [header = "", ...lines] = text.split("\n").filter((line) => line !== "");
  const names = header.split("\t");
  return lines.map((line) => new Map(line.split("\t").map((cell, at) => [names[at] ?? "", cell])));
}

export function readTruth(folder: string): readonly TruthRow[] {
  return readTable(readFileSync(join(folder, "usage.tsv"), "utf8")).map(toRow);
}

export function readPlanted(folder: string): readonly PlantedRow[] {
  return readTable(readFileSync(join(folder, "planted.tsv"), "utf8")).map((row) => ({
    ...toRow(row),
    cves: (row.get("cve_examples") ?? "").split(",").filter((one) => one !== ""),
  }));
}

function toRow(row: ReadonlyMap<string, string>): TruthRow {
  const cell = (name: string) => row.get(name) ?? "";
  return {
    container: cell("container"),
    type: cell("type"),
    name: cell("name").toLowerCase(),
    version: cell("version"),
    location: cell("location"),
    use: cell("use"),
  };
}

/** Whether the package was used at all in a recording; `lazy` only counts where that phase ran. */
export function wasUsed(row: TruthRow, hasLazyPhase: boolean): boolean {
  if (row.use === "never") return false;
  return row.use !== "lazy" || hasLazyPhase;
}

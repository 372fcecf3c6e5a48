/**
 * Holds the targets of the daemon and how its tables are written: numbers, verdicts, rows.
 * In: numbers. Out: text, through `print`.
 */
import { median } from "../print-ratios.ts";

export type Print = (line?: string) => void;

/** What the daemon is to reach. */
export const targets = {
  eventsPerSecond: 20_000,
  steadyPerSecond: 1100,
  steadyCore: 0.1,
  steadyBytes: 200e6,
  fileLess: 0.95,
  flowLess: 0.99,
  latencyMs: 2000,
  restartMs: 5000,
  endMs: 10_000,
} as const;

export const count = (value: number) => Math.round(value).toLocaleString("en");
export const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
export const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
export const seconds = (ms: number) => (ms / 1000).toFixed(2);
export const verdict = (isMet: boolean) => (isMet ? "met" : "**missed**");

export function table(
  print: Print,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  print(`| ${head.join(" | ")} |`);
  print(`|---|${"--:|".repeat(head.length - 1)}`);
  for (const row of rows) print(`| ${row.join(" | ")} |`);
  print();
}

export const of = <Value>(runs: readonly Value[], value: (run: Value) => number): number =>
  median(runs.map(value));
export const most = <Value>(runs: readonly Value[], value: (run: Value) => number): number =>
  Math.max(...runs.map(value));

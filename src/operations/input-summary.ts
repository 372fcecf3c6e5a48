/**
 * Holds how an input that was loaded is told in the report.
 * In: a file with what was found in it. Out: its line.
 */
import type { InputSummary } from "../core/report/report.ts";

export interface Loaded<Value> {
  readonly values: readonly Value[];
  readonly inputs: readonly InputSummary[];
}

/** An input's line in the report. */
export function summary(input: {
  readonly name: string;
  readonly sizeBytes: number;
  readonly compression: string;
  readonly role: string;
  readonly format: string;
  readonly count: number;
}): InputSummary {
  const { name, role, format, sizeBytes, count, compression } = input;
  const details: Record<string, string> = {};
  if (compression !== "plain") details["compression"] = compression;
  return { name, role, format, sizeBytes, count, details };
}

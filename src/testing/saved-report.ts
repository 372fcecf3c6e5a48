/**
 * Holds a saved report as an operation finds it: a file of that name, and nothing else.
 * In: a report. Out: a context in which it is `report.json`.
 */
import assert from "node:assert/strict";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import { renderJson } from "../core/report/render-json.ts";
import type { Report } from "../core/report/report.ts";
import type { OperationContext } from "../operations/operation.ts";
import { stillContext } from "./still-context.ts";

const refuse = () => assert.fail("nothing is scanned");

export function savedReport(report: Report): OperationContext {
  const bytes = new TextEncoder().encode([...renderJson(report)].join(""));
  return {
    files: createMemoryFiles(new Map([["report.json", bytes]])),
    scanner: { scan: refuse, match: refuse, dataVersion: refuse },
    now: undefined,
    settings: { file: "", config: {} },
    onProgress: () => {},
    ...stillContext,
  };
}

/**
 * Holds the report as JSON: the report itself, two spaces of indent, one newline at the end.
 * In: a report. Out: text, byte for byte the same for the same report.
 * Lone surrogates come out as `\ud800` escapes (well-formed JSON.stringify), never as bad UTF-8.
 */
import type { Report } from "./report.ts";

/** **Order**: keys as `build-report` sets them; evidence in order of id. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/**
 * Holds what every part of a page for the terminal needs.
 * In: nothing. Out: a type only. Must hold no state: parts can be rendered in any order.
 */
import type { Report } from "./report.ts";
import type { Paint } from "./safe-text.ts";

export interface Page {
  readonly report: Report;
  /** **Unit**: columns. */
  readonly width: number;
  readonly paint: Paint;
}

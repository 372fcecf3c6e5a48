/**
 * Holds small tables for the terminal.
 * In: rows of cells, untrusted. Out: aligned lines that fit the width.
 * Must never let a cell reach the terminal unsafe: each is made visible and cut.
 */
import {
  joinTerminal,
  makeVisible,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { wrap } from "../../core/report/text-layout.ts";

export interface Column {
  /** Numbers stand at the right. */
  readonly align: "left" | "right";
  /** **Unit**: characters at most; a column with 0 takes what the others leave. */
  readonly widthMax: number;
  /** Lines that the last column may take; one when left out. */
  readonly linesMax?: number;
}

/** **Unit**: characters that a flexible column keeps, however narrow the screen is. */
const flexibleWidthMin = 16;

/**
 * **Shape**: one line a row, or more where the last column takes more; two spaces between columns;
 * the last is not padded. `width` is that of the screen without what the caller puts in front.
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly (string | number)[])[],
  width: number,
): readonly TerminalText[] {
  const cellMax = Math.max(flexibleWidthMin, width);
  const cells = rows.map((row) =>
    columns.map(({ widthMax, linesMax = 1 }, index) =>
      makeVisible(String(row[index] ?? ""), widthMax === 0 ? cellMax * linesMax : widthMax),
    ),
  );
  const widths = columns.map((_, index) =>
    cells.reduce((widest, row) => Math.max(widest, (row[index] ?? "").length), 0),
  );
  shrinkFlexible(columns, widths, width);
  const linesMax = columns.at(-1)?.linesMax ?? 1;
  return cells.flatMap((row) => {
    const last = widths.length - 1;
    const [first = "", ...more] = wrapCell(row[last] ?? "", widths[last] ?? 0, linesMax);
    const padded = [...row.slice(0, last), first].map((cell, index) => {
      const room = widths[index] ?? 0;
      const shown = cell.length > room ? `${cell.slice(0, room - 1)}…` : cell;
      if (columns[index]?.align === "right") return shown.padStart(room);
      return index === last ? shown : shown.padEnd(room);
    });
    const indent = " ".repeat(widths.slice(0, last).reduce((sum, one) => sum + one + 2, 0));
    const start = joinTerminal(
      padded.map((cell) => terminal`${cell}`),
      terminal`  `,
    );
    return [start, ...more.map((line) => terminal`${indent}${line}`)];
  });
}

function wrapCell(cell: string, width: number, linesMax: number): readonly string[] {
  return linesMax === 1 || cell.length <= width ? [cell] : wrap(cell, width, linesMax);
}

function shrinkFlexible(columns: readonly Column[], widths: number[], width: number): void {
  const gaps = 2 * Math.max(0, columns.length - 1);
  columns.forEach(({ widthMax }, index) => {
    if (widthMax !== 0) return;
    const excess = widths.reduce((sum, one) => sum + one, gaps) - width;
    const shrunk = (widths[index] ?? 0) - Math.max(0, excess);
    widths[index] = Math.min(widths[index] ?? 0, Math.max(flexibleWidthMin, shrunk));
  });
}

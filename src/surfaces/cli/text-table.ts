/**
 * Holds small tables for the terminal.
 * In: rows of cells, untrusted. Out: aligned lines of bounded width.
 * Must never let a cell reach the terminal unsafe: each is made visible and cut.
 */
import {
  joinTerminal,
  makeVisible,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";

export interface Column {
  /** Numbers stand at the right. */
  readonly align: "left" | "right";
  /** **Unit**: characters at most. */
  readonly widthMax: number;
}

/** **Shape**: one line a row, two spaces between columns; the last column is not padded. */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly (string | number)[])[],
): readonly TerminalText[] {
  const cells = rows.map((row) =>
    columns.map((column, index) => makeVisible(String(row[index] ?? ""), column.widthMax)),
  );
  const widths = columns.map((_, index) =>
    Math.max(0, ...cells.map((row) => (row[index] ?? "").length)),
  );
  return cells.map((row) => {
    const padded = row.map((cell, index) => {
      const isLast = index === columns.length - 1;
      const width = widths[index] ?? 0;
      if (columns[index]?.align === "right") return cell.padStart(width);
      return isLast ? cell : cell.padEnd(width);
    });
    return joinTerminal(
      padded.map((cell) => terminal`${cell}`),
      terminal`  `,
    );
  });
}

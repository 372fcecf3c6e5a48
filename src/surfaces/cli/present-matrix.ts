/**
 * Holds how the command line shows which techniques are covered.
 * In: the output of the operation `matrix`. Out: text, or JSON.
 */

import type { MatrixRow, MatrixState } from "../../core/judge/matrix/build-matrix.ts";
import { attackTactics } from "../../core/observe/detect/techniques.ts";
import { matrixTactics } from "../../core/observe/detect/threat-matrix.ts";
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import type { MatrixOutput } from "../../operations/matrix.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";
import { textTable } from "./text-table.ts";

export const matrixPresentation: Presentation<MatrixOutput> = {
  positionals: [],
  metavars: { rules: "directory" },
  examples: [
    { line: "waggle matrix", says: "What detection covers, waits for, and cannot see" },
    { line: "waggle matrix --events events.jsonl", says: "The same, with what was hit" },
  ],
  formats: ["text", "json"],
  hasTop: false,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : render(output, view),
    notices: output.problems.map(({ message }) => terminal`${message}`).slice(0, 20),
    exitStatus: exitStatus.done,
  }),
};

function render(output: MatrixOutput, view: View): TerminalText {
  const attack = output.attack.filter(({ state }) => state !== "no-rule");
  const open = output.attack.length - attack.length;
  return joinTerminal([
    ...renderPart("THREAT MATRIX FOR KUBERNETES (Microsoft, CC BY 4.0)", output.kubernetes, {
      ...{ output, view, tactics: matrixTactics },
    }),
    terminal``,
    ...renderPart(`ATT&CK v${output.attackVersion}, AS FAR AS RULES NAME IT`, attack, {
      ...{ output, view, tactics: attackTactics },
    }),
    terminal`and ${open} techniques of the containers' matrix that no rule names`,
  ]);
}

interface Part {
  readonly output: MatrixOutput;
  readonly view: View;
  readonly tactics: ReadonlyMap<string, string>;
}

const stateWords: Readonly<Record<MatrixState, string>> = {
  covered: "covered",
  "needs-policy": "needs policy",
  "no-rule": "no rule",
  "not-visible": "not visible",
};

function renderPart(
  title: string,
  rows: readonly MatrixRow[],
  { output, view, tactics }: Part,
): readonly TerminalText[] {
  const paint = createPaint(view.color);
  const head = ["ID", "TECHNIQUE", "STATE", ...(output.hasHits ? ["HITS"] : []), "BY"];
  const cells = rows.map((row) => [
    row.id,
    row.name.startsWith(row.id) ? row.name.slice(row.id.length + 1) : row.name,
    stateWords[row.state],
    ...(output.hasHits ? [row.hitCount === 0 ? "" : row.hitCount] : []),
    tellBy(row),
  ]);
  const counts = Map.groupBy(rows, ({ state }) => state);
  const sum = [...counts].map(([state, all]) => `${all.length} ${stateWords[state]}`).join(", ");
  const columns = [
    { align: "left", widthMax: 10 },
    { align: "left", widthMax: 46 },
    { align: "left", widthMax: 12 },
    ...(output.hasHits ? [{ align: "right", widthMax: 6 } as const] : []),
    { align: "left", widthMax: 0, linesMax: 2 },
  ] as const;
  return [
    terminal`${paint("bold", title)}: ${sum}; ${tactics.size} tactics`,
    ...textTable(columns, [head, ...cells], view.width),
  ];
}

const namedCount = 2;

function tellBy({ state, rules, waiting, policies, note }: MatrixRow): string {
  if (state === "covered") return nameFew(rules);
  if (state === "needs-policy") return `${nameFew(waiting)}; policy ${policies.join(" or ")}`;
  return note;
}

function nameFew(ids: readonly string[]): string {
  const more = ids.length - namedCount;
  return `${ids.slice(0, namedCount).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

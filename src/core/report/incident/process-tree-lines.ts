/**
 * Holds the processes of an incident in the order of a tree, each with its depth.
 * In: processes. Out: one line each, parents before children; text, Markdown and HTML draw it.
 * Must end on cycles, and show each process once.
 */
import type { IncidentProcess } from "../../judge/incident/incident.ts";

export interface TreeLine {
  readonly process: IncidentProcess;
  /** 0 for those whose parent is not shown. */
  readonly depth: number;
  /** Drawn in front: `│  ├─ `; "" for roots. */
  readonly branch: string;
}

const depthMax = 24;

/** **Order**: roots by start, below each its children by start. */
export function processTreeLines(processes: readonly IncidentProcess[]): readonly TreeLine[] {
  const known = new Map(processes.map((process) => [process.process, process]));
  const children = Map.groupBy(processes, ({ parent, process }) =>
    known.has(parent) && parent !== process ? parent : "",
  );
  const lines: TreeLine[] = [];
  const seen = new Set<string>();
  const visit = (process: IncidentProcess, depth: number, branch: string): void => {
    if (seen.has(process.process)) return;
    seen.add(process.process);
    lines.push({ process, depth, branch });
    const below = children.get(process.process) ?? [];
    const stem = branch.replace(/├─ $/, "│  ").replace(/└─ $/, "   ");
    below.forEach((child, at) => {
      const turn = at === below.length - 1 ? "└─ " : "├─ ";
      visit(child, depth + 1, depth < depthMax ? stem + turn : branch);
    });
  };
  for (const root of children.get("") ?? []) visit(root, 0, "");
  // Whoever stands in a circle has no root.
  for (const process of processes) visit(process, 0, "");
  return lines;
}

/**
 * Prints the section "Flows" of the evaluation.
 * In: recordings, and a way to run the product on one. Out: lines, through `print`.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { FlowEdge } from "../src/core/judge/flows/flow-edge.ts";
import {
  allRecordings,
  compareBytes,
  compareEdges,
  compareEncodings,
  comparePorts,
  type FlowRun,
  foldFlows,
} from "./flows.ts";
import { runOnFolder } from "./methods.ts";
import type { Recording } from "./recordings.ts";
import { readTable } from "./truth.ts";

type Print = (line?: string) => void;

/** Edges, ports and bytes of the recordings with truth, then how few records stay of each. */
export async function printFlows(
  recordings: readonly Recording[],
  work: string,
  print: Print,
): Promise<void> {
  print("## Flows");
  print();
  const introduction = readFileSync(join(import.meta.dirname, "flows.md"), "utf8");
  print(introduction.trim());
  print();
  const rows: string[] = [];
  const done = new Set<string>();
  for (const recording of recordings) {
    const { folder } = recording;
    const run = await foldFlows(join(folder, "events.jsonl.xz"));
    const edges = await runOnFolder(folder, work);
    done.add(folder);
    rows.push(countRow(basename(folder), run, edges));
    await printRecording({ recording, run, edges }, print);
  }
  for (const folder of allRecordings().filter((one) => !done.has(one))) {
    const run = await foldFlows(join(folder, "events.jsonl.xz"));
    rows.push(countRow(basename(folder), run, await runOnFolder(folder, work)));
    const encodings = await compareEncodings(folder);
    if (encodings !== "") print(`${basename(folder)}: ${encodings}\n`);
  }
  print("| recording | network events | facts | edges | fewer records |");
  print("|---|--:|--:|--:|--:|");
  for (const row of rows) print(row);
  print();
}

interface Parts {
  readonly recording: Recording;
  readonly run: FlowRun;
  readonly edges: readonly FlowEdge[];
}

async function printRecording({ recording, run, edges }: Parts, print: Print): Promise<void> {
  const { folder, name, hasLazyPhase } = recording;
  print(`### ${name}: flows`);
  print();
  const table = readTable(readFileSync(join(folder, "containers.tsv"), "utf8"));
  const names = new Set(table.map((row) => row.get("name") ?? ""));
  for (const line of compareEdges(edges, names, hasLazyPhase)) print(line);
  print();
  print(await comparePorts(recording, run));
  print();
  for (const line of compareBytes(edges, run)) print(line);
  print();
  const encodings = await compareEncodings(folder);
  if (encodings !== "") print(`${encodings}\n`);
}

function countRow(name: string, run: FlowRun, edges: readonly FlowEdge[]): string {
  const { facts, networkEventCount } = run;
  const count = facts.networked.reduce((sum, key) => {
    return sum + facts.flows(key).length + facts.listens(key).length;
  }, 0);
  const fewer = networkEventCount === 0 ? 0 : 1 - edges.length / networkEventCount;
  const cells = [name, networkEventCount, count, edges.length, `${(100 * fewer).toFixed(2)} %`];
  return `| ${cells.join(" | ")} |`;
}

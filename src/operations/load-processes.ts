/**
 * Holds loading the listings of processes that ran before the sensor.
 * In: names of dumps. Out: facts through `emit`, a summary of each input.
 * Must never hold more than one bounded dump at a time.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import type { Emit } from "../core/observe/fact.ts";
import { readProcessDump } from "../core/observe/process-dump.ts";
import type { InputSummary } from "../core/report/report.ts";
import { summary } from "./input-summary.ts";
import type { OperationContext } from "./operation.ts";
import { listFiles, readText } from "./read-text.ts";

/** **Unit**: bytes, decompressed; a node with a thousand processes makes a few MB. */
const dumpSizeBytesMax = 256 * 1024 * 1024;

export interface DumpRequest {
  readonly names: readonly string[];
  /** Index that citations of the first dump carry. */
  readonly firstIndex: number;
  readonly emit: Emit;
}

export interface Dumps {
  readonly inputs: readonly InputSummary[];
  /** When each was made; only those that say so. */
  readonly timesUs: readonly number[];
}

/** **Order**: of the result: the dump at `firstIndex + n` is the n-th. */
export async function loadProcesses(
  request: DumpRequest,
  context: OperationContext,
  problems: ProblemLog,
): Promise<Dumps> {
  const inputs: InputSummary[] = [];
  const timesUs: number[] = [];
  for (const { name } of await listFiles(context.files, request.names)) {
    const limits = { sizeBytesMax: dumpSizeBytesMax, problems };
    const document = await readText(context.files, name, limits);
    const inputIndex = request.firstIndex + inputs.length;
    const { emit } = request;
    const options = { inputIndex, input: name, problems, emit };
    const { processCount, timeUs } = readProcessDump(linesOf(document.text), options);
    if (timeUs > 0) timesUs.push(timeUs);
    inputs.push(summary({ ...document, role: "processes", format: "jsonl", count: processCount }));
  }
  return { inputs, timesUs };
}

function* linesOf(text: string): Generator<string> {
  let from = 0;
  while (from < text.length) {
    const found = text.indexOf("\n", from);
    const to = found < 0 ? text.length : found;
    if (to > from) yield text.slice(from, to);
    from = to + 1;
  }
}

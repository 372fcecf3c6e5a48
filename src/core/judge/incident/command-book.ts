/**
 * Holds which commands ran on a machine before, so that an old job is not taken for a new one.
 * In: processes as facts. Out: questions about a command.
 */
import type { TimeUs } from "../../event/event.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import type { ContainerKey } from "../../observe/fact.ts";

export interface CommandBook {
  /** When it was first seen to run in its container, or on its machine. */
  firstUs(process: ProcessFact): TimeUs;
  /** Whether nobody was seen to run it in its container, or on its machine, before that time. */
  isNew(process: ProcessFact, sinceUs: TimeUs): boolean;
}

/** Of processes in facts alone: others ran nothing that a rule spoke of. **Cost**: linear. */
export function createCommandBook(processes: Iterable<ProcessFact>): CommandBook {
  const first = new Map<string, TimeUs>();
  for (const process of processes) {
    const { startUs } = process;
    if (startUs <= 0) continue;
    const key = commandKey(process);
    first.set(key, Math.min(startUs, first.get(key) ?? Number.POSITIVE_INFINITY));
  }
  const firstUs = (process: ProcessFact) =>
    first.get(commandKey(process)) ?? Number.POSITIVE_INFINITY;
  return { firstUs, isNew: (process, sinceUs) => firstUs(process) >= sinceUs };
}

/** Two of one key are runs of one job. */
export function commandKey(process: ProcessFact): string {
  const { container, binary, arguments: line } = process;
  return placeKey(container, `${binary}\u0000${line}`);
}

/** Of a container, or of a machine outside of any. */
export function placeKey(place: ContainerKey, what: string): string {
  return `${place}\u0000${what}`;
}

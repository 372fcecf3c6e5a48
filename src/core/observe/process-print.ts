/**
 * Holds how a process block is known again when it comes as another object: after a restart a
 * decoder gives new objects for the same bytes.
 * In: a block. Out: a number that equal blocks share and others do not. 0 stands for none.
 * Must only ever save work: two blocks taken for one would hide what is new in the second.
 */
import type { Process } from "../event/event.ts";

const prints = new WeakMap<Process, number>();

/** **Cost**: one pass over its texts, once for each object. */
export function printOf(process: Process): number {
  let print = prints.get(process);
  if (print === undefined) {
    print = hashText(JSON.stringify(process));
    prints.set(process, print);
  }
  return print;
}

/** **Shape**: 53 bits, never 0. */
function hashText(text: string): number {
  let low = 0x9e3779b9;
  let high = 0x85ebca6b;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0xc2b2ae35) + low;
    high ^= high >>> 15;
  }
  return (high & 0x1fffff) * 0x100000000 + (low >>> 0) + 1;
}

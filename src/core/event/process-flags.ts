/**
 * Holds the reading of the flags that Tetragon gives a process.
 * In: the flags as one text of words. Out: whether one is among them.
 * Must never find a flag within a longer word.
 */
import type { Event, ExecEvent } from "./event.ts";

/** **Cost**: next to nothing where the flag is not there, as for most events. */
export function hasFlag(flags: string, flag: string): boolean {
  return flags.includes(flag) && ` ${flags} `.includes(` ${flag} `);
}

/**
 * Words that stand behind `procFS` in what we make of a dump of Tetragon's process cache. Unlike a
 * listing it comes when somebody asks: `asked` by itself says nothing of a start of Tetragon,
 * `sameServer` that it is the one that was asked before. **Source**: our own; Tetragon has no such.
 */
export const dumpFlags = { asked: "dumped", sameServer: "sameServer" } as const;

/**
 * True for an exec that Tetragon read from /proc when it started, or told of because it was asked:
 * its time is the birth of the process, however long ago.
 */
export function isFromProc(event: Event): event is ExecEvent {
  return event.type === "exec" && hasFlag(event.process?.flags ?? "", "procFS");
}

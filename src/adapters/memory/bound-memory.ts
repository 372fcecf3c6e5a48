/**
 * Holds the bound on the memory that V8 takes beyond what is in use. Of a long input all objects
 * but a few live only for a moment, yet by default V8 takes up to 128 MB for these, and lets the
 * rest grow to four times what lives on it before it looks.
 * In: nothing. Out: nothing; from `youngSizeBytes` of short-lived objects on, V8 is told to be
 * thrifty. `--max-semi-space-size` can only be given to `node` itself: a daemon starts itself anew
 * with it (`bin/waggle.js`); other commands are too short for that. Rejected: a worker with limits
 * has no standard input.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** What is asked of the engine: replaced in tests. */
export interface EngineMemory {
  readonly version: string;
  /** Whoever started the program said how much short-lived objects may take. */
  readonly isYoungBounded: boolean;
  /** **Unit**: bytes for objects that were made lately. */
  youngSize(): number;
  boundYoung(): void;
  /** What lives on may grow by half until it is looked at. */
  growSlowly(): void;
  /** Nothing new is put among what lives on, even where the like of it once lived on. */
  startYoung(): void;
  /** What is not worth optimising stays without machine code. */
  compileLess(): void;
}

/** **Unit**: both halves together. From here on a larger one makes nothing faster. */
const youngSizeBytes = 32 * 1024 * 1024;
const lookEveryMs = 5;
/** The only one it was tried with; another may not know the flags and complain to the user. */
const knownEngine = /^13\./;

const given = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].join(" ");

const ownMemory: EngineMemory = {
  version: process.versions.v8,
  isYoungBounded: given.includes("--max-semi-space-size"),
  youngSize: () =>
    getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0,
  boundYoung: () => setFlagsFromString("--semi-space-growth-factor=1"),
  growSlowly: () => setFlagsFromString("--heap-growing-percent=50"),
  startYoung: () => setFlagsFromString("--no-allocation-site-pretenuring"),
  compileLess: () => setFlagsFromString("--no-sparkplug"),
};

/** Looks at the heap now and then until the bound is reached; keeps no program running. */
export function boundMemory(memory: EngineMemory = ownMemory): void {
  if (!knownEngine.test(memory.version)) return;
  if (memory.isYoungBounded) {
    memory.growSlowly();
    memory.startYoung();
    memory.compileLess();
    return;
  }
  const timer = setInterval(() => {
    if (memory.youngSize() < youngSizeBytes) return;
    memory.boundYoung();
    memory.growSlowly();
    clearInterval(timer);
  }, lookEveryMs);
  timer.unref();
}

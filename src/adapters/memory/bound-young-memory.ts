/**
 * Holds the bound on the memory that V8 takes for objects that live only for a moment: of a long
 * input these are all but a few, yet by default V8 takes up to 128 MB, four times what is needed.
 * In: nothing. Out: nothing; the program's young generation stops growing at `youngSizeBytes`.
 * Rejected: `--max-semi-space-size`, which does the same, can only be given to `node` itself, and
 * who installs the command does not see that program; a worker with limits has no standard input.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** What is asked of the engine: replaced in tests. */
export interface YoungMemory {
  readonly version: string;
  /** **Unit**: bytes. */
  size(): number;
  stopGrowing(): void;
}

/** **Unit**: both halves together. From here on a larger one makes nothing faster. */
const youngSizeBytes = 32 * 1024 * 1024;
const lookEveryMs = 5;
/** The only one it was tried with; another may not know the flag and complain to the user. */
const knownEngine = /^13\./;

const ownMemory: YoungMemory = {
  version: process.versions.v8,
  size: () =>
    getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0,
  stopGrowing: () => setFlagsFromString("--semi-space-growth-factor=1"),
};

/** Looks at the heap now and then until the bound is reached; keeps no program running. */
export function boundYoungMemory(memory: YoungMemory = ownMemory): void {
  if (!knownEngine.test(memory.version)) return;
  const timer = setInterval(() => {
    if (memory.size() < youngSizeBytes) return;
    memory.stopGrowing();
    clearInterval(timer);
  }, lookEveryMs);
  timer.unref();
}

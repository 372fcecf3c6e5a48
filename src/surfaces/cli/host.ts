/**
 * Holds what the command line needs of the process it runs in.
 * In: nothing. Out: types only; `main.ts` fills them in, tests too.
 */
import type { Files } from "../../ports/files.ts";
import type { Outside } from "../../ports/outside.ts";
import type { Scanner } from "../../ports/scanner.ts";
import type { Stream } from "./screen.ts";

export interface Ports {
  readonly files: Files;
  readonly scanner: Scanner;
  readonly outside: Outside;
}

export interface Host {
  /** Words after the program's name. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: Stream;
  readonly error: Stream;
  readonly version: string;
  /** Milliseconds that only grow; for progress, never for a document. */
  readonly clock: () => number;
  readonly ports: () => Promise<Ports>;
  /** Calls back each time the person, or the system, asks the program to end. */
  readonly onInterrupt: (listener: () => void) => void;
  /** Calls back when the terminal went away, or a service is asked to read its settings again. */
  readonly onHangup: (listener: () => void) => void;
  readonly exit: (status: number) => void;
}

/**
 * Holds the port to a canary: a harmless process that does what each sensor must see.
 * In: a token. Out: when it ran and what it did. Implemented in `adapters/canary/`.
 */
import type { TimeUs } from "../core/event/event.ts";

/** What a canary did; a part that it could not do asks nothing of its sensor. */
export interface CanaryRun {
  /** **Shape**: 8 to 32 lower-case letters and digits; stands in its argument and in no other. */
  readonly token: string;
  /** Wall clock of this machine. */
  readonly startedUs: TimeUs;
  readonly endedUs: TimeUs;
  /** As the kernel knows it: links resolved. */
  readonly programPath: string;
  /** Ends with `canaryEnding`; "" when it could not be opened. */
  readonly filePath: string;
  /** Port of the loopback address that it connected to; 0 when it could not. */
  readonly port: number;
  /** Why it did less than all; "" else. */
  readonly trouble: string;
}

export interface CanaryRunner {
  /**
   * Runs a marked child to its end: it opens a file, connects to a port of the loopback address
   * where this process listens, sends and receives a few bytes. No shell.
   * **Errors**: none; what fails is `trouble`.
   */
  run(token: string): Promise<CanaryRun>;
}

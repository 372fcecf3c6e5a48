/**
 * Holds the port to a canary: a harmless process that does what each sensor must see.
 * In: a mark. Out: when it ran and what it did. Implemented in `adapters/canary/`.
 */
import type { TimeUs } from "../core/event/event.ts";

/** By what one canary is known among all processes; told to nobody before it runs. */
export interface CanaryMark {
  /** **Shape**: 16 to 32 lower-case letters and digits, by chance; of one canary and no other. */
  readonly token: string;
  /** As the kernel knows it: links resolved. */
  readonly programPath: string;
  /** Its own, made and removed by its run; what it does with files it does in there. */
  readonly directory: string;
}

/** What a canary did; a part that it could not do asks nothing of its sensor. */
export interface CanaryRun {
  readonly token: string;
  /** Wall clock of this machine. */
  readonly startedUs: TimeUs;
  readonly endedUs: TimeUs;
  /** Ends with `canaryEnding`; "" when it could not be opened. */
  readonly filePath: string;
  /** Port of the loopback address that it connected to; 0 when it could not. */
  readonly port: number;
  /** Why it did less than all; "" else. */
  readonly trouble: string;
}

export interface CanaryRunner {
  /** A mark for the next run. **Errors**: none. */
  mark(): Promise<CanaryMark>;
  /**
   * Runs a marked child to its end: it opens a file, writes it, changes its mode and name and
   * removes it, becomes the user that it is, connects to a port of the loopback address where it
   * listens, sends and receives a few bytes. No shell. **Errors**: none; what fails is `trouble`.
   */
  run(mark: CanaryMark): Promise<CanaryRun>;
}

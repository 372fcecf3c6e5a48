/**
 * Holds the port to notices that no receiver took: kept until a person sends them again.
 * In: letters. Out: the same letters, oldest first. Implemented in `adapters/notify/`.
 */
import type { TimeUs } from "../core/event/event.ts";
import type { Notice } from "./notifier.ts";

export interface DeadLetter {
  /** When it was given up. */
  readonly timeUs: TimeUs;
  readonly route: string;
  /** Why, in words; without secrets. */
  readonly reason: string;
  readonly tryCount: number;
  readonly notice: Notice;
}

export interface KeptLetters {
  /** As read, unchecked: a person may have edited them. **Order**: oldest first. */
  readonly letters: readonly unknown[];
  /** Lines that are no JSON. */
  readonly damagedCount: number;
}

export interface DeadLetters {
  /**
   * All at once. Gives how many letters went to make room, those too large included.
   * **Errors**: throws `file-not-written`, `disk-full`.
   */
  add(letters: readonly DeadLetter[]): Promise<number>;
  /** **Errors**: throws `file-unreadable`. */
  list(): Promise<KeptLetters>;
  /**
   * Hands each to `take`, which says whether it is done with; the others stay, as do all that were
   * not handed over because `take` threw.
   */
  takeEach(take: (letter: unknown) => Promise<boolean>): Promise<KeptLetters>;
}

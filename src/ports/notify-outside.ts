/**
 * Holds the port through which operations reach all that telling people needs.
 * In: configured targets, names of files. Out: notifiers, dead letters, chance. Implemented in
 * `adapters/notify/`.
 */
import type { DeadLetters } from "./dead-letters.ts";
import type { Notifier, NotifierTarget } from "./notifier.ts";

/** What telling people needs of the outside. */
export interface NotifyOutside {
  /** **Errors**: throws `usage` for what a kind lacks or does not take. */
  open(target: NotifierTarget): Notifier;
  /** Letters in that file; it need not be there. */
  deadLetters(file: string): DeadLetters;
  /** **Unit**: from 0 to below 1; spreads the tries of many. */
  random(): number;
}

/**
 * Holds what ties two sessions together, and what such causes are looked for in.
 * In: nothing. Out: types only; `find-*-links.ts` give links, `join-sessions.ts` follows them.
 */
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import type { ListenersAt } from "./incident-input.ts";
import type { Session } from "./session.ts";

export interface JoinLink {
  /** Roots of two sessions. */
  readonly from: string;
  readonly to: string;
  /** The cause, one phrase: `it wrote "/tmp/x", which the other ran`. */
  readonly why: string;
}

export interface JoinScene {
  /** Those that are an incident each. **Order**: by first act. */
  readonly sessions: readonly Session[];
  /** By exec id, of sessions and of what stands above them. */
  readonly processes: ReadonlyMap<string, ProcessFact>;
  /** Session of a process; undefined for processes of no session here. */
  readonly sessionOf: (process: string) => Session | undefined;
  readonly listenersAt: ListenersAt;
}

/**
 * Holds which ports a process listens on and which ends it asked to be connected to.
 * In: what events say of its sockets. Out: its records, changed in place.
 * Must stay within its bounds, and count what it leaves out.
 */
import {
  type Attempt,
  type FlowUser,
  type Happening,
  type Listening,
  spanOf,
  widenSpan,
} from "./flow-state.ts";
import { attemptKey } from "./flow-tally.ts";

/** **Unit**: distinct ports, and distinct far ends, of one process. */
export const portCountMax = { listening: 256, attempts: 1024 } as const;

export function listenKey({
  protocol,
  port,
  address,
}: Pick<Listening, "protocol" | "port" | "address">): string {
  return `${protocol} ${port} ${address}`;
}

/** A port that was both bound and listened on listens. */
export function noteListening(
  user: FlowUser,
  port: Pick<Listening, "protocol" | "address" | "port" | "listens">,
  at: Happening,
): void {
  const key = listenKey(port);
  const known = user.listening.get(key);
  if (known !== undefined) {
    widenSpan(known, at);
    known.listens ||= port.listens;
  } else if (user.listening.size >= portCountMax.listening) user.lostCount += 1;
  else user.listening.set(key, { ...port, ...spanOf(at) });
}

/** Kept only until a connection to the same end shows. */
export function noteAttempt(
  user: FlowUser,
  asked: Pick<Attempt, "protocol" | "peer" | "port"> & { readonly failed: boolean },
  at: Happening,
): void {
  const { protocol, peer, port, failed } = asked;
  const key = attemptKey(protocol, peer, port);
  const failedCount = failed ? 1 : 0;
  const known = user.attempts.get(key);
  if (known !== undefined) {
    known.count += 1;
    known.failedCount += failedCount;
    widenSpan(known, at);
  } else if (user.attempts.size >= portCountMax.attempts) user.lostCount += 1;
  else user.attempts.set(key, { protocol, peer, port, count: 1, failedCount, ...spanOf(at) });
}

/**
 * Holds which doings of sockets a sensor watches, as coverage says it in its `limits`.
 * In: hooks of policies, or of events. Out: phrases, and what such phrases mean.
 * Must never call something watched that no hook tells of.
 */
import type { HookEvent } from "../event/event.ts";
import { networkHook } from "./network-hooks.ts";
import { tellsOfSocket } from "./socket-event.ts";

export const networkDoings = ["connects", "accepts", "listens", "sends", "receives"] as const;
/** What a network sensor may watch of a container's sockets. */
export type NetworkDoing = (typeof networkDoings)[number];

const unwatched = " not watched";
const unseen = " not seen: whether they are watched is unknown";
const narrowed = " watched in part: ";

/**
 * What a hook tells. `returns`: whether its result is reported: without it an accept names no peer
 * and a call that receives no bytes. **Source**: `inet_csk_accept` gives the new socket as its
 * result; what was received is the result of `tcp_recvmsg`, but an argument of `tcp_cleanup_rbuf`.
 */
export function doingsOfHook(hook: string, returns: boolean): readonly NetworkDoing[] {
  const known = networkHook(hook);
  if (known === undefined) return [];
  const { means, layer } = known;
  if (means === "connect") return ["connects"];
  if (means === "listen") return ["listens"];
  if (means === "send" || means === "packet") return ["sends"];
  if (means === "accept") return returns ? ["accepts", "listens"] : ["listens"];
  if (means === "receive") {
    return returns || /cleanup_rbuf$/.test(hook) || layer === 2 ? ["receives"] : [];
  }
  return means === "state" ? ["connects", "listens"] : [];
}

const seenDoings = new Map<string, readonly NetworkDoing[]>();
const seenCountMax = 1024;

/** What an event shows to be watched; undefined when it is about no socket of IP. */
export function doingsOfEvent(event: HookEvent): readonly NetworkDoing[] | undefined {
  if (!tellsOfSocket(event)) return undefined;
  if (event.returned !== undefined) return doingsOfHook(event.hook, true);
  const known = seenDoings.get(event.hook);
  if (known !== undefined) return known;
  if (seenDoings.size >= seenCountMax) seenDoings.clear();
  const doings = doingsOfHook(event.hook, false);
  seenDoings.set(event.hook, doings);
  return doings;
}

/** One hook of a policy that tells of sockets, with what narrows it. */
export interface WatchedHook {
  readonly doings: readonly NetworkDoing[];
  readonly limits: readonly string[];
}

/** Of all hooks of one policy: what it does not tell, or only under conditions. */
export function limitsOfWatch(hooks: readonly WatchedHook[]): readonly string[] {
  return networkDoings.flatMap((doing) => {
    const watching = hooks.filter(({ doings }) => doings.includes(doing));
    if (watching.length === 0) return [doing + unwatched];
    if (watching.some(({ limits }) => limits.length === 0)) return [];
    return [...new Set(watching.flatMap(({ limits }) => limits))].map(
      (limit) => doing + narrowed + limit,
    );
  });
}

/** Where no policy file tells, what arrived shows that something is watched, and never that not. */
export function limitsOfSeen(seen: ReadonlySet<string>): readonly string[] {
  return networkDoings.filter((doing) => !seen.has(doing)).map((doing) => doing + unseen);
}

/** "partly": under the conditions that `limits` name. */
export type DoingWatch = "yes" | "partly" | "unknown" | "no";

/** What limits of coverage of sensor `network` say of one doing. */
export function readWatch(limits: readonly string[], doing: NetworkDoing): DoingWatch {
  if (limits.includes(doing + unwatched)) return "no";
  if (limits.includes(doing + unseen)) return "unknown";
  return limits.some((limit) => limit.startsWith(doing + narrowed)) ? "partly" : "yes";
}

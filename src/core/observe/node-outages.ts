/**
 * Holds the times in which a node's Tetragon said, or showed, that it did not see all.
 * In: listings of running processes, throttlings and drop reports, as they arrive. Out: losses.
 * Must never keep more than one open stretch of a kind and control group.
 */

import type { Process, ThrottleEvent, TimeUs } from "../event/event.ts";
import { dumpFlags, hasFlag } from "../event/process-flags.ts";
import { baseName } from "../inventory/container-path.ts";
import { chooseUnused } from "./choose-unused.ts";
import { containerKey } from "./container-key.ts";
import type { Emit, LossFact } from "./fact.ts";
import { absenceReason } from "./loss-counters.ts";

export interface NodeOutages {
  readonly node: string;
  /** Event time at which the latest listing from /proc ended; -1 before any other event. */
  listedUs: TimeUs;
  /** A second listing that began: Tetragon started anew. */
  restart: { sinceUs: TimeUs; count: number } | undefined;
  /** Ids of the latest processes that are Tetragon; undefined: none was named yet. */
  servers: readonly string[] | undefined;
  /** Drops that the exporter reported, joined while they follow each other. */
  dropped: { sinceUs: TimeUs; untilUs: TimeUs; count: number } | undefined;
  /** Start of a throttling, by control group. */
  readonly throttled: Map<string, TimeUs>;
}

const throttledCountMax = 10_000;
const serverCountMax = 16;
const minuteUs = 60_000_000;
/** Processes listed from /proc so long after the last ones were listed by another Tetragon. */
const newListingUs = minuteUs;
/** One late process can be a straggler of the first listing; a listing has many. */
const listingCountMin = 2;
/** Tetragon reports what its exporter dropped once a minute. */
const reportUs = minuteUs;

/** Of a node that was not heard of before. */
export function createOutages(node: string): NodeOutages {
  return {
    node,
    listedUs: -1,
    restart: undefined,
    servers: undefined,
    dropped: undefined,
    throttled: new Map(),
  };
}

type Listed = Pick<Process, "execId" | "binary" | "flags">;

/**
 * A process was listed from /proc while `lastUs` was the node's latest time.
 * **Source**: at each start Tetragon announces all running processes, itself among them, before
 * anything else. When asked it tells of them at any time: that says that it was away only if it is
 * another, or if nobody knows which one there was.
 */
export function noteListed(outages: NodeOutages, lastUs: TimeUs, process: Listed): void {
  const server = noteServer(outages, process);
  const { listedUs, restart } = outages;
  if (listedUs < 0 || hasFlag(process.flags, dumpFlags.sameServer)) return;
  const isLater = lastUs - listedUs > newListingUs;
  const isDumped = hasFlag(process.flags, dumpFlags.asked);
  if (server === "other" || (isDumped && server === "first" && isLater)) {
    outages.restart = { sinceUs: restart?.sinceUs ?? lastUs, count: listingCountMin };
  } else if (isDumped) return;
  else if (restart !== undefined) restart.count += 1;
  else if (isLater) outages.restart = { sinceUs: lastUs, count: 1 };
}

/** Which Tetragon it is; "" where it is none, or one that is known. */
function noteServer(outages: NodeOutages, { execId, binary }: Listed): "first" | "other" | "" {
  const { servers } = outages;
  if (execId === "" || baseName(binary) !== "tetragon") return "";
  if (servers?.includes(execId) === true) return "";
  outages.servers = [...(servers ?? []), execId].slice(-serverCountMax);
  return servers === undefined ? "first" : "other";
}

/** Something happened and was seen: a listing that was going on has ended. True after a restart. */
export function noteLive(outages: NodeOutages, timeUs: TimeUs, emit: Emit): boolean {
  if (outages.listedUs < 0) outages.listedUs = timeUs;
  const { restart } = outages;
  if (restart === undefined) return false;
  if (restart.count >= listingCountMin) {
    const sinceUs = Math.min(restart.sinceUs, timeUs);
    const detail = "Tetragon listed all running processes again: it was away in between";
    emit(nodeLoss(outages.node, { reason: "restart", sinceUs, untilUs: timeUs, detail }));
    outages.listedUs = Math.max(restart.sinceUs, timeUs);
    outages.restart = undefined;
    return true;
  }
  if (timeUs - restart.sinceUs > newListingUs) outages.restart = undefined;
  return false;
}

/** Emits the stretch at its end; one whose start was not seen counts as a minute. */
export function noteThrottle(outages: NodeOutages, event: ThrottleEvent, emit: Emit): void {
  const { cgroup, started, timeUs } = event;
  const { throttled, node } = outages;
  const sinceUs = throttled.get(cgroup);
  if (started) {
    if (sinceUs === undefined && throttled.size < throttledCountMax) throttled.set(cgroup, timeUs);
    return;
  }
  throttled.delete(cgroup);
  // Without a start the recording began in the middle, or there were too many at a time.
  emit(throttleLoss(node, { cgroup, sinceUs: sinceUs ?? timeUs - minuteUs, untilUs: timeUs }));
}

/** Joins reports that follow each other, also out of order, into one stretch. */
export function noteDropped(
  outages: NodeOutages,
  report: { readonly timeUs: TimeUs; readonly droppedCount: number },
  emit: Emit,
): void {
  const { timeUs, droppedCount } = report;
  const open = outages.dropped;
  if (open !== undefined && Math.abs(timeUs - open.untilUs) <= 2 * reportUs) {
    open.sinceUs = Math.min(open.sinceUs, timeUs - reportUs);
    open.untilUs = Math.max(open.untilUs, timeUs);
    open.count += droppedCount;
    return;
  }
  emitDropped(outages, emit);
  outages.dropped = { sinceUs: timeUs - reportUs, untilUs: timeUs, count: droppedCount };
}

/** Where the bound is near, ends the oldest stretches: their control groups are gone. */
export function releaseThrottled(outages: NodeOutages, lastUs: TimeUs, emit: Emit): void {
  const { throttled, node } = outages;
  for (const [cgroup, sinceUs] of chooseUnused([...throttled], throttledCountMax, ([, us]) => us)) {
    throttled.delete(cgroup);
    emit(throttleLoss(node, { cgroup, sinceUs, untilUs: lastUs }));
  }
}

/** What is still open at the end. */
export function finishOutages(outages: NodeOutages, lastUs: TimeUs, emit: Emit): void {
  emitDropped(outages, emit);
  for (const [cgroup, sinceUs] of outages.throttled) {
    emit(throttleLoss(outages.node, { cgroup, sinceUs, untilUs: lastUs }));
  }
}

function emitDropped({ node, dropped }: NodeOutages, emit: Emit): void {
  if (dropped === undefined) return;
  const detail = "the exporter's own rate limit dropped events";
  emit({ ...nodeLoss(node, { reason: "rate-limit", ...dropped, detail }), count: dropped.count });
}

/** A control group names its container by id; one that does not may be any. */
function throttleLoss(
  node: string,
  stretch: { readonly cgroup: string; readonly sinceUs: TimeUs; readonly untilUs: TimeUs },
): LossFact {
  const { cgroup, sinceUs } = stretch;
  const id = /[0-9a-f]{64}/.exec(cgroup)?.[0] ?? /[0-9a-f]{31,}/.exec(cgroup)?.[0] ?? "";
  const untilUs = Math.max(sinceUs, stretch.untilUs);
  const detail = "Tetragon held back starts and ends of processes: there were too many a second";
  const container = containerKey(id);
  return { ...nodeLoss(node, { reason: "throttle", sinceUs, untilUs, detail }), container };
}

/** A loss of unknown size that concerns the whole node. */
export function nodeLoss(
  node: string,
  about: Pick<LossFact, "reason" | "sinceUs" | "untilUs" | "detail">,
): LossFact {
  const { reason, sinceUs, untilUs, detail } = about;
  return { kind: "loss", node, container: "", reason, sinceUs, untilUs, count: 0, detail };
}

/** A policy that gave no event in that time, after a restart: perhaps it was not there. */
export function policyAbsence(
  node: string,
  policy: string,
  span: { readonly sinceUs: TimeUs; readonly untilUs: TimeUs },
): LossFact {
  const detail = "after a restart of Tetragon this policy gave no event until then";
  return nodeLoss(node, { reason: absenceReason(policy), ...span, detail });
}

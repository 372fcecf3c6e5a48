/**
 * Holds which counters of Tetragon mean that events were lost, and why each does.
 * In: samples. Out: the reason of the loss, or undefined for counters that mean none.
 * Must never take ordinary bookkeeping for a loss: each family here was looked up.
 *
 * No losses: evictions of the process cache (they count every process that ended), retries of the
 * event cache (the event comes later), failed fetches of pods, parents and ancestors (the event
 * comes without them), errors of user names and of the watch of the Kubernetes API, deletions of
 * map entries that are gone, misses of the data cache (long arguments are cut).
 */
import type { Sample } from "./prometheus-text.ts";

interface Family {
  readonly pattern: RegExp;
  /** Labels that must hold one of these values. */
  readonly only?: readonly [string, RegExp];
  readonly reason: string;
  readonly phrase: string;
}

/**
 * Names changed over the versions (1.0 to 1.8), so they are matched by their words.
 * **Source**: Tetragon `pkg/metrics`, docs "Metrics reference".
 */
const families: readonly Family[] = [
  {
    pattern: /ringbuf.*queue.*lost/,
    reason: "queue",
    phrase: "events lost between ring buffer and sensors",
  },
  { pattern: /ringbuf.*lost/, reason: "ring-buffer", phrase: "events lost in the ring buffer" },
  {
    pattern: /ringbuf.*errors/,
    reason: "ring-buffer-errors",
    phrase: "errors while reading the ring buffer",
  },
  {
    pattern: /^tetragon_(?:bpf_)?missed_events/,
    reason: "kernel",
    phrase: "events the kernel could not hand over",
  },
  {
    pattern: /^tetragon_notify_overflowed/,
    reason: "listener-overflow",
    phrase: "events dropped because a listener was too slow",
  },
  {
    pattern: /^tetragon_(?:export_)?ratelimit.*dropped/,
    reason: "export-rate-limit",
    phrase: "events dropped by the exporter's rate limit",
  },
  {
    pattern: /^tetragon_cgroup_rate/,
    only: ["type", /^throttle_start$/],
    reason: "throttled",
    phrase: "times that starts of processes were held back",
  },
  {
    pattern: /^tetragon_events_missing_process_info/,
    reason: "missing-process",
    phrase: "events without their process",
  },
  {
    pattern: /^tetragon_event_cache_fetch_failures/,
    only: ["entry_type", /^process_info$/],
    reason: "event-cache",
    phrase: "events sent without their process",
  },
  {
    pattern: /^tetragon_map_errors_update/,
    only: ["map", /^execve_map$/],
    reason: "process-table",
    phrase: "processes that the full table of the kernel could not take",
  },
  { pattern: /^tetragon_handler_errors/, reason: "handler", phrase: "events that failed decoding" },
  {
    pattern: /^tetragon_missed_(?:link|prog)_probes/,
    reason: "missed-probes",
    phrase: "calls that hooks missed",
  },
  {
    pattern: /^tetragon_generic_kprobe_merge_errors/,
    reason: "return-merge",
    phrase: "calls and returns that did not find each other",
  },
];

export interface LossCounter {
  readonly reason: string;
  readonly phrase: string;
  /** The counter with its labels, as it tells them apart. */
  readonly series: string;
}

/** Probes are told apart by policy: the loss of one policy does not weaken another. */
export function lossCounter({ name, labels }: Sample): LossCounter | undefined {
  if (!name.startsWith("tetragon_") || name.endsWith("_created")) return undefined;
  const family = families.find(({ pattern }) => pattern.test(name));
  if (family === undefined) return undefined;
  const { only, reason, phrase } = family;
  if (only !== undefined && !only[1].test(labels.get(only[0]) ?? "")) return undefined;
  const shown = [...labels].map(([label, value]) => `${label}=${value.slice(0, 80)}`).join(",");
  const series = `${name.slice(0, 120)}{${shown}}`;
  const policy = labels.get("policy") ?? "";
  const isOfPolicy = reason === "missed-probes" && policy !== "" && policy !== "__base__";
  return { reason: isOfPolicy ? probeLossReason(policy) : reason, phrase, series };
}

function probeLossReason(policy: string): string {
  return `missed-probes-of-${policy.slice(0, 253)}`;
}

/** Reason of the loss that a policy was not seen again for a while after a restart. */
export function absenceReason(policy: string): string {
  return `absence-of-${policy.slice(0, 253)}`;
}

/** The policy that a loss is about; undefined for losses that concern all sensors. */
export function policyOfLoss(reason: string): string | undefined {
  return /^(?:missed-probes|absence|sensor-silent)-of-(.*)$/s.exec(reason)?.[1];
}

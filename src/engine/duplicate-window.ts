/**
 * Holds the memory of the latest events, by which one that comes again is told.
 * In: events of any input and encoding. Out: whether the same event was among the latest. Loss of
 * an old entry only means that a late duplicate is counted twice, which merging facts survives.
 * Must never take two distinct events for one: the exact time is compared, then thread and content.
 */
import type { Argument, Event, ProcessEvent } from "../core/event/event.ts";

/**
 * **Shape**: 131,072 entries of 16 bytes. Buckets fill unevenly, the less so the more ways they
 * have: the last 65,000 events are remembered nearly surely, older ones less and less.
 */
const bucketCount = 1 << 12;
const wayCount = 32;

const hashedArgumentCountMax = 8;
const hashedLengthMax = 256;

/**
 * All entries, each at its place; a time of 0 is none. **Unit**: 16 bytes an entry. Earlier states
 * hold twice as many; or the entries in use alone, and in `places` where each of them was.
 */
export interface WindowDump {
  readonly places?: Uint32Array;
  readonly times: Float64Array;
  readonly threads: Int32Array;
  readonly hashes: Int32Array;
  readonly nextWay: Uint8Array;
}

export class DuplicateWindow {
  private readonly times = new Float64Array(bucketCount * wayCount);
  private readonly threads = new Int32Array(bucketCount * wayCount);
  private readonly hashes = new Int32Array(bucketCount * wayCount);
  private readonly nextWay = new Uint8Array(bucketCount);

  /** `dumped`: what another window remembered. */
  constructor(dumped?: WindowDump) {
    if (dumped === undefined) return;
    const { places, times, threads, hashes, nextWay } = dumped;
    if (places === undefined && times.length === this.times.length) {
      this.times.set(times);
      this.threads.set(threads);
      this.hashes.set(hashes);
      this.nextWay.set(nextWay);
    } else this.keepAll(dumped);
  }

  /** Of a window of another size: the latest are kept, as they would have come. */
  private keepAll({ times, threads, hashes }: WindowDump): void {
    const used = [...times.keys()].filter((index) => times[index] !== 0);
    const ageOf = (index: number) => times[index] ?? 0;
    for (const index of used.sort((a, b) => ageOf(a) - ageOf(b))) {
      this.keep(times[index] ?? 0, threads[index] ?? 0, hashes[index] ?? 0);
    }
  }

  /** In place of the oldest of its bucket. */
  private keep(time: number, thread: number, hash: number): void {
    const bucket = hash & (bucketCount - 1);
    const next = this.nextWay[bucket] ?? 0;
    const place = bucket * wayCount + next;
    this.nextWay[bucket] = (next + 1) % wayCount;
    this.times[place] = time;
    this.threads[place] = thread;
    this.hashes[place] = hash;
  }

  /** The arrays themselves: to be copied before the next event. Zeros cost next to nothing. */
  dump(): WindowDump {
    const { times, threads, hashes, nextWay } = this;
    return { times, threads, hashes, nextWay };
  }

  /** **Cost**: one pass over the short texts of the event, then at most 32 comparisons. */
  seenBefore(event: Event): boolean {
    const time = timeKey(event);
    if (time === 0) return false;
    const thread = threadOf(event);
    // With the time in it: the same call again and again must not crowd into one bucket.
    const hash = hashNumber(hashEvent(event, 0x1b873593), time);
    const first = (hash & (bucketCount - 1)) * wayCount;
    for (let way = first; way < first + wayCount; way++) {
      // The hashes of a bucket lie in two cache lines: they are asked first.
      if (this.hashes[way] !== hash) continue;
      if (this.times[way] === time && this.threads[way] === thread) return true;
    }
    this.keep(time, thread, hash);
    return false;
  }
}

/**
 * The time, never 0. Loader events carry none: a second hash stands in for it, and there is one
 * such event for each process and path. Others without a time cannot be told apart: 0.
 */
function timeKey(event: Event): number {
  if (event.timeUs !== 0) return event.timeUs;
  if (event.type !== "loader" || event.process === undefined) return 0;
  return -1 - (hashEvent(event, 0x7f4a7c15) >>> 0);
}

function threadOf(event: Event): number {
  if (!("process" in event)) return -1;
  return event.tid >= 0 ? event.tid : (event.process?.pid ?? -1);
}

function hashEvent(event: Event, seed: number): number {
  const hash = hashName(hashName(seed, event.type), event.node);
  switch (event.type) {
    case "throttle":
      return hashText(hash, event.started ? `+${event.cgroup}` : `-${event.cgroup}`);
    case "rate-limit":
      return hashNumber(hash, event.droppedCount);
    case "unknown":
      return hashText(hash, event.name);
    default:
      return hashProcessEvent(event, hash);
  }
}

function hashProcessEvent(event: ProcessEvent, start: number): number {
  switch (event.type) {
    case "exec": {
      const hash = hashText(hashText(start, idOf(event)), event.process?.binary ?? "");
      return hashText(hash, event.process?.arguments ?? "");
    }
    case "exit":
      return hashText(hashNumber(hashText(start, idOf(event)), event.status), event.signal);
    case "loader": {
      const hash = hashText(start, idOf(event));
      return hashText(hashText(hash, event.path), event.buildId);
    }
    default: {
      let hash = hashName(hashName(start, event.hook), event.policy);
      const count = Math.min(event.arguments.length, hashedArgumentCountMax);
      for (let index = 0; index < count; index++) {
        const argument = event.arguments[index];
        if (argument !== undefined) hash = hashArgument(hash, argument);
      }
      return event.returned === undefined ? hash : hashArgument(hash, event.returned);
    }
  }
}

function idOf(event: ProcessEvent): string {
  return event.process?.execId ?? "";
}

function hashArgument(start: number, argument: Argument): number {
  switch (argument.kind) {
    case "file":
      return hashText(start, argument.path);
    case "socket": {
      const hash = hashText(hashText(start, argument.sourceAddress), argument.destinationAddress);
      return hashNumber(hash, argument.sourcePort * 0x10000 + argument.destinationPort);
    }
    case "socket-address":
      return hashNumber(hashText(start, argument.address), argument.port);
    case "integer":
      return hashNumber(start, argument.value);
    case "text":
      return hashText(start, argument.value);
    case "bytes":
      return hashNumber(start, argument.sizeBytes);
    case "capabilities":
      return hashNumber(hashNumber(start, argument.names.length), argument.uid);
    case "error":
      return hashText(start, argument.message);
    case "other":
      return hashText(start, argument.name);
  }
}

const nameHashes = new Map<string, number>();
const nameCountMax = 1024;

/** For texts of which there are few: a lookup costs less than a pass over the letters. */
function hashName(start: number, name: string): number {
  let hash = nameHashes.get(name);
  if (hash === undefined) {
    hash = hashText(0, name);
    if (nameHashes.size >= nameCountMax) nameHashes.clear();
    nameHashes.set(name, hash);
  }
  return hashNumber(start, hash);
}

/** Long texts by their length, beginning and end. */
function hashText(start: number, text: string): number {
  const { length } = text;
  let hash = start;
  const head = Math.min(length, hashedLengthMax);
  for (let at = 0; at < head; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  for (let at = Math.max(head, length - hashedLengthMax); at < length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hashNumber(hash, length);
}

function hashNumber(start: number, value: number): number {
  const low = Math.imul(start ^ (value | 0), 0x85ebca6b);
  const mixed = Math.imul(low ^ (low >>> 13) ^ ((value / 0x100000000) | 0), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 * Frames events as a Tetragon server would send them, each behind its length, evenly spread in
 * time.
 * In: a recording; how many events, how far apart, with how many containers. Out: frames, in
 * batches. Each recorded event is encoded once; a round changes only what names it.
 */
import { encodeEvent } from "../../src/core/event/encode-protobuf.ts";
import type { WireObject } from "../../src/core/event/wire-value.ts";
import { readRound, roundMs, roundsOfAll } from "../recorded-rounds.ts";
import { joinPieces, type Moment, type Piece } from "./changing-bytes.ts";
import { EventSplitter } from "./split-event.ts";

/** What an event tells of. */
type Subject = "file" | "flow" | "other";

interface RecordedEvent {
  readonly pieces: readonly Piece[];
  readonly subject: Subject;
  /** Undefined when it tells no time. */
  readonly timeNs: bigint | undefined;
}

/** A recording that is ready to be framed again and again. */
export interface Round {
  readonly events: readonly RecordedEvent[];
  readonly containerCount: number;
}

/** Events one after the other, all as far apart. */
export interface Stretch {
  readonly count: number;
  /** **Unit**: seconds from its first event to the first after it. */
  readonly seconds: number;
  /** Before it nothing comes for so long. **Unit**: seconds. */
  readonly pauseSeconds?: number;
}

interface Frame {
  readonly bytes: Buffer;
  readonly subject: Subject;
}

const fileHook = /^security_(file|mmap)_/;
const flowHook = /^(tcp_|inet_csk_|security_socket_)/;

/** **Cost**: a quarter of a millisecond an event. */
export function prepareRound(recording: string): Round {
  const splitter = new EventSplitter();
  const events = readRound(recording).map((line): RecordedEvent => {
    const record = JSON.parse(line) as WireObject;
    const { time } = record;
    return {
      pieces: splitter.split(encodeEvent(record).bytes),
      subject: subjectOf(line, record),
      timeNs: typeof time === "string" ? toNs(time) : undefined,
    };
  });
  return { events, containerCount: splitter.containers.size };
}

function subjectOf(line: string, record: WireObject): Subject {
  const hook = /"function_name":"(\w+)"/.exec(line)?.[1] ?? "";
  if (fileHook.test(hook) || record["process_loader"] !== undefined) return "file";
  return flowHook.test(hook) ? "flow" : "other";
}

function toNs(text: string): bigint {
  const seconds = BigInt(Date.parse(`${text.slice(0, 19)}Z`)) / 1000n;
  const digits = /\.(\d{1,9})/.exec(text)?.[1] ?? "";
  return seconds * 1_000_000_000n + BigInt(digits.padEnd(9, "0"));
}

/** The stretches follow one another in time; a round goes on over the end of one. */
export class EventFramer {
  private readonly round: Round;
  private readonly slotCount: number;
  private readonly moment: Moment;
  private next = 0;

  constructor(round: Round, containers: number) {
    this.round = round;
    this.slotCount = roundsOfAll(containers, round.containerCount);
    const timeNs = round.events.find((event) => event.timeNs !== undefined)?.timeNs ?? 0n;
    this.moment = { round: 0, slot: 0, timeNs, shiftNs: 0n };
  }

  *frames({ count, seconds, pauseSeconds = 0 }: Stretch): Generator<Frame, void> {
    const stepNs = BigInt(Math.round((seconds * 1e9) / count));
    this.moment.timeNs += BigInt(pauseSeconds) * 1_000_000_000n;
    for (let made = 0; made < count; made += 1) {
      yield this.frame();
      this.moment.timeNs += stepNs;
    }
  }

  private frame(): Frame {
    const { round, moment } = this;
    const { pieces, subject, timeNs } = round.events[this.next] as RecordedEvent;
    if (timeNs !== undefined) {
      moment.shiftNs = moment.timeNs - timeNs - BigInt(moment.round * roundMs) * 1_000_000n;
    }
    const bytes = joinPieces(pieces, moment);
    this.next += 1;
    if (this.next === round.events.length) {
      this.next = 0;
      moment.round += 1;
      moment.slot = moment.round % this.slotCount;
    }
    return { bytes, subject };
  }
}

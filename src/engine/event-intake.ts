/**
 * Holds what happens to each record of a stream before folds see it: it is decoded, told from its
 * copies, held against the asked time, counted; what is odd becomes a problem.
 * In: records and oddities of a splitter. Out: events, in order; a summary at the end.
 * Must never hold more than fixed windows, and never quote what a record says.
 */
import { createProtobufDecoder } from "../core/event/decode-protobuf.ts";
import type { Event } from "../core/event/event.ts";
import type { DecodeProblem, EventDecoder } from "../core/event/event-decoder.ts";
import { createJsonDecoder } from "../core/event/scan-json.ts";
import { DamageGauge } from "./damage-gauge.ts";
import type { DuplicateWindow } from "./duplicate-window.ts";
import { type DamageSpan, type EventInput, EventStatistics } from "./event-input.ts";
import { type EventRange, isLive } from "./event-range.ts";
import type { InputProblems } from "./note-problems.ts";
import type { Oddity, RawRecord } from "./raw-record.ts";
import type { RecordFormat } from "./split-records.ts";

const openBrace = 0x7b;

export interface IntakeOptions {
  readonly decoders: Readonly<Record<RecordFormat, EventDecoder>>;
  /** Of all streams of a run: a copy may come by another way. */
  readonly window: DuplicateWindow;
  readonly range: EventRange;
  readonly problems: InputProblems;
  /** `event.input`. */
  readonly index: number;
  readonly onEvent: (event: Event, record: RawRecord) => void;
  /** An event that came before, by this stream or another. */
  readonly onDuplicate?: (event: Event, record: RawRecord) => void;
  /** Of a stream without an end: a stretch with unreadable places is over. */
  readonly onDamage?: (span: DamageSpan) => void;
  /** The last line of a file is not whole. */
  readonly onCut?: () => void;
}

/** What one record says. */
export interface Decoded {
  /** Undefined where the problem is why. */
  readonly event: Event | undefined;
  readonly problem: DecodeProblem | undefined;
}

/** One for all inputs, made when first asked for: they share what they know of processes. */
export function createDecoders(): IntakeOptions["decoders"] {
  return new Decoders();
}

class Decoders {
  private json: EventDecoder | undefined;
  private proto: EventDecoder | undefined;

  get jsonl(): EventDecoder {
    this.json ??= createJsonDecoder();
    return this.json;
  }

  get protobuf(): EventDecoder {
    this.proto ??= createProtobufDecoder();
    return this.proto;
  }
}

export class EventIntake {
  eventCount = 0;
  format: RecordFormat = "jsonl";
  readonly statistics: EventStatistics;
  readonly damage: DamageGauge;
  private readonly options: IntakeOptions;
  private duplicateCount = 0;
  private outsideCount = 0;
  private unreadableCount = 0;
  /** How the input ended early, in words. */
  private cut: string | undefined;

  constructor(options: IntakeOptions, dumped?: IntakeDump) {
    this.options = options;
    this.statistics = new EventStatistics(dumped?.statistics);
    this.damage = new DamageGauge(dumped?.damage, options.onDamage);
    if (dumped === undefined) return;
    const { format, cut, eventCount, duplicateCount, outsideCount, unreadableCount } = dumped;
    const counts = { eventCount, duplicateCount, outsideCount, unreadableCount };
    Object.assign(this, { format, cut, ...counts });
  }

  /** What a checkpoint keeps. */
  dump(): IntakeDump {
    const { format, cut, eventCount, duplicateCount, outsideCount, unreadableCount } = this;
    const counts = { eventCount, duplicateCount, outsideCount, unreadableCount };
    return {
      format,
      cut,
      ...counts,
      statistics: this.statistics.dump(),
      damage: this.damage.dump(),
    };
  }

  summarize(
    file: Pick<EventInput, "name" | "compression" | "sizeBytes">,
    truncated: string | undefined,
  ): EventInput {
    const { duplicateCount, outsideCount, unreadableCount, format } = this;
    const { index } = this.options;
    const counts = { index, format, duplicateCount, outsideCount, unreadableCount };
    const state = { cut: truncated ?? this.cut, damage: this.damage.span() };
    return this.statistics.summarize({ ...file, ...counts, ...state });
  }

  take(record: RawRecord): void {
    this.accept(record, this.decode(record));
  }

  /** What it says: for `accept`. Changes nothing that is counted. */
  decode({ bytes, start, end, offset }: RawRecord): Decoded {
    const { decoders, index } = this.options;
    const decoder = decoders[this.format];
    const event = decoder.decode(bytes, start, end, index, offset);
    return { event, problem: decoder.problem };
  }

  /** `decoded`: of this record. **Order**: as they came. */
  accept(record: RawRecord, { event, problem }: Decoded): void {
    const { range, window, onEvent } = this.options;
    if (event === undefined) {
      this.noteUnreadable(record, problem);
      return;
    }
    const isInside = range.includes(event);
    const happened = isLive(event);
    if (happened) this.damage.pass(event.timeUs);
    if (window.seenBefore(event)) {
      this.duplicateCount++;
      this.options.onDuplicate?.(event, record);
    } else if (!isInside) this.outsideCount++;
    else {
      this.noteDoubts(record, event, problem);
      this.eventCount++;
      this.statistics.add(event, happened);
      onEvent(event, record);
    }
  }

  noteOddity(oddity: Oddity): void {
    this.options.problems.addOddity(oddity);
    const { code } = oddity;
    if (code === "message-cut") this.cut = "its last message is not whole";
    else if (code === "message-too-long") this.cut = "the length of a message is damaged";
    else this.damage.add();
  }

  /** Only of events that count: a copy would tell the same doubt again. */
  private noteDoubts({ offset, line }: RawRecord, event: Event, problem: Decoded["problem"]): void {
    const { problems } = this.options;
    if (problem !== undefined) problems.add({ ...problem, offset, line });
    if (event.type === "unknown") problems.addUnknown(event.name, offset, line);
  }

  private noteUnreadable(record: RawRecord, problem: Decoded["problem"]): void {
    const { bytes, start, offset, line, complete } = record;
    const { problems } = this.options;
    this.unreadableCount++;
    if (!complete) {
      this.cut = "its last line is not whole";
      problems.addCutLine(offset, line);
      this.options.onCut?.();
    } else if (this.format === "jsonl" && line === 1 && bytes[start] !== openBrace) {
      problems.addCutFirstLine(offset, line);
    } else {
      this.damage.add();
      if (problem !== undefined) problems.add({ ...problem, offset, line });
    }
  }
}

export interface IntakeDump {
  readonly format: RecordFormat;
  readonly cut: string | undefined;
  readonly eventCount: number;
  readonly duplicateCount: number;
  readonly outsideCount: number;
  readonly unreadableCount: number;
  readonly statistics: ReturnType<EventStatistics["dump"]>;
  readonly damage: ReturnType<DamageGauge["dump"]>;
}

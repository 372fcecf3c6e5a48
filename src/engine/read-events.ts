/**
 * Holds the reading of recorded events: files in, decoded events out, in the order of the inputs.
 * Duplicates are told and left out, times outside of the asked range too; everything odd becomes a
 * problem with its first place. Out besides: what `inspect` shows of each input.
 * Must never hold more than a few chunks and the fixed windows, whatever the inputs hold.
 */

import { createProtobufDecoder } from "../core/event/decode-protobuf.ts";
import type { Event, TimeUs } from "../core/event/event.ts";
import type { EventDecoder } from "../core/event/event-decoder.ts";
import type { ProblemLog } from "../core/event/problem.ts";
import { createJsonDecoder } from "../core/event/scan-json.ts";
import type { Files } from "../ports/files.ts";
import { DuplicateWindow } from "./duplicate-window.ts";
import { type DamageSpan, type EventInput, EventStatistics } from "./event-input.ts";
import { EventRange, isLive } from "./event-range.ts";
import { InputProblems } from "./note-problems.ts";
import type { Oddity, RawRecord } from "./raw-record.ts";
import { createRecordSplitter, type RecordFormat } from "./split-records.ts";

export type { EventInput } from "./event-input.ts";

const openBrace = 0x7b;

/** How far the reading is; told once a chunk (about a MiB), so that a surface may throttle. */
export interface Progress {
  readonly input: string;
  /** **Unit**: stored bytes of this input. */
  readonly consumedBytes: number;
  /** -1 when unknown. */
  readonly sizeBytes: number;
  /** Of this input so far. */
  readonly eventCount: number;
}

export interface ReadEventsOptions {
  readonly files: Files;
  /** **Order**: as they should be read; directories are expanded by the caller. */
  readonly names: readonly string[];
  readonly problems: ProblemLog;
  /** First moment that counts. */
  readonly sinceUs?: TimeUs;
  /** First moment that no longer counts. */
  readonly untilUs?: TimeUs;
  readonly onEvent: (event: Event) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Reads all inputs one after the other. `event.input` is the index in the returned list.
 * **Errors**: throws what `files.open` throws; damage within an input is a problem, not an error.
 */
export async function readEvents(options: ReadEventsOptions): Promise<readonly EventInput[]> {
  const shared: Shared = {
    options,
    decoders: { jsonl: createJsonDecoder(), protobuf: createProtobufDecoder() },
    window: new DuplicateWindow(),
    range: new EventRange(options.sinceUs, options.untilUs),
  };
  const inputs: EventInput[] = [];
  for (const name of options.names) inputs.push(await readInput(shared, name, inputs.length));
  return inputs;
}

/** What all inputs of one run have in common. */
interface Shared {
  readonly options: ReadEventsOptions;
  readonly decoders: Readonly<Record<RecordFormat, EventDecoder>>;
  readonly window: DuplicateWindow;
  readonly range: EventRange;
}

async function readInput(shared: Shared, name: string, index: number): Promise<EventInput> {
  const { files, onProgress, problems } = shared.options;
  const file = await files.open(name);
  const { compression, sizeBytes } = file;
  const reader = new InputReader(shared, new InputProblems(problems, name), index);
  for await (const chunk of file.chunks) {
    reader.splitter.push(chunk);
    const { eventCount } = reader;
    onProgress?.({ input: name, consumedBytes: file.consumedBytes(), sizeBytes, eventCount });
  }
  reader.splitter.end();
  return reader.summarize({ name, compression, sizeBytes }, file.truncated());
}

/** The state of one input while it is read. */
class InputReader {
  eventCount = 0;
  readonly splitter = createRecordSplitter(
    {
      onRecord: (record) => this.take(record),
      onOddity: (oddity) => this.noteOddity(oddity),
    },
    (format) => {
      this.decoder = this.shared.decoders[format];
    },
  );
  private readonly shared: Shared;
  private readonly problems: InputProblems;
  private readonly index: number;
  private readonly statistics = new EventStatistics();
  private decoder: EventDecoder;
  private readonly damage = new DamageGauge();
  private duplicateCount = 0;
  private outsideCount = 0;
  private unreadableCount = 0;
  /** How the input ended early, in words. */
  private cut: string | undefined;

  constructor(shared: Shared, problems: InputProblems, index: number) {
    this.shared = shared;
    this.problems = problems;
    this.index = index;
    this.decoder = shared.decoders.jsonl;
  }

  summarize(
    file: Pick<EventInput, "name" | "compression" | "sizeBytes">,
    truncated: string | undefined,
  ): EventInput {
    const { index, duplicateCount, outsideCount, unreadableCount } = this;
    if (truncated !== undefined) this.problems.addCutStream(truncated);
    const format = this.splitter.format() ?? "jsonl";
    const counts = { index, format, duplicateCount, outsideCount, unreadableCount };
    const state = { cut: truncated ?? this.cut, damage: this.damage.span() };
    const input = this.statistics.summarize({ ...file, ...counts, ...state });
    this.problems.addSummary(input);
    return input;
  }

  private take(record: RawRecord): void {
    const { decoder } = this;
    const { bytes, start, end, offset } = record;
    const event = decoder.decode(bytes, start, end, this.index, offset);
    if (event === undefined) {
      this.noteUnreadable(record);
      return;
    }
    const { range, window, options } = this.shared;
    const isInside = range.includes(event);
    const happened = isLive(event);
    if (happened) this.damage.pass(event.timeUs);
    if (window.seenBefore(event)) this.duplicateCount++;
    else if (!isInside) this.outsideCount++;
    else {
      this.noteDoubts(record, event);
      this.eventCount++;
      this.statistics.add(event, happened);
      options.onEvent(event);
    }
  }

  /** Only of events that count: a copy would tell the same doubt again. */
  private noteDoubts({ offset, line }: RawRecord, event: Event): void {
    const { problem } = this.decoder;
    if (problem !== undefined) this.problems.add({ ...problem, offset, line });
    if (event.type === "unknown") this.problems.addUnknown(event.name, offset, line);
  }

  private noteUnreadable({ bytes, start, offset, line, complete }: RawRecord): void {
    this.unreadableCount++;
    const isText = this.decoder === this.shared.decoders.jsonl;
    if (!complete) {
      this.cut = "its last line is not whole";
      this.problems.addCutLine(offset, line);
    } else if (isText && line === 1 && bytes[start] !== openBrace) {
      this.problems.addCutFirstLine(offset, line);
    } else {
      this.damage.add();
      const { problem } = this.decoder;
      if (problem !== undefined) this.problems.add({ ...problem, offset, line });
    }
  }

  private noteOddity(oddity: Oddity): void {
    this.problems.addOddity(oddity);
    const { code } = oddity;
    if (code === "message-cut") this.cut = "its last message is not whole";
    else if (code === "message-too-long") this.cut = "the length of a message is damaged";
    else this.damage.add();
  }
}

/** Keeps the times around damaged places. */
class DamageGauge {
  private count = 0;
  private sinceUs: TimeUs = 0;
  private untilUs: TimeUs = 0;
  private latestUs: TimeUs = 0;
  private isOpen = false;

  add(): void {
    if (this.count === 0) this.sinceUs = this.latestUs;
    this.count++;
    this.isOpen = true;
  }

  pass(timeUs: TimeUs): void {
    if (this.isOpen) {
      this.isOpen = false;
      this.untilUs = Math.max(this.untilUs, timeUs);
    }
    this.latestUs = timeUs;
  }

  span(): DamageSpan | undefined {
    const { count, sinceUs, isOpen } = this;
    return count === 0 ? undefined : { count, sinceUs, untilUs: isOpen ? 0 : this.untilUs };
  }
}

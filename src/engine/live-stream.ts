/**
 * Holds the reading of one stream that has no end: the signals of a source become events, each with
 * the place that it has in the stream, and silences in which events may be missing become losses.
 * In: signals, in order. Out: events; losses; the position from which all that was not handed on
 * comes again. Must never copy a record, and never lose count of where it is.
 */
import type { Event, TimeUs } from "../core/event/event.ts";
import type { LossFact } from "../core/observe/fact.ts";
import type { SourcePosition, SourceSignal } from "../ports/event-source.ts";
import type { DamageSpan } from "./event-input.ts";
import { EventIntake, type IntakeDump, type IntakeOptions } from "./event-intake.ts";
import { isLive } from "./event-range.ts";
import type { RawRecord, ResumableSplitter, SplitPlace } from "./raw-record.ts";
import { createLineSplitter } from "./split-lines.ts";
import { type GapsDump, StreamGaps } from "./stream-gaps.ts";

type IntakeParts = "decoders" | "window" | "range" | "problems" | "index" | "onEvent";

export interface LiveStreamOptions extends Pick<IntakeOptions, IntakeParts> {
  readonly onLoss: (loss: LossFact) => void;
  /** A copy that tells that nothing is missing: to be kept beside the events. */
  readonly onProof?: (event: Event, record: RawRecord) => void;
}

/** Plain data, for a checkpoint. */
export interface LiveStreamDump {
  readonly intake: IntakeDump;
  readonly gaps: GapsDump;
  readonly position: SourcePosition | undefined;
  /** **Unit**: bytes of the file; of what comes again from `position` on, how much is done. */
  readonly place: SplitPlace;
  /** **Unit**: bytes of the stream before the file that is being read. */
  readonly baseOffset: number;
  readonly messageCount: number;
}

/**
 * **Unit**: messages that are decoded together; sixteen gain as much as more. A list of running
 * processes has tens of thousands, and events take as much room as their messages.
 */
const togetherCountMax = 64;

/**
 * `offset` of an event is counted over the whole stream: bytes of all its files, or messages. So it
 * tells the order, whatever files come and go.
 */
export class LiveStream {
  private readonly intake: EventIntake;
  private readonly gaps: StreamGaps;
  private splitter: ResumableSplitter | undefined;
  private file: SourcePosition | undefined;
  /** Offset in the file where the splitter began. */
  private startOffset = 0;
  /** Offset in the file of the next byte that is expected. */
  private nextOffset = 0;
  /** Of the file, as another stream left it; undefined when nothing of it comes again. */
  private left: SplitPlace | undefined;
  private baseOffset = 0;
  private messageCount = 0;
  private readonly message: RawRecord;

  constructor(options: LiveStreamOptions, dumped?: LiveStreamDump) {
    const { onEvent, onLoss } = options;
    const gaps = new StreamGaps(onLoss, dumped?.gaps);
    const parts: IntakeOptions = {
      ...options,
      onEvent: (event, record) => {
        gaps.noteNode(event.node);
        if (isLive(event)) gaps.pass(event.timeUs);
        onEvent(event, record);
      },
      onDuplicate: (event, record) => {
        gaps.noteNode(event.node);
        if (isLive(event) && gaps.passAgain(event.timeUs)) options.onProof?.(event, record);
      },
      onDamage: (span) => {
        for (const loss of gaps.perNode(damageLoss(span, gaps.latestUs))) onLoss(loss);
      },
      onCut: () => this.openGap("cut-file", 1, "the last line of a file is not whole"),
    };
    this.gaps = gaps;
    this.intake = new EventIntake(parts, dumped?.intake);
    this.message = {
      ...{ bytes: new Uint8Array(0), start: 0, end: 0 },
      ...{ offset: 0, line: 0, complete: true },
    };
    if (dumped !== undefined) this.restore(dumped);
  }

  /** Where the source has to go on so that nothing is missed; undefined before the first byte. */
  get position(): SourcePosition | undefined {
    return this.file === undefined ? undefined : { ...this.file, offset: this.place.pendingOffset };
  }

  get eventCount(): number {
    return this.intake.eventCount;
  }

  /** Of the latest event that carries one, by the clock as it is now; 0 before the first. */
  get timeUs(): TimeUs {
    return this.gaps.latestUs;
  }

  take(signal: SourceSignal): void {
    switch (signal.kind) {
      case "bytes":
        this.takeBytes(signal.bytes, signal.at);
        break;
      case "file-ended":
        this.endFile();
        break;
      case "messages":
      case "known-processes":
        this.takeMessages(signal.messages);
        break;
      case "gap":
        this.openGap(signal.reason, signal.count, signal.detail);
        break;
      case "idle":
        break;
    }
  }

  /** A record that came before, from the archive: at the place that it had. */
  takeAgain(format: "jsonl" | "protobuf", bytes: Uint8Array, offset: number): void {
    this.intake.format = format;
    this.intake.take(this.show(bytes, offset));
    if (format === "protobuf") this.messageCount = Math.max(this.messageCount, offset + 1);
  }

  /** The source will go on from there, though nothing is known of what came before. */
  beginAt(position: SourcePosition): void {
    this.file = position;
    this.nextOffset = offsetOf(position);
  }

  /** Events may be missing until the next one, from now on or from an earlier time. */
  openGap(reason: string, count: number, detail: string, sinceUs = this.gaps.latestUs): void {
    this.gaps.open({ reason, count, detail }, sinceUs);
  }

  /** Losses that are known by now and not yet handed on: open gaps, damaged places. */
  losses(): readonly LossFact[] {
    const { gaps } = this;
    const span = this.intake.damage.span();
    const damaged = span === undefined ? [] : gaps.perNode(damageLoss(span, gaps.latestUs));
    return [...gaps.losses(), ...damaged];
  }

  summarize(name: string): ReturnType<EventIntake["summarize"]> {
    return this.intake.summarize({ name, compression: "plain", sizeBytes: -1 }, undefined);
  }

  dump(): LiveStreamDump {
    const { position, place, baseOffset, messageCount } = this;
    const [intake, gaps] = [this.intake.dump(), this.gaps.dump()];
    return { intake, gaps, position, place, baseOffset, messageCount };
  }

  private restore({ position, place, baseOffset, messageCount }: LiveStreamDump): void {
    Object.assign(this, { baseOffset, messageCount });
    if (position === undefined) return;
    this.beginAt(position);
    this.left = place;
  }

  /** In the file. */
  private get place(): SplitPlace {
    const { splitter, startOffset, nextOffset: pendingOffset, left } = this;
    if (splitter !== undefined) return moved(splitter.place(), startOffset);
    const { doneOffset = pendingOffset, longOffset = -1 } = left ?? {};
    return { pendingOffset, doneOffset, longOffset };
  }

  private takeBytes(bytes: Uint8Array, at: SourcePosition): void {
    const offset = offsetOf(at);
    if (this.file !== undefined && this.file["file"] !== at["file"]) this.startFile(offset);
    else if (offset !== this.nextOffset) this.jump(offset);
    if (this.splitter === undefined) {
      this.intake.format = "jsonl";
      this.splitter = this.createSplitter(offset);
      this.left = undefined;
    }
    this.file = at;
    this.nextOffset = offset + bytes.length;
    this.splitter.push(bytes);
  }

  private createSplitter(offset: number): ResumableSplitter {
    const { intake, left } = this;
    this.startOffset = offset;
    const done = left === undefined ? undefined : moved(left, -offset);
    // Only of the first file can the first line have been cut; later ones have no number.
    const isFirst = this.baseOffset === 0 && offset === 0;
    const place = <T extends Pick<RawRecord, "offset" | "line">>(one: T): T => {
      one.offset += this.baseOffset + this.startOffset;
      if (!isFirst) one.line = 0;
      return one;
    };
    return createLineSplitter(
      {
        onRecord: (record) => intake.take(place(record)),
        onOddity: (oddity) => intake.noteOddity(place({ ...oddity })),
      },
      undefined,
      done,
    );
  }

  /** What is left of the last file is no whole line, and will never be. */
  private endFile(): void {
    this.splitter?.end();
    this.splitter = undefined;
  }

  private startFile(offset: number): void {
    this.endFile();
    this.baseOffset += Math.max(this.nextOffset, this.left?.doneOffset ?? 0);
    this.left = undefined;
    this.nextOffset = offset;
  }

  /** Within a file of one name: what comes is no continuation. Offsets grow all the same. */
  private jump(offset: number): void {
    this.endFile();
    if (offset < this.nextOffset) this.baseOffset += this.nextOffset - offset;
    this.left = undefined;
    this.nextOffset = offset;
  }

  private takeMessages(messages: readonly Uint8Array[]): void {
    this.intake.format = "protobuf";
    for (let at = 0; at < messages.length; at += togetherCountMax) {
      this.takeTogether(messages.slice(at, at + togetherCountMax));
    }
  }

  /**
   * All are decoded before the first is accepted: one thing again and again costs less than all
   * things in turn (`docs/decisions/0005-one-process-one-pass.md`).
   */
  private takeTogether(messages: readonly Uint8Array[]): void {
    const { intake, messageCount } = this;
    const decoded = messages.map((bytes, at) => {
      return { bytes, said: intake.decode(this.show(bytes, messageCount + at)) };
    });
    for (const { bytes, said } of decoded) {
      intake.accept(this.show(bytes, this.messageCount), said);
      this.messageCount += 1;
    }
  }

  /** As a record: always the same one. */
  private show(bytes: Uint8Array, offset: number): RawRecord {
    const { message } = this;
    message.bytes = bytes;
    message.end = bytes.length;
    message.offset = offset;
    message.line = offset + 1;
    return message;
  }
}

function offsetOf(position: SourcePosition): number {
  return Number(position["offset"] ?? 0);
}

function moved({ pendingOffset, doneOffset, longOffset }: SplitPlace, byOffset: number) {
  return {
    pendingOffset: pendingOffset + byOffset,
    doneOffset: doneOffset + byOffset,
    longOffset: longOffset < 0 ? longOffset : longOffset + byOffset,
  };
}

function damageLoss({ count, sinceUs, untilUs }: DamageSpan, latestUs: TimeUs): LossFact {
  return {
    ...{ kind: "loss", node: "", container: "", reason: "damaged-file", sinceUs },
    untilUs: Math.max(sinceUs, untilUs === 0 ? latestUs : untilUs),
    count,
    detail: "records of the stream cannot be read",
  };
}

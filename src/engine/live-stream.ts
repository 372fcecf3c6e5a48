/**
 * Holds the reading of one stream that has no end: the signals of a source become events, each with
 * the place that it has in the stream, and silences in which events may be missing become losses.
 * In: signals, in order. Out: events; losses; the position from which all that was not handed on
 * comes again. Must never copy a record, and never lose count of where it is.
 */
import type { TimeUs } from "../core/event/event.ts";
import type { LossFact } from "../core/observe/fact.ts";
import type { SourcePosition, SourceSignal } from "../ports/event-source.ts";
import { EventIntake, type IntakeDump, type IntakeOptions } from "./event-intake.ts";
import { isLive } from "./event-range.ts";
import type { RawRecord, ResumableSplitter } from "./raw-record.ts";
import { createLineSplitter } from "./split-lines.ts";

/** A gap waits for the next event, whose time ends it. */
interface OpenGap {
  readonly reason: string;
  readonly detail: string;
  readonly sinceUs: TimeUs;
  count: number;
}

export interface LiveStreamOptions extends IntakeOptions {
  readonly onLoss: (loss: LossFact) => void;
}

/** Plain data, for a checkpoint. */
export interface LiveStreamDump {
  readonly intake: IntakeDump;
  readonly position: SourcePosition | undefined;
  /** **Unit**: bytes, or messages, of the stream before the file that is being read. */
  readonly baseOffset: number;
  readonly messageCount: number;
  readonly latestUs: TimeUs;
  readonly gaps: readonly OpenGap[];
  readonly nodes: readonly string[];
}

/** More kinds than that at once are told as one. */
const gapCountMax = 64;
const nodeCountMax = 1000;

/**
 * `offset` of an event is counted over the whole stream: bytes of all its files, or messages. So it
 * tells the order, whatever files come and go.
 */
export class LiveStream {
  private readonly options: LiveStreamOptions;
  private readonly intake: EventIntake;
  private splitter: ResumableSplitter | undefined;
  private file: SourcePosition | undefined;
  /** Offset in the file where the splitter began. */
  private startOffset = 0;
  /** Offset in the file of the next byte that is expected. */
  private nextOffset = 0;
  private baseOffset = 0;
  private messageCount = 0;
  private latestUs: TimeUs = 0;
  private gaps: OpenGap[] = [];
  /** Of the latest event. */
  private node = "";
  private nodes = new Set<string>();
  private readonly message: RawRecord;

  constructor(options: LiveStreamOptions, dumped?: LiveStreamDump) {
    this.options = options;
    const { onEvent } = options;
    const passOn: IntakeOptions["onEvent"] = (event, record) => {
      if (event.node !== this.node) this.noteNode(event.node);
      if (isLive(event)) this.pass(event.timeUs);
      onEvent(event, record);
    };
    const onDuplicate: IntakeOptions["onDuplicate"] = (event) => {
      if (this.gaps.length > 0 && isLive(event)) this.closeGaps();
    };
    const all = { ...options, onEvent: passOn, onDuplicate };
    this.intake = new EventIntake(all, dumped?.intake);
    this.message = {
      ...{ bytes: new Uint8Array(0), start: 0, end: 0 },
      ...{ offset: 0, line: 0, complete: true },
    };
    if (dumped !== undefined) this.restore(dumped);
  }

  /** Where the source has to go on so that nothing is missed; undefined before the first byte. */
  get position(): SourcePosition | undefined {
    if (this.file === undefined) return undefined;
    const { splitter, startOffset, nextOffset } = this;
    const pending = splitter === undefined ? nextOffset : startOffset + splitter.pendingOffset();
    return { ...this.file, offset: pending };
  }

  get eventCount(): number {
    return this.intake.eventCount;
  }

  /** Of the latest event that carries one; 0 before the first. */
  get timeUs(): TimeUs {
    return this.latestUs;
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
        for (const bytes of signal.messages) this.takeMessage(bytes);
        break;
      case "known-processes":
        for (const bytes of signal.messages) this.takeMessage(bytes);
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
    this.give(bytes, offset);
    if (format === "protobuf") this.messageCount = Math.max(this.messageCount, offset + 1);
  }

  /** Events may be missing from now on until the next one. */
  openGap(reason: string, count: number, detail: string): void {
    const same = this.gaps.find((gap) => gap.reason === reason);
    if (same !== undefined) same.count += count;
    else if (this.gaps.length < gapCountMax) {
      this.gaps.push({ reason, count, detail, sinceUs: Math.max(0, this.latestUs - 1) });
    }
  }

  /** Losses that are known by now and not yet handed on: open gaps, damaged places. */
  losses(): readonly LossFact[] {
    const { damage } = this.intake;
    const span = damage.span();
    const open = this.gaps.map((gap) => lossOf(gap, this.latestUs));
    const damaged =
      span === undefined
        ? []
        : [
            {
              ...lossOf({ reason: "damaged-file", detail: damageDetail, ...span }, 0),
              untilUs: span.untilUs === 0 ? this.latestUs : span.untilUs,
            },
          ];
    return [...open, ...damaged].flatMap((loss) => this.perNode(loss));
  }

  summarize(name: string): ReturnType<EventIntake["summarize"]> {
    return this.intake.summarize({ name, compression: "plain", sizeBytes: -1 }, undefined);
  }

  dump(): LiveStreamDump {
    const { position, baseOffset, messageCount, latestUs, gaps } = this;
    const intake = this.intake.dump();
    const nodes = [...this.nodes];
    return { intake, position, baseOffset, messageCount, latestUs, gaps, nodes };
  }

  private restore(dumped: LiveStreamDump): void {
    const { position, baseOffset, messageCount, latestUs, gaps } = dumped;
    Object.assign(this, { baseOffset, messageCount, latestUs });
    this.gaps = [...gaps];
    this.nodes = new Set(dumped.nodes);
    if (position === undefined) return;
    this.file = position;
    this.nextOffset = offsetOf(position);
  }

  private takeBytes(bytes: Uint8Array, at: SourcePosition): void {
    const offset = offsetOf(at);
    if (this.file !== undefined && this.file["file"] !== at["file"]) this.startFile();
    else if (this.splitter !== undefined && offset !== this.nextOffset) this.endFile();
    if (this.splitter === undefined) {
      this.intake.format = "jsonl";
      this.splitter = this.createSplitter();
      this.startOffset = offset;
    }
    this.file = at;
    this.nextOffset = offset + bytes.length;
    this.splitter.push(bytes);
  }

  private createSplitter(): ResumableSplitter {
    const { intake } = this;
    return createLineSplitter({
      onRecord: (record) => {
        record.offset += this.baseOffset + this.startOffset;
        intake.take(record);
      },
      onOddity: (oddity) => intake.noteOddity(oddity),
    });
  }

  /** What is left of the last file is no whole line, and will never be. */
  private endFile(): void {
    this.splitter?.end();
    this.splitter = undefined;
  }

  private startFile(): void {
    this.endFile();
    this.baseOffset += this.nextOffset;
    this.nextOffset = 0;
  }

  private takeMessage(bytes: Uint8Array): void {
    this.intake.format = "protobuf";
    this.give(bytes, this.messageCount);
    this.messageCount += 1;
  }

  private give(bytes: Uint8Array, offset: number): void {
    const { message } = this;
    message.bytes = bytes;
    message.end = bytes.length;
    message.offset = offset;
    message.line = offset + 1;
    this.intake.take(message);
  }

  private pass(timeUs: TimeUs): void {
    if (this.gaps.length > 0) {
      const ended = this.gaps.map((gap) => lossOf(gap, Math.max(timeUs, gap.sinceUs)));
      this.gaps = [];
      for (const loss of ended.flatMap((one) => this.perNode(one))) this.options.onLoss(loss);
    }
    if (timeUs > this.latestUs) this.latestUs = timeUs;
  }

  /**
   * What came before comes again: the server began at an earlier point than where it was left, so
   * all that is between comes too. (Tetragon itself sends nothing twice but its listing of
   * processes; a recording that is served does.)
   */
  private closeGaps(): void {
    this.gaps = this.gaps.filter(({ reason }) => reason !== "restart" && reason !== "reconnect");
  }

  private noteNode(node: string): void {
    this.node = node;
    if (this.nodes.size < nodeCountMax) this.nodes.add(node);
  }

  /** A stream without any event yet may be of any node. */
  private perNode(loss: LossFact): readonly LossFact[] {
    const nodes = [...this.nodes];
    return nodes.length === 0 ? [loss] : nodes.map((node) => ({ ...loss, node }));
  }
}

const damageDetail = "records of the stream cannot be read";

function offsetOf(position: SourcePosition): number {
  return Number(position["offset"] ?? 0);
}

function lossOf(
  gap: Pick<OpenGap, "reason" | "detail" | "count" | "sinceUs">,
  untilUs: TimeUs,
): LossFact {
  const { reason, detail, count, sinceUs } = gap;
  return { kind: "loss", node: "", container: "", reason, sinceUs, untilUs, count, detail };
}

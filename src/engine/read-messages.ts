/**
 * Holds the reading of a recording as messages of Tetragon's stream: JSON lines are written anew
 * as messages, a recorded stream is handed on as it is.
 * In: files. Out: one message after the other, with the moment it tells. Damage is counted.
 * Must never hold more than the messages of one chunk.
 */
import { createProtobufDecoder } from "../core/event/decode-protobuf.ts";
import { encodeEvent } from "../core/event/encode-protobuf.ts";
import type { TimeUs } from "../core/event/event.ts";
import { peekMessage } from "../core/event/peek-message.ts";
import { isWireObject } from "../core/event/wire-value.ts";
import type { Files } from "../ports/files.ts";
import { isLive } from "./event-range.ts";
import type { RawRecord } from "./raw-record.ts";
import { createRecordSplitter } from "./split-records.ts";

export interface ReplayedMessage {
  /** A copy: may be kept. */
  readonly bytes: Uint8Array;
  /** When it happened; 0 when it carries no such time, or when times were not asked for. */
  readonly timeUs: TimeUs;
}

/** What was not handed on as it was. Of all readings together. */
export interface MessageLosses {
  /** Records that are no event. */
  unreadableCount: number;
  /** Values of JSON lines that messages of ours do not carry. */
  droppedValueCount: number;
}

export interface ReadMessagesOptions {
  readonly files: Files;
  /** **Order**: as they should be read; directories are expanded by the caller. */
  readonly names: readonly string[];
  readonly wantsTimes: boolean;
  readonly losses: MessageLosses;
}

/** **Errors**: throws what `files.open` throws; damage within a file is counted, not thrown. */
export async function* readMessages(
  options: ReadMessagesOptions,
): AsyncGenerator<ReplayedMessage, void> {
  const { files, names, wantsTimes, losses } = options;
  for (const name of names) {
    const reader = new MessageReader(losses, wantsTimes);
    const file = await files.open(name);
    for await (const chunk of file.chunks) {
      reader.splitter.push(chunk);
      yield* reader.take();
    }
    reader.splitter.end();
    yield* reader.take();
    if (file.truncated() !== undefined) losses.unreadableCount++;
  }
}

class MessageReader {
  readonly splitter = createRecordSplitter({
    onRecord: (record) => this.read(record),
    onOddity: () => {
      this.losses.unreadableCount++;
    },
  });
  private readonly losses: MessageLosses;
  private readonly wantsTimes: boolean;
  private readonly decoder = createProtobufDecoder();
  private readonly text = new TextDecoder();
  private messages: ReplayedMessage[] = [];

  constructor(losses: MessageLosses, wantsTimes: boolean) {
    this.losses = losses;
    this.wantsTimes = wantsTimes;
  }

  take(): readonly ReplayedMessage[] {
    const { messages } = this;
    this.messages = [];
    return messages;
  }

  private read({ bytes, start, end }: RawRecord): void {
    const isJson = this.splitter.format() === "jsonl";
    const record = bytes.subarray(start, end);
    const message = isJson ? this.encode(record) : Uint8Array.from(record);
    if (message === undefined) this.losses.unreadableCount++;
    else this.messages.push({ bytes: message, timeUs: this.wantsTimes ? this.timeOf(message) : 0 });
  }

  private encode(line: Uint8Array): Uint8Array | undefined {
    let record: unknown;
    try {
      record = JSON.parse(this.text.decode(line));
    } catch {
      return undefined;
    }
    if (!isWireObject(record)) return undefined;
    const { bytes, droppedCount } = encodeEvent(record);
    this.losses.droppedValueCount += droppedCount;
    return bytes;
  }

  /** What /proc told when Tetragon started carries the birth of the process, hours before. */
  private timeOf(message: Uint8Array): TimeUs {
    const { kind, timeUs } = peekMessage(message);
    if (kind !== "exec") return timeUs;
    const event = this.decoder.decode(message, 0, message.length, 0, 0);
    return event !== undefined && isLive(event) ? event.timeUs : 0;
  }
}

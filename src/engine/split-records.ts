/**
 * Holds the way from the chunks of one stream to its records, whatever their framing.
 * In: decompressed chunks, cut anywhere. Out: records of JSON lines or of length-prefixed protobuf,
 * told apart by content. Must never copy a record that lies whole in one chunk.
 */
import { Carry, type RecordSink, type RecordSplitter } from "./raw-record.ts";
import { createFrameSplitter, looksFramed } from "./split-frames.ts";
import { createLineSplitter } from "./split-lines.ts";

export type RecordFormat = "jsonl" | "protobuf";

export interface StreamSplitter extends RecordSplitter {
  /** undefined until enough bytes came to tell. */
  format(): RecordFormat | undefined;
}

const headSizeBytes = 5;

/** `onFormat` is called once, before the first record. **Cost**: one search for `\n` a record. */
export function createRecordSplitter(
  sink: RecordSink,
  onFormat: (format: RecordFormat) => void = () => {},
): StreamSplitter {
  const head = new Carry();
  let format: RecordFormat | undefined;
  let splitter: RecordSplitter | undefined;

  const choose = (start: Uint8Array): RecordSplitter => {
    format = looksFramed(start) ? "protobuf" : "jsonl";
    onFormat(format);
    splitter = format === "protobuf" ? createFrameSplitter(sink) : createLineSplitter(sink);
    return splitter;
  };

  const flushHead = (): RecordSplitter => {
    const start = head.bytes.slice(0, head.length);
    head.clear();
    const chosen = choose(start);
    chosen.push(start);
    return chosen;
  };

  const push = (chunk: Uint8Array): void => {
    if (splitter !== undefined) splitter.push(chunk);
    else if (head.length === 0 && chunk.length >= headSizeBytes) choose(chunk).push(chunk);
    else {
      head.append(chunk, 0, chunk.length);
      if (head.length >= headSizeBytes) flushHead();
    }
  };

  const end = (): void => {
    (splitter ?? flushHead()).end();
  };

  return { push, end, format: () => format };
}

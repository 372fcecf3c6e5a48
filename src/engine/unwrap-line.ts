/**
 * Holds the taking off of what surrounds an exported line in container logs.
 * In: lines as `kubectl logs --timestamps|--prefix`, the CRI log format (`time stream P|F text`)
 * or Docker's json-file driver (`{"log":…}`) write them. Out: the exported line, parts joined.
 * Must never hold more than one line of the allowed size for each of the two streams.
 */
import { Carry, type RawRecord, type RecordSink } from "./raw-record.ts";

/** **Source**: CRI log format, `kubelet` design "CRI log"; the tag list may grow after a colon. */
const prefix = new RegExp(
  [
    "^(?:\\[[^\\]\\s]{1,400}\\] )?",
    "(?:\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?(?:Z|[+-]\\d\\d:\\d\\d) )?",
    "(?:(stdout|stderr) ([FP])(?::\\S{0,100})? )?",
  ].join(""),
);
const prefixSizeBytesMax = 640;
const openBrace = 0x7b;
const dockerStart = new TextEncoder().encode('{"log":"');

interface Part {
  readonly stream: string;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly isLast: boolean;
}

interface Joined {
  readonly carry: Carry;
  readonly record: RawRecord;
  tooLong: boolean;
}

export class LineUnwrapper {
  private readonly sink: RecordSink;
  private readonly sizeBytesMax: number;
  /** Lines that are still waiting for their last part, by stream: at most two. */
  private readonly waiting = new Map<string, Joined>();
  private readonly decoder = new TextDecoder();
  private readonly encoder = new TextEncoder();

  constructor(sink: RecordSink, sizeBytesMax: number) {
    this.sink = sink;
    this.sizeBytesMax = sizeBytesMax;
  }

  /** **Cost**: two comparisons for an ordinary line. */
  isWrapped({ bytes, start, end }: RawRecord): boolean {
    if (bytes[start] !== openBrace) return true;
    // An event begins with `{"process_…` or `{"node_…`: the third byte settles nearly all.
    if (bytes[start + 2] !== dockerStart[2] || end - start < dockerStart.length) return false;
    return dockerStart.every((byte, index) => bytes[start + index] === byte);
  }

  take(record: RawRecord): void {
    const part = record.bytes[record.start] === openBrace ? this.docker(record) : cri(record);
    if (part === undefined) this.sink.onRecord(record);
    else this.join(part, record);
  }

  /** Where the earliest line begins whose last part has not come; infinite without one. */
  pendingOffset(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { record } of this.waiting.values()) earliest = Math.min(earliest, record.offset);
    return earliest;
  }

  /** The stream is over: lines whose last part never came are handed out as incomplete. */
  end(): void {
    for (const { carry, record, tooLong } of this.waiting.values()) {
      if (tooLong) continue;
      this.sink.onRecord({ ...record, bytes: carry.bytes, start: 0, end: carry.length });
    }
    this.waiting.clear();
  }

  private docker(record: RawRecord): Part | undefined {
    const line = this.decoder.decode(record.bytes.subarray(record.start, record.end));
    const parsed = parseObject(line);
    const text = parsed?.["log"];
    if (typeof text !== "string") return undefined;
    const isLast = text.endsWith("\n");
    const bytes = this.encoder.encode(isLast ? text.slice(0, -1) : text);
    const stream = parsed?.["stream"] === "stderr" ? "stderr" : "stdout";
    return { stream, bytes, start: 0, end: bytes.length, isLast };
  }

  private join(part: Part, record: RawRecord): void {
    const waiting = this.waiting.get(part.stream);
    if (waiting === undefined && part.isLast) {
      this.giveSingle(part, record);
      return;
    }
    const joined = waiting ?? startJoined(record);
    if (waiting === undefined) this.waiting.set(part.stream, joined);
    this.append(joined, part);
    if (!part.isLast) return;
    this.waiting.delete(part.stream);
    if (joined.tooLong) return;
    const { carry } = joined;
    const { complete } = record;
    const end = carry.length;
    this.sink.onRecord({ ...joined.record, bytes: carry.bytes, start: 0, end, complete });
  }

  private giveSingle(part: Part, record: RawRecord): void {
    if (part.end <= part.start) return;
    const { bytes, start, end } = part;
    this.sink.onRecord({ ...record, bytes, start, end });
  }

  private append(joined: Joined, part: Part): void {
    if (joined.tooLong) return;
    if (joined.carry.length + part.end - part.start <= this.sizeBytesMax) {
      joined.carry.append(part.bytes, part.start, part.end);
      return;
    }
    joined.tooLong = true;
    joined.carry.clear();
    const { offset, line } = joined.record;
    this.sink.onOddity({ code: "line-too-long", offset, line });
  }
}

function startJoined(record: RawRecord): Joined {
  const { offset, line } = record;
  const carry = new Carry();
  const start = { bytes: carry.bytes, start: 0, end: 0, offset, line, complete: false };
  return { carry, record: start, tooLong: false };
}

function cri(record: RawRecord): Part | undefined {
  const { bytes, start, end } = record;
  const head = asciiText(bytes, start, Math.min(end, start + prefixSizeBytesMax));
  const match = prefix.exec(head);
  if (match === null || match[0] === "") return undefined;
  const stream = match[1] ?? "stdout";
  return { stream, bytes, start: start + match[0].length, end, isLast: match[2] !== "P" };
}

/** Only the first ASCII bytes: a prefix holds no others, and so one byte is one code unit. */
function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80 || byte === openBrace) break;
    text += String.fromCharCode(byte);
  }
  return text;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

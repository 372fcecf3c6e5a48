/**
 * Splits encoded events of a recording into what is the same in each round and what is not: times,
 * processes, containers.
 * In: the bytes of events, as the encoder writes them. Out: their pieces. A process keeps one
 * identity and one start within a round: both are moved as its first event was.
 */
import { ProtobufCursor } from "../../src/core/event/protobuf-cursor.ts";
import {
  type Field,
  type MessageFields,
  responseFields,
} from "../../src/core/event/protobuf-fields.ts";
import { ProtobufWriter } from "../../src/core/event/protobuf-writer.ts";
import { readExecId, renameContainer, roundMs, writeExecId } from "../recorded-rounds.ts";
import {
  type Content,
  changeOf,
  joinPieces,
  KeptContent,
  type Moment,
  type Piece,
} from "./changing-bytes.ts";

const second = 1_000_000_000n;
const roundNs = (round: number) => BigInt(round * roundMs) * 1_000_000n;

const containerId = /^(?:containerd:\/\/)?([0-9a-f]{31})/;
/** What is said of a call, and what a process may do: nothing in it that a round changes. */
const unchanging = new Set(["args", "cap", "ns", "process_credentials"]);

/** Of one recording: what several of its events have is made once for all of them. */
export class EventSplitter {
  /** The containers that were met. */
  readonly containers = new Set<string>();
  private readonly shared = new Map<string, Content>();
  private readonly decoder = new TextDecoder();

  split(event: Uint8Array): readonly Piece[] {
    return this.splitMessage(event, responseFields);
  }

  private splitMessage(bytes: Uint8Array, fields: MessageFields): readonly Piece[] {
    const cursor = new ProtobufCursor();
    cursor.open(bytes, 0, bytes.length);
    const pieces: Piece[] = [];
    let keptFrom = 0;
    while (cursor.at < bytes.length) {
      const tagFrom = cursor.at;
      const tag = cursor.readTag();
      const field = fields.get(tag >> 3);
      if ((tag & 7) !== 2 || field === undefined || unchanging.has(field.name)) {
        cursor.skip(tag & 7);
        continue;
      }
      const tagBytes = bytes.subarray(tagFrom, cursor.at);
      const end = cursor.readRangeEnd();
      const content = this.contentOf(field, bytes.subarray(cursor.at, end));
      cursor.at = end;
      if (content === undefined) continue;
      if (tagFrom > keptFrom) pieces.push(bytes.subarray(keptFrom, tagFrom));
      pieces.push({ tag: tagBytes, content });
      keptFrom = end;
    }
    if (keptFrom < bytes.length) pieces.push(bytes.subarray(keptFrom));
    return pieces;
  }

  /** Undefined when nothing in it changes. */
  private contentOf({ name, kind, fields }: Field, value: Uint8Array): Content | undefined {
    if (kind === "message") return this.partOf(value, fields);
    if (kind === "process") return this.share("process", value, () => this.partOf(value, fields));
    if (name === "time") return { change: "event", bytesAt: ({ timeNs }) => encodeTime(timeNs) };
    if (name === "start_time") return this.share("start", value, () => startOf(value));
    if (kind !== "text") return undefined;
    const text = this.decoder.decode(value);
    if (name === "exec_id" || name === "parent_exec_id") {
      return this.share("exec", value, () => execIdOf(text));
    }
    const id = name === "docker" || name === "id" ? containerId.exec(text)?.[1] : undefined;
    if (id === undefined) return undefined;
    this.containers.add(id);
    return this.share("container", value, () => {
      const moveTo = ({ slot }: Moment) => Buffer.from(text.replace(id, renameContainer(id, slot)));
      return new KeptContent("round", moveTo);
    });
  }

  private partOf(value: Uint8Array, fields: MessageFields): Content | undefined {
    const pieces = this.splitMessage(value, fields);
    const change = changeOf(pieces);
    if (change === undefined) return undefined;
    return { change, bytesAt: (moment) => joinPieces(pieces, moment) };
  }

  /** Made once a round, however many events have it. */
  private share(
    kind: string,
    value: Uint8Array,
    make: () => Content | undefined,
  ): Content | undefined {
    const key = `${kind} ${Buffer.from(value).toString("latin1")}`;
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const made = make();
    if (made === undefined) return undefined;
    const { change } = made;
    const kept = change === "event" ? made : new KeptContent(change, (at) => made.bytesAt(at));
    this.shared.set(key, kept);
    return kept;
  }
}

function startOf(value: Uint8Array): Content | undefined {
  const startNs = decodeTime(value);
  if (startNs < 0n) return undefined;
  const moveTo = ({ round, shiftNs }: Moment) => encodeTime(startNs + roundNs(round) + shiftNs);
  return { change: "round", bytesAt: moveTo };
}

/** The middle is the start of the process, counted from the start of the machine. */
function execIdOf(text: string): Content | undefined {
  const read = readExecId(text);
  if (read === undefined) return undefined;
  const { node, ktime, pid } = read;
  // One without a start is the same process in all rounds.
  const change = ktime === "0" ? "once" : "round";
  const moveTo = ({ round, shiftNs }: Moment) => {
    const later = BigInt(ktime) + (change === "once" ? 0n : roundNs(round)) + shiftNs;
    return Buffer.from(writeExecId(node, later < 1n ? 1n : later, pid));
  };
  return { change, bytesAt: moveTo };
}

function encodeTime(ns: bigint): Uint8Array {
  const writer = new ProtobufWriter().varint(1, ns / second);
  return (ns % second === 0n ? writer : writer.varint(2, ns % second)).finish();
}

function decodeTime(bytes: Uint8Array): bigint {
  const cursor = new ProtobufCursor();
  cursor.open(bytes, 0, bytes.length);
  let ns = 0n;
  while (cursor.at < bytes.length) {
    const isSeconds = cursor.readTag() >> 3 === 1;
    cursor.readVarint();
    ns += BigInt(cursor.signed64()) * (isSeconds ? second : 1n);
  }
  return ns;
}

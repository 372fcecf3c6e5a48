/**
 * Holds the index of a segment: one line of JSON for each frame.
 * In: a frame, or lines as stored. Out: a line, or entries; whether a query can find something in a
 * frame. Must never rule out a frame that holds an answer.
 */
import { crc32 } from "node:zlib";
import type { TimeUs } from "../../core/event/event.ts";
import type { ArchiveQuery } from "../../ports/archive.ts";
import { overlaps } from "./match-record.ts";
import { mayHaveContainer, mayHaveName, type NameSet, readNames, writeNames } from "./name-set.ts";
import type { FrameStart, PlainFrame } from "./plain-frame.ts";

export interface FrameEntry extends FrameStart {
  /** **Unit**: bytes from the start of the segment, and with the prefix. */
  readonly at: number;
  readonly storedSize: number;
  readonly plainSize: number;
  /** 0 when some of its records have no time, nor any before them. */
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  readonly lastUs: TimeUs;
  readonly containers: NameSet;
  readonly execIds: NameSet;
  readonly sources: NameSet;
}

export function describeFrame(frame: PlainFrame, at: number, storedSize: number): FrameEntry {
  const { firstSequence, recordCount, beforeUs, fromUs, toUs, lastUs, sizeBytes } = frame;
  return {
    ...{ at, storedSize, plainSize: sizeBytes, firstSequence, recordCount },
    ...{ beforeUs, fromUs, toUs, lastUs },
    containers: writeNames(frame.containers),
    execIds: writeNames(frame.execIds),
    sources: writeNames(frame.sources),
  };
}

/** The last key of a line is a checksum of the line without it. */
export function writeEntry(entry: FrameEntry): string {
  const body = JSON.stringify(entry);
  return `${body.slice(0, -1)},"check":${crc32(body)}}\n`;
}

const numberKeys = [
  "at",
  "storedSize",
  "plainSize",
  "firstSequence",
  "recordCount",
  "beforeUs",
  "fromUs",
  "toUs",
  "lastUs",
] as const;

export interface ReadIndex {
  /** **Order**: as stored; up to the first line that is none, or does not follow its forerunner. */
  readonly entries: readonly FrameEntry[];
  /** **Unit**: bytes of the lines of those. */
  readonly sizeBytes: number;
}

export function readIndex(stored: Buffer): ReadIndex {
  const entries: FrameEntry[] = [];
  let sizeBytes = 0;
  for (;;) {
    const end = stored.indexOf(0x0a, sizeBytes);
    if (end < 0) break;
    const entry = readEntry(stored.toString("utf8", sizeBytes, end));
    const before = entries.at(-1);
    if (entry === undefined || !follows(entry, before)) break;
    entries.push(entry);
    sizeBytes = end + 1;
  }
  return { entries, sizeBytes };
}

function follows(entry: FrameEntry, before: FrameEntry | undefined): boolean {
  if (before === undefined) return entry.at === 0;
  return (
    entry.at === before.at + before.storedSize &&
    entry.firstSequence === before.firstSequence + before.recordCount
  );
}

function readEntry(line: string): FrameEntry | undefined {
  const [, start, check] = /^(\{.*),"check":(\d{1,10})\}$/.exec(line) ?? [];
  if (start === undefined || crc32(`${start}}`) !== Number(check)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(`${start}}`);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const found = new Map<string, unknown>(Object.entries(parsed));
  const isWhole = numberKeys.every((key) => {
    const value = found.get(key);
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  });
  const containers = readNames(found.get("containers"));
  const execIds = readNames(found.get("execIds"));
  const sources = readNames(found.get("sources"));
  if (!isWhole || containers === undefined || execIds === undefined) return undefined;
  if (sources === undefined) return undefined;
  return { ...(parsed as FrameEntry), containers, execIds, sources };
}

export function mayAnswer(entry: FrameEntry, query: ArchiveQuery): boolean {
  const { after, container, execId, source } = query;
  const last = entry.firstSequence + entry.recordCount - 1;
  if (after !== undefined && last <= after) return false;
  if (!overlaps(entry.fromUs, entry.toUs, query)) return false;
  if (container !== undefined && !mayHaveContainer(entry.containers, container)) return false;
  if (execId !== undefined && !mayHaveName(entry.execIds, execId)) return false;
  return source === undefined || mayHaveName(entry.sources, source);
}

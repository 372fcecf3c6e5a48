/**
 * Holds the putting of every event into the archive as it is observed.
 * In: events with their records, copies that end a gap. Out: nothing; the archive has them, each
 * event once.
 */
import { containerKey, hostKey } from "../../core/observe/container-key.ts";
import type { LiveOptions } from "../../engine/live-observation.ts";
import type { ArchiveWriter } from "../../ports/archive.ts";

export interface Archiving {
  readonly onRecord: NonNullable<LiveOptions["onRecord"]>;
  /** What the archive has of a source already comes again after a restart: it is passed over. */
  skipUntil(offsets: ReadonlyMap<string, number>): void;
  readonly sequence: number;
}

/** Takes nothing before `skipUntil` was called. */
export function createArchiving(archive: ArchiveWriter, protobufNames: ReadonlySet<string>) {
  return new RecordArchiving(archive, protobufNames);
}

class RecordArchiving implements Archiving {
  sequence = 0;
  private readonly archive: ArchiveWriter;
  private readonly protobufNames: ReadonlySet<string>;
  private known: ReadonlyMap<string, number> = new Map();
  /** While records of the archive itself are taken again, none is put there. */
  isOpen = false;

  constructor(archive: ArchiveWriter, protobufNames: ReadonlySet<string>) {
    this.archive = archive;
    this.protobufNames = protobufNames;
  }

  skipUntil(offsets: ReadonlyMap<string, number>): void {
    this.known = offsets;
    this.isOpen = true;
  }

  readonly onRecord: Archiving["onRecord"] = (source, event, record) => {
    if (!this.isOpen) return;
    const { offset } = record;
    if (this.known.size > 0 && offset <= (this.known.get(source) ?? -1)) return;
    const { bytes, start, end } = record;
    const isWhole = start === 0 && end === bytes.length;
    const { process } = "process" in event ? event : nobody;
    this.sequence = this.archive.append({
      source,
      format: this.protobufNames.has(source) ? "protobuf" : "jsonl",
      bytes: isWhole ? bytes : bytes.subarray(start, end),
      timeUs: event.timeUs,
      container: process === undefined ? "" : containerOf(process.containerId, event.node),
      execId: process === undefined ? "" : process.execId,
      input: event.input,
      offset,
    });
  };
}

const nobody = { process: undefined };

function containerOf(containerId: string, node: string): string {
  return containerId === "" ? hostKey(node) : containerKey(containerId);
}

/**
 * Holds the putting of every event into the archive as it is observed.
 * In: events with their records. Out: nothing; the archive has them, each once.
 */
import type { Event } from "../../core/event/event.ts";
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
    this.sequence = this.archive.append({
      source,
      format: this.protobufNames.has(source) ? "protobuf" : "jsonl",
      bytes: record.bytes.subarray(record.start, record.end),
      timeUs: event.timeUs,
      ...whoseOf(event),
      input: event.input,
      offset,
    });
  };
}

function whoseOf(event: Event): { readonly container: string; readonly execId: string } {
  if (!("process" in event) || event.process === undefined) return { container: "", execId: "" };
  const { containerId, execId } = event.process;
  const container = containerId === "" ? hostKey(event.node) : containerKey(containerId);
  return { container, execId };
}

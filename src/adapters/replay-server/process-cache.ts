/**
 * Holds the processes that are alive in what was served so far: what Tetragon's own cache knows.
 * In: the messages as they are served. Out: the dump of the cache, as `GetDebug` answers.
 * Must never grow beyond its bounds: the oldest is forgotten, as in Tetragon's.
 */
import { peekMessage } from "../../core/event/peek-message.ts";
import { BrokenMessage } from "../../core/event/protobuf-cursor.ts";
import { ProtobufWriter } from "../../core/event/protobuf-writer.ts";
import { Fields } from "./read-fields.ts";

const exec = 1;
const exit = 5;

export interface CacheBounds {
  readonly countMax: number;
  /** **Unit**: bytes of all processes: a dump must stay below what clients take. */
  readonly sizeBytesMax: number;
}

export class ProcessCache {
  private readonly processes = new Map<string, Uint8Array>();
  private readonly bounds: CacheBounds;
  private sizeBytes = 0;

  constructor(bounds: CacheBounds = { countMax: 10_000, sizeBytesMax: 3 * 1024 * 1024 }) {
    this.bounds = bounds;
  }

  /** As when Tetragon starts. */
  clear(): void {
    this.processes.clear();
    this.sizeBytes = 0;
  }

  /** Keeps a copy. A message that cannot be read changes nothing. */
  note(message: Uint8Array): void {
    const { kind } = peekMessage(message);
    if (kind !== "exec" && kind !== "exit") return;
    try {
      const fields = new Fields(message);
      const ended = fields.part(exit);
      const body = fields.part(exec) ?? ended;
      const process = body && new Fields(body).part(1);
      if (process === undefined) return;
      const execId = new Fields(process).text(1);
      this.forget(execId);
      if (ended === undefined && execId !== "") this.keep(execId, process.slice());
    } catch (error) {
      if (!(error instanceof BrokenMessage)) throw error;
    }
  }

  /** A `DumpProcessCacheResArgs`. */
  dump(): Uint8Array {
    const writer = new ProtobufWriter();
    const count = new ProtobufWriter().varint(1, 1).finish();
    for (const process of this.processes.values()) {
      const internal = new ProtobufWriter().part(1, process).text(2, "inUse").part(3, count);
      writer.part(1, internal.finish());
    }
    return writer.finish();
  }

  private keep(execId: string, process: Uint8Array): void {
    this.processes.set(execId, process);
    this.sizeBytes += process.length;
    for (const oldest of this.processes.keys()) {
      const { countMax, sizeBytesMax } = this.bounds;
      if (this.processes.size <= countMax && this.sizeBytes <= sizeBytesMax) return;
      this.forget(oldest);
    }
  }

  private forget(execId: string): void {
    this.sizeBytes -= this.processes.get(execId)?.length ?? 0;
    this.processes.delete(execId);
  }
}

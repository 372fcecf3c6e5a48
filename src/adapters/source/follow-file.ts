/**
 * Holds the source that follows a file to which a writer appends, over its rotations.
 * In: a path, where to go on. Out: its bytes in order, the ends of its parts, gaps.
 * Must never take one file for another, throw for a file that is missing or may not be read, or
 * hand out bytes before it made sure that they are of the file that it names.
 */
import { dirname, resolve } from "node:path";
import type {
  EventSource,
  SourcePosition,
  SourceSignal,
  SourceStatus,
} from "../../ports/event-source.ts";
import {
  type FileHead,
  headOf,
  headSizeMax,
  readIdentity,
  startsWith,
  writeIdentity,
} from "./file-identity.ts";
import {
  findSuccessor,
  isSameFile,
  listSiblings,
  oldestSince,
  reopen,
  type Successor,
  stateAt,
} from "./find-sibling.ts";
import { FolderWatch } from "./folder-watch.ts";
import { type FileState, openStored, type StoredFile } from "./stored-file.ts";
import { tellTrouble } from "./tell-trouble.ts";

export interface FollowOptions {
  /** **Unit**: bytes of one signal at most. */
  readonly chunkSizeBytes?: number;
  /** **Unit**: milliseconds between looks where the system tells of no change. */
  readonly pollMs?: number;
  /** **Unit**: milliseconds to look again whether a rotated file really ended. */
  readonly settleMs?: number;
  /**
   * Whether reading without a position begins with the oldest rotated file that is there: whoever
   * is ended before its first position was kept finds what it had read again.
   */
  readonly readsBackups?: boolean;
}

/** **Unit**: milliseconds. */
const idleMs = 1000;
const missing = "there is no plain file of that name yet";

export function followFile(path: string, options: FollowOptions = {}): EventSource {
  return new FileFollower(resolve(path), options);
}

/** The file that is being read. */
interface Reading {
  readonly file: StoredFile;
  /** As positions name it; "" before its first bytes. */
  name: string;
  /** As much of its start as was seen; grows with it up to a kilobyte. */
  head: FileHead | undefined;
  offset: number;
  state: FileState;
  /** It is a copy: whoever made it then cut the file itself, and what came between is lost. */
  isCopy: boolean;
}

class FileFollower implements EventSource {
  readonly name: string;
  readonly durable = true;
  private readonly path: string;
  private readonly options: Required<FollowOptions>;
  private readonly end = new AbortController();
  private readonly pending: SourceSignal[] = [];
  private buffer: Uint8Array = new Uint8Array(0);
  private reading: Reading | undefined;
  /** When the end of a rotated file was first seen; undefined while it is not. */
  private endSeenMs: number | undefined;
  private state: SourceStatus["state"] = "starting";
  private detail = "";
  private gapCount = 0;

  constructor(path: string, options: FollowOptions) {
    this.path = path;
    this.name = `follow:${path}`;
    this.options = {
      ...{ chunkSizeBytes: 1024 * 1024, pollMs: 250, settleMs: 100, readsBackups: false },
      ...options,
    };
  }

  async *signals(position: SourcePosition | undefined): AsyncGenerator<SourceSignal> {
    const watch = new FolderWatch(dirname(this.path), this.end.signal);
    this.buffer = new Uint8Array(this.options.chunkSizeBytes);
    let idleSaidMs = Number.NEGATIVE_INFINITY;
    try {
      while (!this.end.signal.aborted) {
        const signal = await this.look(position);
        if (this.end.signal.aborted) break;
        if (signal !== undefined) {
          idleSaidMs = Number.NEGATIVE_INFINITY;
          yield signal;
          continue;
        }
        if (performance.now() - idleSaidMs >= idleMs) {
          idleSaidMs = performance.now();
          yield { kind: "idle" };
        }
        const { pollMs, settleMs } = this.options;
        await watch.wait(this.endSeenMs === undefined ? pollMs : settleMs);
      }
    } finally {
      this.state = "stopped";
      watch.close();
      await this.reading?.file.close();
      this.reading = undefined;
      this.buffer = new Uint8Array(0);
    }
  }

  status(): SourceStatus {
    const { reading, state, detail } = this;
    const unread = reading?.file.isGzip === false ? reading.state.size - reading.offset : 0;
    const waitingCount = Math.max(0, unread);
    return { state, detail, node: "", reconnectCount: 0, waitingCount, lostCount: this.gapCount };
  }

  stop(): void {
    this.end.abort();
  }

  /** What is to be said next; undefined when there is nothing now. */
  private async look(position: SourcePosition | undefined): Promise<SourceSignal | undefined> {
    const said = this.pending.shift();
    if (said !== undefined) return said;
    try {
      if (this.reading === undefined) await this.begin(position);
      if (this.reading === undefined) return undefined;
      this.tell("connected", "");
      return this.pending.shift() ?? (await this.read(this.reading)) ?? this.pending.shift();
    } catch (error) {
      this.tell("waiting", tellTrouble(error));
      return undefined;
    }
  }

  private tell(state: SourceStatus["state"], detail: string): void {
    this.state = state;
    this.detail = detail;
  }

  private async begin(position: SourcePosition | undefined): Promise<void> {
    const looks = position !== undefined || this.options.readsBackups;
    const candidates = looks ? await listSiblings(this.path) : [];
    if (candidates === undefined) return;
    const identity = readIdentity(position?.["file"]);
    const offset = readNumber(position?.["offset"]);
    if (identity !== undefined) {
      const file = await reopen(candidates, { identity, offset });
      if (file !== undefined) {
        const state = await file.state();
        const live = candidates.find(({ path }) => path === this.path);
        // Of a gzip it says nothing: the inode of what was compressed is soon given away again.
        const isMoved = isSameFile(state, identity) || file.isGzip;
        const isCopy = !isMoved && isLive(live?.state, identity);
        const name = writeIdentity(identity);
        this.reading = { file, name, head: identity.head, offset, state, isCopy };
        return;
      }
    }
    const oldest = oldestSince(candidates, readNumber(position?.["writtenMs"]));
    const path = oldest?.path ?? this.path;
    if ((await stateAt(path)) === undefined) {
      this.tell("waiting", missing);
      return;
    }
    this.reading = await startReading(path);
    if (position === undefined) return;
    const isCut =
      path === this.path && identity !== undefined && isLive(this.reading.state, identity);
    this.addGap(
      isCut ? "truncated" : "rotated",
      isCut
        ? "the file was cut or written anew since it was last read"
        : "the file that was read last is not there any more",
    );
  }

  private async read(reading: Reading): Promise<SourceSignal | undefined> {
    const { buffer } = this;
    const before = reading.state;
    const count = await reading.file.read(buffer, reading.offset);
    reading.state = await reading.file.state();
    if (!(await this.isAsBefore(reading, before, count))) return this.startOver(reading);
    if (count === 0) return this.moveOn(reading);
    this.endSeenMs = undefined;
    const { device, inode, writtenMs } = reading.state;
    if (reading.name === "" || reading.head === undefined) {
      reading.head = headOf(buffer.subarray(0, Math.min(count, headSizeMax)));
      reading.name = writeIdentity({ device, inode, head: reading.head });
    }
    const at = { file: reading.name, offset: reading.offset, writtenMs };
    reading.offset += count;
    return { kind: "bytes", bytes: buffer.subarray(0, count), at };
  }

  /** Looked at after the reading: what was read before a cut is good, what after it is not. */
  private async isAsBefore(reading: Reading, before: FileState, count: number): Promise<boolean> {
    const { file, state, head, offset } = reading;
    if (file.isGzip || head === undefined) return true;
    if (state.size < offset + count) return false;
    const isQuiet = state.size === before.size && state.writtenMs === before.writtenMs;
    if (count === 0 && isQuiet) return true;
    const bytes = await file.head();
    if (!startsWith(bytes, head)) return false;
    if (bytes.length > head.length) reading.head = headOf(bytes);
    return true;
  }

  /** The file was cut. A copy that was made before has what was not read yet. */
  private async startOver(reading: Reading): Promise<SourceSignal | undefined> {
    const { device, inode } = reading.state;
    const head = reading.head ?? headOf(new Uint8Array(0));
    const candidates = await listSiblings(this.path);
    if (candidates === undefined) return undefined;
    const others = candidates.filter(({ state }) => !isSameFile(state, reading.state));
    const place = { identity: { device, inode, head }, offset: reading.offset };
    const copy = await reopen(others, place);
    if (copy !== undefined) {
      await reading.file.close();
      this.reading = { ...reading, file: copy, state: await copy.state(), isCopy: true };
      return this.read(this.reading);
    }
    this.pending.push({ kind: "file-ended" });
    this.addGap("truncated", "the file was cut; what was not read before is lost");
    this.reading = { ...reading, name: "", head: undefined, offset: 0 };
    return undefined;
  }

  private async moveOn(reading: Reading): Promise<undefined> {
    const live = await stateAt(this.path);
    if (isLive(live, reading.state)) {
      this.endSeenMs = undefined;
      return;
    }
    const candidates = await listSiblings(this.path);
    if (candidates === undefined) return;
    const next = await findSuccessor(candidates, reading.state, reading.head);
    if (next === undefined && live === undefined) this.tell("waiting", missing);
    if (next === undefined || !this.hasSettled()) return;
    const started = await startReading(next.candidate.path);
    if (!isSameFile(started.state, next.candidate.state)) {
      await started.file.close();
      return;
    }
    this.endSeenMs = undefined;
    await reading.file.close();
    this.reading = started;
    this.pending.push({ kind: "file-ended" });
    this.tellLoss(reading, next);
  }

  /** The writer is in the next file already; what it wrote last is seen by one more look. */
  private hasSettled(): boolean {
    const nowMs = performance.now();
    this.endSeenMs ??= nowMs;
    return nowMs - this.endSeenMs >= this.options.settleMs;
  }

  private tellLoss(reading: Reading, { isNext }: Successor): void {
    const { damage } = reading.file;
    if (damage !== "") this.addGap("truncated", `a rotated file is damaged: ${damage}`);
    if (reading.isCopy) this.addGap("truncated", "the file was copied, then cut");
    else if (!isNext) this.addGap("rotated", "the file that was read was removed");
  }

  private addGap(reason: string, detail: string): void {
    this.gapCount++;
    this.pending.push({ kind: "gap", reason, count: 0, detail });
  }
}

function isLive(live: FileState | undefined, one: Pick<FileState, "device" | "inode">): boolean {
  return live !== undefined && isSameFile(live, one);
}

async function startReading(path: string): Promise<Reading> {
  const file = await openStored(path);
  try {
    const state = await file.state();
    return { file, name: "", head: undefined, offset: 0, state, isCopy: false };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function readNumber(value: unknown): number {
  return typeof value === "number" && value >= 0 ? value : 0;
}

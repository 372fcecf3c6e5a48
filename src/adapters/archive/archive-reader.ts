/**
 * Holds reading the archive, also while another process writes it.
 * In: a state directory, queries. Out: records by sequence, what the segments are and lack.
 * Must never end for damage: that ends one segment, and is told.
 */
import { open } from "node:fs/promises";
import { join } from "node:path";
import type {
  ArchiveQuery,
  ArchiveReader,
  ArchiveSegment,
  ExportedFile,
} from "../../ports/archive.ts";
import { exportRecords } from "./export-records.ts";
import { type FrameEntry, mayAnswer } from "./frame-index.ts";
import { matchesRecord } from "./match-record.ts";
import { type PlacedRecord, readFrame } from "./plain-frame.ts";
import {
  archiveFolder,
  framesPath,
  type LoadedSegment,
  listSegments,
  loadSegment,
  orMissing,
  readBytes,
  summarize,
} from "./segment-files.ts";
import { openFrame } from "./stored-frame.ts";
import { tellReadError } from "./tell-archive-error.ts";

/** `directory` is the state directory. **Errors**: of its calls, `file-unreadable`. */
export function openArchiveReader(directory: string): ArchiveReader {
  return new FileArchiveReader(join(directory, archiveFolder));
}

class FileArchiveReader implements ArchiveReader {
  private readonly folder: string;
  /** What reading found wrong, by segment. **Shape**: at most one text a segment that is there. */
  private readonly damages = new Map<string, string>();

  constructor(folder: string) {
    this.folder = folder;
  }

  async segments(): Promise<readonly ArchiveSegment[]> {
    const names = await this.list();
    const found: ArchiveSegment[] = [];
    for (const name of names) {
      const loaded = await this.load(name);
      if (loaded === undefined) continue;
      const summary = summarize(loaded, name === names.at(-1));
      const damage = this.damages.get(name) ?? summary.damage;
      if (summary.recordCount > 0 || damage !== undefined) found.push({ ...summary, damage });
    }
    return found;
  }

  async *read(query: ArchiveQuery): AsyncGenerator<PlacedRecord> {
    const names = await this.list();
    for (const [index, name] of names.entries()) {
      const next = names[index + 1];
      const isRead = next !== undefined && Number(next) <= (query.after ?? 0) + 1;
      if (!isRead) yield* this.readSegment(name, query);
    }
  }

  exportTo(query: ArchiveQuery, file: string): Promise<readonly ExportedFile[]> {
    return exportRecords(this.read(query), file);
  }

  private async *readSegment(name: string, query: ArchiveQuery): AsyncGenerator<PlacedRecord> {
    const entries = (await this.load(name))?.entries.filter((entry) => mayAnswer(entry, query));
    if (entries === undefined || entries.length === 0) return;
    const handle = await open(framesPath(this.folder, name), "r").catch(orMissing(undefined));
    // The writer dropped it: it was the oldest.
    if (handle === undefined) return;
    try {
      for (const entry of entries) {
        const plain = openFrame(await readBytes(handle, entry.at, entry.storedSize));
        const records = plain === undefined ? undefined : readFrame(plain, entry);
        if (records === undefined) {
          this.noteDamage(name, entry);
          return;
        }
        for (const record of records) {
          if (matchesRecord(record, record, query)) yield record;
        }
      }
    } finally {
      await handle.close();
    }
  }

  private noteDamage(name: string, { firstSequence, at }: FrameEntry): void {
    const text = `it cannot be read from record ${firstSequence} on (byte ${at})`;
    this.damages.set(name, text);
  }

  private async list(): Promise<readonly string[]> {
    try {
      const names = await listSegments(this.folder);
      for (const name of this.damages.keys()) if (!names.includes(name)) this.damages.delete(name);
      return names;
    } catch (error) {
      throw tellReadError(this.folder, error);
    }
  }

  private async load(name: string): Promise<LoadedSegment | undefined> {
    try {
      return await loadSegment(this.folder, name);
    } catch (error) {
      throw tellReadError(framesPath(this.folder, name), error);
    }
  }
}

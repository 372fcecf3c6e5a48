/**
 * Holds writing records of the archive as files that every command for recordings reads.
 * In: records, a file's name. Out: a file of JSON lines, or of messages each behind its length; two
 * files where both formats occur. Must never leave a half-written file, nor replace a device.
 */
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ArchiveRecord, ExportedFile } from "../../ports/archive.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { tellWriteError } from "./tell-archive-error.ts";

type Format = ArchiveRecord["format"];

const endings: Readonly<Record<Format, string>> = { jsonl: ".jsonl", protobuf: ".pb" };
/** **Unit**: bytes gathered before a write. */
const gatherSizeBytes = 1024 * 1024;
const newLine = new Uint8Array([0x0a]);

export async function exportRecords(
  records: AsyncIterable<ArchiveRecord>,
  file: string,
): Promise<readonly ExportedFile[]> {
  const parts = new Map<Format, ExportPart>();
  let isDone = false;
  try {
    for await (const record of records) {
      let part = parts.get(record.format);
      if (part === undefined) {
        const name = parts.size === 0 ? file : file + endings[record.format];
        part = await openPart(name, record.format);
        parts.set(record.format, part);
      }
      await part.add(record.bytes);
    }
    for (const part of parts.values()) await part.finish();
    for (const part of parts.values()) await part.publish();
    isDone = true;
    return [...parts.values()].map((part) => part.result());
  } finally {
    if (!isDone) for (const part of parts.values()) await part.discard();
  }
}

async function openPart(name: string, format: Format): Promise<ExportPart> {
  try {
    const target = await realTarget(name);
    const temporary = join(dirname(target), `.${basename(target).slice(0, 50)}.${process.pid}.tmp`);
    // What these events show is nobody else's business.
    const handle = await open(temporary, "wx", 0o600);
    return new ExportPart({ name, target, temporary, format }, handle);
  } catch (error) {
    throw tellWriteError(name, error);
  }
}

/** A link stays a link: what it points to is replaced. */
async function realTarget(name: string): Promise<string> {
  const found = await stat(name).catch(() => undefined);
  if (found === undefined) return name;
  if (found.isFile()) return realpath(name);
  throw new WaggleError(
    "file-not-written",
    `${JSON.stringify(name)} could not be written: it is no plain file.`,
  );
}

interface PartNames {
  readonly name: string;
  readonly target: string;
  readonly temporary: string;
  readonly format: Format;
}

class ExportPart {
  private readonly names: PartNames;
  private readonly handle: FileHandle;
  /** Not copied: readers of this folder never write into what they gave. */
  private readonly gathered: Uint8Array[] = [];
  private gatheredSize = 0;
  private recordCount = 0;
  private sizeBytes = 0;

  constructor(names: PartNames, handle: FileHandle) {
    this.names = names;
    this.handle = handle;
  }

  async add(bytes: Uint8Array): Promise<void> {
    const pieces = this.names.format === "jsonl" ? [bytes, newLine] : [lengthBefore(bytes), bytes];
    for (const piece of pieces) {
      this.gathered.push(piece);
      this.gatheredSize += piece.length;
    }
    this.recordCount++;
    if (this.gatheredSize >= gatherSizeBytes) await this.write();
  }

  async finish(): Promise<void> {
    await this.write();
    try {
      await this.handle.sync();
      await this.handle.close();
    } catch (error) {
      throw tellWriteError(this.names.name, error);
    }
  }

  async publish(): Promise<void> {
    try {
      await rename(this.names.temporary, this.names.target);
    } catch (error) {
      throw tellWriteError(this.names.name, error);
    }
  }

  async discard(): Promise<void> {
    await this.handle.close();
    await rm(this.names.temporary, { force: true });
  }

  result(): ExportedFile {
    const { name, format } = this.names;
    return { name, format, recordCount: this.recordCount, sizeBytes: this.sizeBytes };
  }

  private async write(): Promise<void> {
    try {
      await this.handle.writeFile(Buffer.concat(this.gathered));
    } catch (error) {
      throw tellWriteError(this.names.name, error);
    }
    this.sizeBytes += this.gatheredSize;
    this.gathered.length = 0;
    this.gatheredSize = 0;
  }
}

function lengthBefore(bytes: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(bytes.length);
  return header;
}

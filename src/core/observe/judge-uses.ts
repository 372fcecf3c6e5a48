/**
 * Holds whose a use is: the process's own, a reader's, or that of one who reads in bulk.
 * In: all that a process did, and its class. Out: of each use whose it is, or that it is none.
 * Must look through what a process did only where it depends on that.
 */
import { findBulkReads, type ProcessReads, readCountMin } from "./bulk-reading.ts";
import type { FileUseHow } from "./fact.ts";
import { isDynamicLinker, isLibrary } from "./file-path.ts";
import type { ProcessNode } from "./fold.ts";
import { countKept, eachKeptUse, isCompact, type KeptUses, wholeOf } from "./kept-uses.ts";
import { sensorNames, type Use, type UseTaker } from "./use-record.ts";
import type { Whose } from "./use-total.ts";

/** A program maps some dozens of libraries; beyond this the loader tells of data. */
const codeMappingCountMax = 64;

type Paths = ReadonlySet<string>;
const noPaths: Paths = new Set();

/** Judges uses of one process. **Cost**: what it did is looked through once, where it matters. */
export class UseJudge {
  private readonly kept: KeptUses;
  private readonly own: Whose;
  private readonly reader: Whose;
  private bulkReader: Whose;
  /** undefined: not looked for yet. */
  private data: Paths | undefined;
  private bulk: Paths | undefined;

  constructor(kept: KeptUses, { actor, origin, actorReason: reason }: ProcessNode) {
    const isTool = actor === "package-manager" || actor === "bulk-reader";
    this.kept = kept;
    this.own = { actor: origin, origin, reason };
    this.reader = actor === origin ? this.own : { ...this.own, actor };
    this.bulkReader = this.reader;
    this.data = actor === "bulk-reader" ? undefined : noPaths;
    this.bulk = isTool ? noPaths : undefined;
  }

  /** **Shape**: undefined for what is no use; the same object for the same. */
  whoseOf(how: FileUseHow, path: string): Whose | undefined {
    const { kept, own, reader } = this;
    if (how === "executed") return own;
    if (how === "written") return reader;
    if (how === "mapped") {
      this.data ??= dataMappings(kept);
      return this.data.has(path) ? undefined : own;
    }
    this.bulk ??= this.findBulk();
    return this.bulk.has(path) ? this.bulkReader : reader;
  }

  private findBulk(): Paths {
    const bulk = bulkReadsOf(this.kept);
    if (bulk.size > 0) {
      this.bulkReader = { ...this.own, actor: "bulk-reader", reason: reasonOf(bulk) };
    }
    return bulk;
  }
}

function reasonOf({ size }: Paths): string {
  return `read ${size} files of other programs without running them`;
}

/** Looks come again and again at what is compact: that most are no bulk readers is kept there. */
function bulkReadsOf(kept: KeptUses): Paths {
  const whole = wholeOf(kept);
  const list = isCompact(whole) ? whole.list : undefined;
  if (list?.isOfUser === true) return noPaths;
  const bulk = countKept(whole).read < readCountMin ? undefined : findBulkReads(readsOf(whole));
  if (list !== undefined) list.isOfUser = bulk === undefined;
  return bulk ?? noPaths;
}

const mmapBit = 1 << sensorNames.indexOf("mmap");

class ReadList implements UseTaker, ProcessReads {
  readonly read: string[] = [];
  mappedCount = 0;
  seesMappings = false;
  private readonly mapped = new Set<string>();

  take(how: FileUseHow, path: string, { sensors }: Use): void {
    if (how === "read") this.read.push(path);
    if (how === "executed" || how === "mapped") this.mapped.add(path);
    if (how !== "mapped") return;
    this.mappedCount++;
    this.seesMappings ||= (sensors & mmapBit) !== 0 && isPlainLibrary(path);
  }

  get readCount(): number {
    return this.read.length;
  }

  isMapped(path: string): boolean {
    return this.mapped.has(path);
  }
}

function readsOf(whole: KeptUses): ProcessReads {
  const reads = new ReadList();
  eachKeptUse(whole, reads);
  return reads;
}

function isPlainLibrary(path: string): boolean {
  return isLibrary(path) && !isDynamicLinker(path);
}

/**
 * Loader events are sent for data mappings too. Of a bulk reader, files that only the loader
 * reported are data where real mappings are seen as well, or where they are too many to be code.
 */
function dataMappings(kept: KeptUses): Paths {
  const loaderOnly = new Set<string>();
  let seesMappings = false;
  const take: UseTaker["take"] = (how, path, { sensors }) => {
    if (how !== "mapped") return;
    if ((sensors & mmapBit) === 0) loaderOnly.add(path);
    else seesMappings = true;
  };
  eachKeptUse(wholeOf(kept), { take });
  return seesMappings || loaderOnly.size > codeMappingCountMax ? loaderOnly : noPaths;
}

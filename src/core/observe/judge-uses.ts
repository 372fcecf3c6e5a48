/**
 * Holds whose a use is: the process's own, a reader's, or that of one who reads in bulk.
 * In: all that a process did, and its class. Out: of each use whose it is, or that it is none.
 * Must look through what a process did only where it depends on that.
 */
import { findBulkReads, readCountMin } from "./bulk-reading.ts";
import type { FileUseHow } from "./fact.ts";
import { isDynamicLinker, isLibrary } from "./file-path.ts";
import type { ProcessNode } from "./fold.ts";
import { countKept, eachKeptUse, isCompact, type KeptUses, wholeOf } from "./kept-uses.ts";
import { sensorNames } from "./use-record.ts";
import type { Whose } from "./use-total.ts";

/** A program maps some dozens of libraries; beyond this the loader tells of data. */
const codeMappingCountMax = 64;

type Paths = ReadonlySet<string>;
const noPaths: Paths = new Set();

/**
 * **Shape**: undefined for what is no use; the same object for the same. **Cost**: what it did is
 * looked through once, and only if something was read or mapped.
 */
export function judgeUses(
  kept: KeptUses,
  node: ProcessNode,
): (how: FileUseHow, path: string) => Whose | undefined {
  const { actor, origin, actorReason: reason } = node;
  const own: Whose = { actor: origin, origin, reason };
  const reader = actor === origin ? own : { ...own, actor };
  const isTool = actor === "package-manager" || actor === "bulk-reader";
  let data: Paths | undefined = actor === "bulk-reader" ? undefined : noPaths;
  let bulk: Paths | undefined = isTool ? noPaths : undefined;
  let bulkReader = reader;
  return (how, path) => {
    if (how === "executed") return own;
    if (how === "written") return reader;
    if (how === "mapped") {
      data ??= dataMappings(kept);
      return data.has(path) ? undefined : own;
    }
    if (bulk === undefined) {
      bulk = bulkReadsOf(kept);
      if (bulk.size > 0) bulkReader = { ...own, actor: "bulk-reader", reason: reasonOf(bulk) };
    }
    return bulk.has(path) ? bulkReader : reader;
  };
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

function readsOf(whole: KeptUses) {
  const read: string[] = [];
  const mapped = new Set<string>();
  let [mappedCount, seesMappings] = [0, false];
  eachKeptUse(whole, (how, path, { sensors }) => {
    if (how === "read") read.push(path);
    if (how === "executed" || how === "mapped") mapped.add(path);
    if (how !== "mapped") return;
    mappedCount++;
    seesMappings ||= (sensors & mmapBit) !== 0 && isPlainLibrary(path);
  });
  const isMapped = mapped.has.bind(mapped);
  return { read, readCount: read.length, isMapped, mappedCount, seesMappings };
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
  eachKeptUse(wholeOf(kept), (how, path, { sensors }) => {
    if (how !== "mapped") return;
    if ((sensors & mmapBit) === 0) loaderOnly.add(path);
    else seesMappings = true;
  });
  return seesMappings || loaderOnly.size > codeMappingCountMax ? loaderOnly : noPaths;
}

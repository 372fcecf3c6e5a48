/**
 * Holds what one use of one owned file proves about its package.
 * In: the use, the owner, the kind of file, who can run it. Out: a level and a force, or nothing.
 * Must never look at coverage or at other packages: that is `judge-usage.ts`.
 */
import { isHostKey } from "../observe/container-key.ts";
import type { Actor, FileUseFact } from "../observe/fact.ts";
import type { FileClass } from "./file-class.ts";
import type { Owner } from "./owner-index.ts";
import { isCopyingProgram, type Language, type Runtimes } from "./runtimes.ts";
import { type EvidenceLevel, evidenceLevels } from "./verdict.ts";

/**
 * `use`: the package is in use. `doubt`: it may be, which files cannot tell. `weak`: touched in a
 * way that does not run or need the package.
 */
export type Force = "use" | "doubt" | "weak";

export type DoubtReason =
  | "many-in-one"
  | "changed-after-start"
  | "opened-not-loaded"
  | "installed-by-tool"
  | "";

export interface Weight {
  readonly level: EvidenceLevel;
  readonly force: Force;
  readonly reason: DoubtReason;
}

export interface WeighedUse {
  readonly use: FileUseFact;
  readonly owner: Owner;
  readonly fileClass: FileClass;
  readonly runtimes: Runtimes;
  /** The reader opened (nearly) all archives of the directory: that it opened this says nothing. */
  readonly isWideOpening: boolean;
  /** Mappings of code are watched: a library that was only opened was not loaded. */
  readonly hasMappings: boolean;
}

/** Undefined when the touch proves nothing at all. */
export function weighUse(weighed: WeighedUse): Weight | undefined {
  const { use, owner, fileClass } = weighed;
  if (use.how === "written" || fileClass.kind === "directory") return undefined;
  if (use.how !== "executed") {
    if (fileClass.kind === "never" || owner.ecosystem.isMetadata(use.path)) return undefined;
  }
  if (isChanged(use)) return changedWeight(fileClass, use);
  if (use.how === "executed") return executedWeight(owner);
  if (use.how === "mapped" && fileClass.kind === "elf") return mappedWeight(owner);
  return owner.isShared ? undecided("many-in-one") : readWeight(weighed);
}

/** Byte code that the runtime itself wrote next to the source stands for the source. */
function isChanged(use: FileUseFact): boolean {
  return use.afterWrite && !/\/__pycache__\/[^/]+\.pyc$/.test(use.path);
}

function changedWeight(fileClass: FileClass, use: FileUseFact): Weight {
  const isData = use.how === "read" && (fileClass.kind === "data" || fileClass.kind === "config");
  const reason = "changed-after-start";
  return { level: "read", force: isData ? "weak" : "doubt", reason };
}

function executedWeight(owner: Owner): Weight {
  if (owner.kind === "part") return used("linked");
  return owner.kind === "nested" ? undecided("many-in-one") : used("executed");
}

function mappedWeight(owner: Owner): Weight {
  if (owner.isShared) return undecided("many-in-one");
  return used(owner.kind === "part" ? "linked" : "mapped");
}

function readWeight(weighed: WeighedUse): Weight | undefined {
  const { use, owner, fileClass } = weighed;
  switch (fileClass.kind) {
    case "elf":
      return libraryWeight(weighed);
    case "interpreted":
      return codeWeight(weighed, fileClass.language);
    case "archive":
      return archiveWeight(weighed, fileClass.language);
    case "config":
      return weak();
    case "data":
      if (owner.kind === "nested" || owner.kind === "part") return undecided("many-in-one");
      return { level: "read", force: "use", reason: "" };
    default:
      return use.how === "executed" ? used("executed") : undefined;
  }
}

/** A library that is opened is loaded, unless who watches mappings saw none. */
function libraryWeight({ use, owner, hasMappings }: WeighedUse): Weight {
  if (use.binaries.length > 0 && use.binaries.every(isCopyingProgram)) return weak();
  const isLibrary = /\.so(?:\.[^/]*)?$|\.node$/.test(use.path);
  if (isLibrary && !hasMappings && owner.kind !== "part") return used("read");
  return { level: "read", force: "doubt", reason: "opened-not-loaded" };
}

function codeWeight({ use, runtimes }: WeighedUse, language: Language): Weight {
  if (use.binaries.some((binary) => runtimes.runs(binary, language))) return used("runtime-read");
  if (use.binaries.length > 0 && use.binaries.every(isCopyingProgram)) return weak();
  return used("read");
}

function archiveWeight(weighed: WeighedUse, language: Language): Weight {
  const { use, owner, runtimes, isWideOpening } = weighed;
  if (use.binaries.length > 0 && use.binaries.every(isCopyingProgram)) return weak();
  if (!use.binaries.some((binary) => runtimes.runs(binary, language))) {
    return { level: "read", force: "doubt", reason: "opened-not-loaded" };
  }
  if (owner.kind === "nested" || isWideOpening) return undecided("many-in-one");
  return used("runtime-read");
}

function used(level: EvidenceLevel): Weight {
  return { level, force: "use", reason: "" };
}

function undecided(reason: DoubtReason): Weight {
  return { level: "archive-opened", force: "doubt", reason };
}

function weak(): Weight {
  return { level: "read", force: "weak", reason: "" };
}

/**
 * Whose use it is: the workload's own, someone else's, or a tool's within the workload, whose own
 * programs and libraries are the workload's, but what it reads is not.
 */
export type Party = "own" | "tool" | "foreign";

export function partyOf({ actor, origin, container, how }: FileUseFact): Party {
  if (isOwn(actor, container)) return "own";
  const isTool = actor === "package-manager" || actor === "bulk-reader";
  if (!isTool || !isOwn(origin, container)) return "foreign";
  return how === "executed" || how === "mapped" ? "own" : "tool";
}

function isOwn(actor: Actor, container: string): boolean {
  if (actor === "service" || actor === "startup") return true;
  return actor === "host" && isHostKey(container);
}

/** 0 is the strongest. */
export function levelRank(level: EvidenceLevel): number {
  return evidenceLevels.indexOf(level);
}

/**
 * Holds what uses of files have in common, once however many say it.
 * In: facts of files. Out: descriptions, each with the number of those who hold it.
 * Must let go of one that nobody holds any more, and forget nothing that can be news.
 */
import type { FileUseFact } from "../../core/observe/fact.ts";
import { binaryCountMax, mergeTexts } from "../../core/observe/merge-facts.ts";
import { isSameList } from "../../core/observe/same-list.ts";

/** Of a use all but which file it was, how often and when. */
export interface FileDescription
  extends Pick<FileUseFact, "origin" | "actorReason" | "binaries" | "sensors" | "afterWrite"> {
  /** It has proofs: which ones, the store knows. */
  readonly isCited: boolean;
  /** Its lists are as merging leaves them: with what is in them already they stay the same. */
  readonly isMerged: boolean;
}

interface Held {
  /** Of numbers: texts may be long, and are there already. */
  readonly key: string;
  holderCount: number;
}

interface NumberedText {
  readonly number: number;
  /** Places of descriptions where it stands. */
  holderCount: number;
}

/** **Cost**: some hundred bytes each; of tens of thousands of uses there are some dozens. */
export class FileDescriptions {
  private readonly byKey = new Map<string, FileDescription & Held>();
  private readonly texts = new Map<string, NumberedText>();
  /** No number is given twice: a key never comes to mean something else. */
  private nextNumber = 0;

  get size(): number {
    return this.byKey.size;
  }

  /** Distinct texts of all that are held. */
  get textCount(): number {
    return this.texts.size;
  }

  /** Must be released once for each time that it was taken. */
  take(fact: FileUseFact): FileDescription {
    const { origin, actorReason, binaries, sensors, afterWrite, citations } = fact;
    const said = { origin, actorReason, binaries, sensors, afterWrite };
    const isCited = citations.length > 0;
    const texts = textsOf(said).map((text) => this.numbered(text));
    // Where the sensors end and the programs begin is told by how many there are.
    const flags = `${afterWrite} ${isCited} ${sensors.length}`;
    const key = texts.reduce((joined, { number }) => `${joined} ${number}`, flags);
    let one = this.byKey.get(key);
    if (one === undefined) {
      const isMerged = isMergedList(binaries, binaryCountMax) && isMergedList(sensors);
      one = { ...said, isCited, isMerged, key, holderCount: 0 };
      this.byKey.set(key, one);
      // All texts of one that is known are held already.
      for (const text of texts) text.holderCount += 1;
    }
    one.holderCount += 1;
    return one;
  }

  release(description: FileDescription): void {
    const one = description as FileDescription & Held;
    one.holderCount -= 1;
    if (one.holderCount > 0) return;
    this.byKey.delete(one.key);
    for (const text of textsOf(one)) {
      const held = this.numbered(text);
      held.holderCount -= 1;
      if (held.holderCount === 0) this.texts.delete(text);
    }
  }

  private numbered(text: string): NumberedText {
    let one = this.texts.get(text);
    if (one === undefined) {
      one = { number: this.nextNumber, holderCount: 0 };
      this.nextNumber += 1;
      this.texts.set(text, one);
    }
    return one;
  }
}

function textsOf(said: Pick<FileDescription, "origin" | "actorReason" | "binaries" | "sensors">) {
  return [said.origin, said.actorReason, ...said.sensors, ...said.binaries];
}

/** All of it but its proofs. */
export function describes(description: FileDescription, fact: FileUseFact): boolean {
  return (
    saysOf(description, fact) &&
    isSameList(description.binaries, fact.binaries) &&
    isSameList(description.sensors, fact.sensors)
  );
}

/** Merging the fact into one so described leaves all of it as it is, but for its proofs. */
export function describesPiece(description: FileDescription, piece: FileUseFact): boolean {
  return (
    description.isMerged &&
    saysOf(description, piece) &&
    isWithin(piece.binaries, description.binaries) &&
    isWithin(piece.sensors, description.sensors)
  );
}

function saysOf({ origin, actorReason, afterWrite }: FileDescription, fact: FileUseFact): boolean {
  return (
    origin === fact.origin && actorReason === fact.actorReason && afterWrite === fact.afterWrite
  );
}

function isMergedList(list: readonly string[], countMax?: number): boolean {
  return isSameList(mergeTexts(list, [], countMax), list);
}

function isWithin(some: readonly string[], all: readonly string[]): boolean {
  if (some === all) return true;
  for (const one of some) if (!all.includes(one)) return false;
  return true;
}

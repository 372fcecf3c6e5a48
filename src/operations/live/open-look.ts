/**
 * Holds one look at open facts: each is compared with what the store has as it comes, and what is
 * no news is forgotten at once. Of ten thousand uses of files that a look tells a few are news.
 * In: open facts of now, one by one. Out: those to write, and what to drop.
 * Must change nothing of what it compares with, and hold back no news.
 */
import type { ContainerKey, Fact, FileUseFact } from "../../core/observe/fact.ts";
import { containerOfFact, factKey } from "../../core/observe/fact-key.ts";
import { mergeFact } from "../../core/observe/merge-fact.ts";
import { earliest } from "../../core/observe/merge-facts.ts";
import { compareFacts, type FactNews } from "./compare-facts.ts";
import type { FileShelf, WrittenTimes } from "./file-shelf.ts";
import { RowMarks } from "./row-marks.ts";
import { ToldFacts } from "./told-facts.ts";

export interface Written extends WrittenTimes {
  readonly fact: Fact;
}

/** What the store has of one container. */
export interface WrittenShelf {
  readonly files: FileShelf;
  /** By `factKey`. */
  readonly others: Map<string, Written>;
}

/** What the store has; stays as it is until the look ends. */
export interface WrittenFacts {
  readonly shelves: ReadonlyMap<ContainerKey, WrittenShelf>;
  /** Keys of facts of a run before, of which nothing else is known. */
  readonly older: ReadonlySet<string>;
}

export interface OpenChanges {
  readonly open: readonly Fact[];
  /** Pieces that say something new about a fact that the store has: to be merged with that. */
  readonly pieces: readonly Fact[];
  readonly dropped: readonly string[];
  /** What `dropped` names, as far as it is known. */
  readonly gone: readonly Fact[];
}

export interface ChangesAbout {
  /** Counters too: at the end, so that nothing is behind. */
  readonly everything: boolean;
  /** The containers whose facts are told; undefined: all. Others keep what the store has. */
  readonly containers: ReadonlySet<ContainerKey> | undefined;
  /** What `isPiece` names are only some facts, and each only a part of what is known. */
  readonly isPartial: boolean;
}

interface LookAbout extends ChangesAbout {
  readonly nowMs: number;
}

/** What was told of one container. */
interface LookShelf {
  readonly container: ContainerKey;
  readonly known: WrittenShelf | undefined;
  /** All but uses of files that are no news. */
  readonly told: ToldFacts;
  /** Rows of `known` that were told; of a partial look nobody asks for them. */
  readonly met: RowMarks | undefined;
  /** News of uses that were told before in this look, and forgotten for they were none then. */
  again: ToldFacts | undefined;
}

/** **Cost**: by what is told that is news, and of whole looks a bit for each use of a file. */
export class OpenLook {
  private readonly written: WrittenFacts;
  private readonly about: LookAbout;
  private readonly shelves = new Map<ContainerKey, LookShelf>();
  /** Facts come in runs. */
  private latest: LookShelf | undefined;
  /** Of a run before, not told yet. */
  private readonly untold: Set<string> | undefined;

  constructor(written: WrittenFacts, about: LookAbout) {
    this.written = written;
    this.about = about;
    const isAsked = about.containers === undefined && written.older.size > 0;
    this.untold = isAsked ? new Set(written.older) : undefined;
  }

  /**
   * Of the containers that are looked at, and of none. Folds tell a use of a file once a look; one
   * that comes twice is merged, if need be with what the store has.
   */
  take(fact: Fact): void {
    this.untold?.delete(factKey(fact));
    const shelf = this.shelfOf(containerOfFact(fact));
    if (fact.kind === "file-use") this.takeFile(shelf, fact);
    else shelf.told.add(fact);
  }

  /** Once, when all was told. **Order**: by container as each came first. */
  end(): OpenChanges {
    const open: Fact[] = [];
    const pieces: Fact[] = [];
    for (const { known, told, again } of this.shelves.values()) {
      for (const [key, fact] of told.others) {
        const changed = changeOf(known?.others.get(key), fact, this.about);
        if (changed !== undefined) open.push(changed);
      }
      for (const fact of told.files()) {
        const isKnown = this.about.isPartial && known?.files.rowOf(fact) !== undefined;
        (isKnown ? pieces : open).push(fact);
      }
      if (again !== undefined) pieces.push(...again.files());
    }
    const gone = [...this.gone()];
    return { open, pieces, dropped: [...gone.map(factKey), ...(this.untold ?? [])], gone };
  }

  private takeFile(shelf: LookShelf, fact: FileUseFact): void {
    const { known, told, met } = shelf;
    const row = known?.files.rowOf(fact);
    if (known === undefined || row === undefined) told.add(fact);
    else if (met?.meet(row) === false) this.takeAgain(shelf, known.files, fact);
    else if (isFileDue(known.files, row, fact, this.about)) told.add(fact);
  }

  /** If what came before was forgotten, it says what the store has: this is a piece of it. */
  private takeAgain(shelf: LookShelf, files: FileShelf, fact: FileUseFact): void {
    const row = files.rowOf(fact);
    if (shelf.told.hasFile(fact)) shelf.told.add(fact);
    else if (row !== undefined && files.newsAt(row, fact, true) !== "equal") {
      shelf.again ??= new ToldFacts();
      shelf.again.add(fact);
    }
  }

  private shelfOf(container: ContainerKey): LookShelf {
    if (this.latest?.container === container) return this.latest;
    let shelf = this.shelves.get(container);
    if (shelf === undefined) {
      const known = this.written.shelves.get(container);
      const rowCount = this.about.isPartial ? 0 : (known?.files.rowCount ?? 0);
      const met = rowCount > 0 ? new RowMarks(rowCount) : undefined;
      shelf = { container, known, told: new ToldFacts(), met, again: undefined };
      this.shelves.set(container, shelf);
    }
    this.latest = shelf;
    return shelf;
  }

  private *gone(): Generator<Fact, void> {
    const { about, shelves, written } = this;
    const { containers, isPartial } = about;
    const asked = containers === undefined ? written.shelves.keys() : [...containers, ""];
    for (const container of asked) {
      const known = written.shelves.get(container);
      if (known === undefined) continue;
      const shelf = shelves.get(container);
      for (const [key, { fact }] of known.others) {
        if (shelf?.told.others.has(key) !== true && !(isPartial && isPiece(fact))) yield fact;
      }
      if (!isPartial) yield* known.files.missing(shelf?.met);
    }
  }
}

/** Facts that processes add up to, and those that a partial look leaves out. */
function isPiece({ kind }: Fact): boolean {
  return kind === "file-use" || kind === "privilege" || kind === "container" || kind === "loss";
}

/** What to write; undefined: nothing, or not yet. */
function changeOf(known: Written | undefined, told: Fact, look: LookAbout): Fact | undefined {
  if (known === undefined) return told;
  if (look.isPartial && !mayAdd(known.fact, told)) return undefined;
  const fact = look.isPartial && isPiece(told) ? mergeFact(known.fact, told) : told;
  const news = compareFacts(known.fact, fact);
  // What a piece counts is less than there is.
  const isCount = !look.isPartial || !isPiece(told) || told.kind === "container";
  return isDue(news, known, isCount, look) ? fact : undefined;
}

/** False for a right that was seen again: of those that a look of what is new tells most are. */
function mayAdd(known: Fact, told: Fact): boolean {
  if (known.kind !== "privilege" || told.kind !== "privilege") return true;
  // Times and proofs are all that differs: the first of each is news, a later one is not.
  const isEarlier = earliest(known.firstSeenUs, told.firstSeenUs) !== known.firstSeenUs;
  return isEarlier || known.lastSeenUs === 0 || known.citations.length === 0;
}

function isFileDue(files: FileShelf, row: number, told: FileUseFact, look: LookAbout): boolean {
  const news = files.newsAt(row, told, look.isPartial);
  if (news !== "counted") return news === "news";
  return isDue(news, files.timesAt(row), !look.isPartial, look);
}

function isDue(
  news: FactNews,
  { atMs, restMs }: WrittenTimes,
  isCount: boolean,
  { everything, nowMs }: LookAbout,
): boolean {
  if (news !== "counted") return news === "news";
  return isCount && (everything || nowMs - atMs >= restMs);
}

/**
 * Holds what is kept of the rights of processes until they are forgotten, and packs it.
 * In: nothing, or the state. Out: types; data of few arrays, and the same again.
 */
import type { Process, TimeUs } from "../event/event.ts";
import type { Columns } from "./column.ts";
import type { Citation, ContainerKey, PrivilegeFact, PrivilegeKind } from "./fact.ts";
import type { FoldPart } from "./fold.ts";
import { compareCitations } from "./merge-facts.ts";
import { packColumns, packRows, unpackRows } from "./pack-columns.ts";
import { printOf } from "./process-print.ts";

export interface Trait {
  readonly privilege: PrivilegeKind;
  readonly detail: string;
  readonly source: "seen" | "absent";
}

export interface NamedTrait {
  /** What tells it from the other traits of a process. */
  readonly key: string;
  readonly trait: Trait;
}

/** What one event told, as far as no earlier one did. */
export interface Sighting {
  /** Many processes share a list: it is never changed. */
  readonly traits: readonly NamedTrait[];
  readonly citation: Citation;
  readonly timeUs: TimeUs;
}

/** What is kept of one process until it is forgotten. */
export interface Kept {
  readonly execId: string;
  /** Compared by reference: most events of a process bring the same object. */
  last: Process | undefined;
  /** `printOf` what `last` was in a state that was dumped, until the next event; 0 none. */
  lastPrint: number;
  /**
   * When the rights of `last` were noted: an event that came late may tell of them earlier. In a
   * state that was dumped it is beyond all time.
   */
  notedUs: TimeUs;
  /** Mostly one; each trait is in one of them. */
  sightings: readonly Sighting[];
  /** Since which look it says what it says. Never dumped. */
  look: number;
}

export interface PrivilegeState {
  /** By exec id. **Shape**: as many as the tree keeps processes, at most `processCountMax`. */
  readonly processes: Map<string, Kept>;
  /** Of the latest event: events come in runs. */
  latest: Kept | undefined;
  /** Looks that were taken at what is new. Never dumped. */
  look: number;
  /** Details given out so far, by container: programs and sockets have any name. */
  readonly details: Map<ContainerKey, Set<string>>;
  /** Only in a copy that is about to be ended. */
  readonly asked: AskedPrivileges | undefined;
  droppedCount: number;
  firstDropUs: TimeUs;
  lastDropUs: TimeUs;
}

/** What is asked of a copy, and what it found. */
export interface AskedPrivileges {
  /** Only of processes that say something else since then. */
  readonly sinceLook: number;
  /** By container and key of the trait: a hundred processes have the same rights. */
  readonly facts: Map<ContainerKey, Map<string, MutablePrivilege>>;
}

export type MutablePrivilege = { -readonly [Key in keyof PrivilegeFact]: PrivilegeFact[Key] };

export function named(trait: Trait): NamedTrait {
  return { key: `${trait.source} ${trait.privilege} ${trait.detail}`, trait };
}

export interface PrivilegesDump
  extends Omit<PrivilegeState, "processes" | "latest" | "look" | "asked"> {
  readonly processes: Columns;
  /** Of all processes one after the other, and how many are whose. */
  readonly sightings: Columns;
  readonly counts: readonly number[];
}

/** A trait in the data, by itself. */
interface TraitRow extends Pick<Sighting, "citation" | "timeUs"> {
  readonly trait: Trait;
}

type KeptRow = Pick<Kept, "execId" | "lastPrint">;

/** **Cost**: linear in what is kept. */
export function packPrivileges({
  processes,
  latest: _,
  look: __,
  asked: ___,
  ...rest
}: PrivilegeState): PrivilegesDump {
  const all = [...processes.values()];
  const rows: KeptRow[] = all.map(({ execId, last, lastPrint }) => {
    return { execId, lastPrint: last === undefined ? lastPrint : printOf(last) };
  });
  return {
    ...rest,
    processes: packColumns(rows, ["execId", "lastPrint"]),
    sightings: packRows(all.flatMap(({ sightings }) => sightings.flatMap(rowsOf))),
    counts: all.map(({ sightings }) => countTraits(sightings)),
  };
}

function rowsOf({ traits, citation, timeUs }: Sighting): readonly TraitRow[] {
  return traits.map(({ trait }) => ({ trait, citation, timeUs }));
}

export function countTraits(sightings: readonly Sighting[]): number {
  return sightings.reduce((sum, { traits }) => sum + traits.length, 0);
}

/** To be ended for a part: what it gives is told in few facts. **Cost**: a few containers. */
export function forkPrivileges(state: PrivilegeState, part: FoldPart): PrivilegeState {
  const sinceLook = part.isNew === undefined ? 0 : state.look - 1;
  // What a copy adds to the details of one it puts into a list of its own.
  const details: PrivilegeState["details"] = new Map();
  for (const [container, own] of state.details) {
    if (part.wants(container)) details.set(container, own);
  }
  return { ...state, details, latest: undefined, asked: { sinceLook, facts: new Map() } };
}

/** The same again, but for blocks: those are told anew by the next event of a process. */
export function unpackPrivileges(dump: PrivilegesDump): PrivilegeState {
  const { processes: rows, sightings, counts, ...rest } = dump;
  const all = unpackRows<TraitRow>(sightings);
  const lists = new TraitLists();
  const processes = new Map<string, Kept>();
  let end = 0;
  for (const [place, { execId, lastPrint }] of unpackRows<KeptRow>(rows).entries()) {
    const count = counts[place] ?? 0;
    end += count;
    const own = lists.sightingsOf(all.slice(end - count, end));
    const known = { lastPrint, notedUs: Number.MAX_SAFE_INTEGER, sightings: own };
    processes.set(execId, { execId, last: undefined, ...known, look: 0 });
  }
  return { ...rest, processes, latest: undefined, look: 1, asked: undefined };
}

function isSameTraits(a: readonly NamedTrait[], b: readonly NamedTrait[]): boolean {
  return a.length === b.length && a.every(({ key }, at) => key === b[at]?.key);
}

/** **Unit**: lists of traits that are told apart. */
const listCountMax = 1024;

/** Nearly all processes have one of few lists: each is there once. */
export class TraitLists {
  private readonly byKey = new Map<string, readonly NamedTrait[]>();

  shared(traits: readonly NamedTrait[]): readonly NamedTrait[] {
    const key = traits.map((one) => one.key).join("\n");
    const known = this.byKey.get(key);
    // Details are any text: a key may be that of another list.
    if (known !== undefined && isSameTraits(known, traits)) return known;
    if (this.byKey.size >= listCountMax) this.byKey.clear();
    const own = traits.slice();
    this.byKey.set(key, own);
    return own;
  }

  /** What events told, from what is known of each trait. */
  sightingsOf(rows: readonly TraitRow[]): readonly Sighting[] {
    const sightings: Sighting[] = [];
    for (let start = 0; start < rows.length; ) {
      const first = rows[start];
      if (first === undefined) break;
      const { citation, timeUs } = first;
      const isOther = (one: TraitRow) => compareCitations(one.citation, citation) !== 0;
      const next = rows.findIndex((one, at) => at > start && isOther(one));
      const until = next < 0 ? rows.length : next;
      const traits = this.shared(rows.slice(start, until).map(({ trait }) => named(trait)));
      sightings.push({ traits, citation, timeUs });
      start = until;
    }
    return sightings.slice();
  }
}

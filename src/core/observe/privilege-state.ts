/**
 * Holds what is kept of the rights of processes until they are forgotten, and packs it.
 * In: nothing, or the state. Out: types; data of few arrays, and the same again.
 */
import type { Process, TimeUs } from "../event/event.ts";
import type { Citation, ContainerKey, PrivilegeFact, PrivilegeKind } from "./fact.ts";
import type { FoldPart } from "./fold.ts";
import { type Columns, packColumns, packRows, unpackRows } from "./pack-columns.ts";
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

export interface Sighting {
  readonly trait: Trait;
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
  readonly sightings: Map<string, Sighting>;
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
    sightings: packRows(all.flatMap(({ sightings }) => [...sightings.values()])),
    counts: all.map(({ sightings }) => sightings.size),
  };
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
  const all = unpackRows<Sighting>(sightings);
  const processes = new Map<string, Kept>();
  let end = 0;
  for (const [place, { execId, lastPrint }] of unpackRows<KeptRow>(rows).entries()) {
    const count = counts[place] ?? 0;
    end += count;
    const own = all.slice(end - count, end).map((one) => [named(one.trait).key, one] as const);
    const known = { lastPrint, notedUs: Number.MAX_SAFE_INTEGER, sightings: new Map(own) };
    processes.set(execId, { execId, last: undefined, ...known, look: 0 });
  }
  return { ...rest, processes, latest: undefined, look: 1, asked: undefined };
}

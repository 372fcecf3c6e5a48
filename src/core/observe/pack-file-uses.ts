/**
 * Holds what is kept of file uses as few arrays: there are tens of thousands of records, whose
 * names and texts are the same again and again.
 * In: what the fold keeps. Out: data a fifth as large, and the same again.
 */

import type { Columns } from "./column.ts";
import { addTotal, listTotals, startTotals } from "./container-totals.ts";
import type { PendingAccess, PendingTaker } from "./exec-prelude.ts";
import type { ContainerKey, FileUseHow } from "./fact.ts";
import { createUseTotals, type UseTotalsState } from "./file-use-totals.ts";
import { joinColumns, ListColumn, NumberColumn, PlainColumn, TextColumn } from "./grow-columns.ts";
import { eachKeptUse, eachPending } from "./kept-uses.ts";
import {
  packColumns,
  readNumbers,
  readTexts,
  textAt,
  unpackColumns,
  unpackRows,
} from "./pack-columns.ts";
import { packTotals, unpackTotals } from "./pack-totals.ts";
import { compactProcess, createProcessUses, openedUses, type ProcessUses } from "./process-uses.ts";
import type { UseLists } from "./use-lists.ts";
import { createUse, type Use, type UseTaker } from "./use-record.ts";

export interface FileUses {
  readonly processes: Map<string, ProcessUses>;
  readonly totals: UseTotalsState;
}

export interface FileUsesDump {
  readonly processes: Columns;
  /** Of all processes one after the other. */
  readonly uses: Columns;
  /** Of each use: its process (`owner`: which in their list), way (`how`) and `path`. */
  readonly places: Columns;
  /** Of all containers one after the other, and how many are whose. */
  readonly totals: Columns;
  readonly containers: readonly (readonly [ContainerKey, number])[];
  readonly rest: Omit<UseTotalsState, "totals" | "look">;
}

/** **Cost**: linear in what is kept. */
export function packFileUses({ processes, totals }: FileUses): FileUsesDump {
  const all = [...processes.values()];
  const { totals: byContainer, look: _, ...rest } = totals;
  const wanted = [...byContainer.values()].flatMap(listTotals);
  return {
    processes: packProcesses(all),
    ...packUses(all),
    totals: packTotals(wanted),
    containers: Array.from(byContainer, ([key, { count }]) => [key, count] as const),
    rest,
  };
}

function packProcesses(all: readonly ProcessUses[]): Columns {
  const { count, byKey } = packColumns(all, processKeys);
  return { kind: "records", count, byKey: new Map([...byKey, ["pending", packPending(all)]]) };
}

class PendingColumns implements PendingTaker {
  private readonly columns = {
    path: new TextColumn(),
    how: new TextColumn(),
    sensor: new TextColumn(),
    policy: new TextColumn(),
    timeUs: new NumberColumn(),
    timed: new PlainColumn(),
    input: new NumberColumn(),
    offset: new NumberColumn(),
  };
  private count = 0;

  takePending(access: PendingAccess): void {
    const { columns } = this;
    this.count += 1;
    columns.path.add(access.path);
    columns.how.add(access.how);
    columns.sensor.add(access.sensor);
    columns.policy.add(access.policy);
    columns.timeUs.add(access.timeUs);
    columns.timed.add(access.timed);
    columns.input.add(access.input);
    columns.offset.add(access.offset);
  }

  get column(): Columns {
    return joinColumns(this.count, this.columns);
  }
}

function packPending(all: readonly ProcessUses[]): ListColumn["column"] {
  const columns = new PendingColumns();
  const lists = new ListColumn(columns);
  for (const { kept } of all) lists.add(eachPending(kept, columns));
  return lists.column;
}

function startProcess(): ProcessUses {
  return createProcessUses("", "", "");
}

const processKeys = (Object.keys(startProcess()) as (keyof ProcessUses)[]).filter(
  (key) => key !== "kept",
);

class UseColumns implements UseTaker {
  /** Place of the process whose uses come. */
  owner = 0;
  private readonly uses = {
    count: new NumberColumn(),
    firstUs: new NumberColumn(),
    lastUs: new NumberColumn(),
    sensors: new NumberColumn(),
    sensor: new TextColumn(),
    policy: new TextColumn(),
    input: new NumberColumn(),
    offset: new NumberColumn(),
    by: new PlainColumn(),
  };
  private readonly places = {
    owner: new NumberColumn(),
    how: new TextColumn(),
    path: new TextColumn(),
  };
  private count = 0;

  take(how: FileUseHow, path: string, use: Use): void {
    const { uses, places } = this;
    this.count += 1;
    uses.count.add(use.count);
    uses.firstUs.add(use.firstUs);
    uses.lastUs.add(use.lastUs);
    uses.sensors.add(use.sensors);
    uses.sensor.add(use.sensor);
    uses.policy.add(use.policy);
    uses.input.add(use.input);
    uses.offset.add(use.offset);
    uses.by.add(use.by);
    places.owner.add(this.owner);
    places.how.add(how);
    places.path.add(path);
  }

  end(): Pick<FileUsesDump, "uses" | "places"> {
    const { count, uses, places } = this;
    return { uses: joinColumns(count, uses), places: joinColumns(count, places) };
  }
}

/** Of what is compact no records are made. */
function packUses(all: readonly ProcessUses[]): Pick<FileUsesDump, "uses" | "places"> {
  const columns = new UseColumns();
  for (const [owner, process] of all.entries()) {
    columns.owner = owner;
    eachKeptUse(process.kept, columns);
  }
  return columns.end();
}

/** What was looked at is asked of a living state only. */
function startUse(): Use {
  const access = { path: "", how: "read", sensor: "other", policy: "", timeUs: 0 } as const;
  return createUse({ ...access, input: 0, offset: 0 }, 0);
}

/** The same again, in the same order. Of processes all are silent at first. */
export function unpackFileUses(dump: FileUsesDump, lists: UseLists): FileUses {
  const processes = unpackProcesses(dump.processes);
  const owners = readNumbers(dump.places, "owner");
  const [ways, paths] = [readTexts(dump.places, "how"), readTexts(dump.places, "path")];
  for (const [at, use] of unpackColumns(dump.uses, startUse).entries()) {
    const process = processes[owners[at] ?? -1];
    if (process === undefined) continue;
    const { uses } = openedUses(process);
    const how = textAt(ways, at) as FileUseHow;
    uses[how] ??= new Map();
    uses[how].set(textAt(paths, at), use);
  }
  for (const process of processes) compactProcess(process, lists, 1);
  const totals: UseTotalsState = { ...createUseTotals(), ...dump.rest };
  const all = unpackTotals(dump.totals);
  let end = 0;
  for (const [container, count] of dump.containers) {
    const own = startTotals();
    end += count;
    for (const total of all.slice(end - count, end)) addTotal(own, total);
    totals.totals.set(container, own);
  }
  return { processes: new Map(processes.map((process) => [process.execId, process])), totals };
}

function unpackProcesses({ kind, count, byKey }: Columns): readonly ProcessUses[] {
  const own = new Map([...byKey].filter(([key]) => key !== "pending"));
  const processes = unpackColumns({ kind, count, byKey: own }, startProcess);
  const pending = new Map([...byKey].filter(([key]) => key === "pending"));
  for (const [at, row] of unpackRows<Held>({ kind, count, byKey: pending }).entries()) {
    const process = processes[at];
    if (process !== undefined && row.pending?.length > 0) openedUses(process).pending = row.pending;
  }
  return processes;
}

interface Held {
  readonly pending: PendingAccess[];
}

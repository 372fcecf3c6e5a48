/**
 * Holds what is kept of file uses as few arrays: there are tens of thousands of records, whose
 * names and texts are the same again and again.
 * In: what the fold keeps. Out: data a fifth as large, and the same again.
 */
import type { ContainerKey, FileUseHow } from "./fact.ts";
import { createUseTotals, type Total, type UseTotalsState } from "./file-use-totals.ts";
import { type Columns, packColumns, packRows, unpackColumns, unpackRows } from "./pack-columns.ts";
import { createProcessUses, createUse, type ProcessUses, type Use } from "./process-uses.ts";

export interface FileUses {
  readonly processes: Map<string, ProcessUses>;
  readonly totals: UseTotalsState;
}

export interface FileUsesDump {
  readonly processes: Columns;
  /** Of all processes one after the other, and whose each is. */
  readonly uses: Columns;
  readonly places: Columns;
  /** Of all containers one after the other, and how many are whose. */
  readonly totals: Columns;
  readonly containers: readonly (readonly [ContainerKey, number])[];
  readonly rest: Omit<UseTotalsState, "totals" | "look">;
}

interface Place {
  /** Of its process in their list. */
  readonly owner: number;
  readonly how: FileUseHow;
  readonly path: string;
}

/** **Cost**: linear in what is kept. */
export function packFileUses({ processes, totals }: FileUses): FileUsesDump {
  const all = [...processes.values()];
  const uses: Use[] = [];
  const places: Place[] = [];
  for (const [owner, process] of all.entries()) {
    for (const how of hows) {
      for (const [path, use] of process.uses[how] ?? []) {
        uses.push(use);
        places.push({ owner, how, path });
      }
    }
  }
  const { totals: byContainer, look: _, ...rest } = totals;
  const wanted = [...byContainer.values()].flatMap(({ byPath }) => [...byPath.values()].flat());
  return {
    processes: packColumns(all, processKeys),
    uses: packColumns(uses, useKeys),
    places: packRows(places),
    totals: packRows(wanted),
    containers: Array.from(byContainer, ([key, { count }]) => [key, count] as const),
    rest,
  };
}

const hows: readonly FileUseHow[] = ["executed", "mapped", "read", "written"];

function startProcess(): ProcessUses {
  return createProcessUses("", "", "");
}

const processKeys = (Object.keys(startProcess()) as (keyof ProcessUses)[]).filter(
  (key) => key !== "uses" && key !== "all",
);

/** What was looked at is asked of a living state only. */
function startUse(): Use {
  const access = { path: "", how: "read", sensor: "other", policy: "", timeUs: 0 } as const;
  return createUse({ ...access, input: 0, offset: 0 }, 0);
}

const useKeys = (Object.keys(startUse()) as (keyof Use)[]).filter((key) => key !== "look");

/** The same again, in the same order. */
export function unpackFileUses(dump: FileUsesDump): FileUses {
  const processes = unpackColumns(dump.processes, startProcess);
  const kept = unpackColumns(dump.uses, startUse);
  for (const [at, { owner, how, path }] of unpackRows<Place>(dump.places).entries()) {
    const [uses, use] = [processes[owner]?.uses, kept[at]];
    if (uses === undefined || use === undefined) continue;
    uses[how] ??= new Map();
    uses[how].set(path, use);
  }
  const totals: UseTotalsState = { ...createUseTotals(), ...dump.rest };
  const rows = unpackRows<Total>(dump.totals);
  let end = 0;
  for (const [container, count] of dump.containers) {
    end += count;
    for (const total of rows.slice(end - count, end)) addTotal(totals, container, total);
  }
  return { processes: new Map(processes.map((process) => [process.execId, process])), totals };
}

function addTotal({ totals }: UseTotalsState, container: ContainerKey, total: Total): void {
  let own = totals.get(container);
  if (own === undefined) {
    own = { byPath: new Map(), count: 0 };
    totals.set(container, own);
  }
  const same = own.byPath.get(total.path);
  if (same === undefined) own.byPath.set(total.path, [total]);
  else same.push(total);
  own.count += 1;
}

/**
 * Holds what is kept of ended processes as few arrays.
 * In: totals. Out: columns, a row a total as it is told; and the same again, with shared lists.
 * Must not make records of rows, which would all be there at once, nor keys of texts: containers
 * choose how long those are.
 */

import type { Columns } from "./column.ts";
import { findEqualLists, startsOf, zipNumbers } from "./equal-lists.ts";
import type { Actor, Citation, FileUseHow, Sensor } from "./fact.ts";
import { joinColumns, ListColumn, NumberColumn, TextColumn } from "./grow-columns.ts";
import { readLists, readNumbers, readTexts, textAt, toRecords, toTexts } from "./pack-columns.ts";
import {
  type Citer,
  citationsOf,
  firstUsOf,
  lastUsOf,
  type Total,
  type Whose,
} from "./use-total.ts";

/** **Order**: kept. **Cost**: linear. */
export function packTotals(totals: readonly Total[]): Columns {
  const columns = {
    path: new TextColumn(),
    how: new TextColumn(),
    actor: new TextColumn(),
    origin: new TextColumn(),
    reason: new TextColumn(),
    count: new NumberColumn(),
    firstUs: new NumberColumn(),
    lastUs: new NumberColumn(),
    sensors: new NumberColumn(),
  };
  for (const total of totals) {
    const { path, how, whose, count, sensors } = total;
    columns.path.add(path);
    columns.how.add(how);
    columns.actor.add(whose.actor);
    columns.origin.add(whose.origin);
    columns.reason.add(whose.reason);
    columns.count.add(count);
    columns.firstUs.add(firstUsOf(total));
    columns.lastUs.add(lastUsOf(total));
    columns.sensors.add(sensors);
  }
  const lists = { binaries: packBinaries(totals), citations: packCitations(totals) };
  return joinColumns(totals.length, { ...columns, ...lists });
}

function packBinaries(totals: readonly Total[]): ListColumn {
  const items = new TextColumn();
  const lists = new ListColumn(items);
  for (const { binaries } of totals) {
    for (const binary of binaries) items.add(binary);
    lists.add(binaries.length);
  }
  return lists;
}

function packCitations(totals: readonly Total[]): ListColumn {
  const columns = {
    timeUs: new NumberColumn(),
    node: new TextColumn(),
    execId: new TextColumn(),
    pid: new NumberColumn(),
    binary: new TextColumn(),
    sensor: new TextColumn(),
    policy: new TextColumn(),
    input: new NumberColumn(),
    offset: new NumberColumn(),
  };
  let count = 0;
  const lists = new ListColumn({
    get column() {
      return joinColumns(count, columns);
    },
  });
  for (const total of totals) {
    const citations = citationsOf(total);
    lists.add(citations.length);
    for (const one of citations) {
      count += 1;
      columns.timeUs.add(one.timeUs);
      columns.node.add(one.node);
      columns.execId.add(one.execId);
      columns.pid.add(one.pid);
      columns.binary.add(one.binary);
      columns.sensor.add(one.sensor);
      columns.policy.add(one.policy);
      columns.input.add(one.input);
      columns.offset.add(one.offset);
    }
  }
  return lists;
}

/**
 * The same again, in the same order; what is equal is shared. **Cost**: linear: what is equal is
 * found by the numbers that columns have for texts, however long those are.
 */
export function unpackTotals(columns: Columns): readonly Total[] {
  const [path, how] = [readTexts(columns, "path"), readTexts(columns, "how")];
  const [count, sensors] = [readNumbers(columns, "count"), readNumbers(columns, "sensors")];
  const [firstUs, lastUs] = [readNumbers(columns, "firstUs"), readNumbers(columns, "lastUs")];
  const whose = readWhose(columns);
  const binaries = readBinaries(columns);
  const cited = readCited(columns);
  return Array.from({ length: columns.count }, (_, row) => {
    const times = [firstUs[row] ?? 0, lastUs[row] ?? 0];
    cited.addTimes(row, times);
    return {
      path: textAt(path, row),
      how: textAt(how, row) as FileUseHow,
      whose: whose(row),
      count: count[row] ?? 0,
      sensors: sensors[row] ?? 0,
      binaries: binaries(row),
      citers: cited.citers(row),
      times: times.slice(),
    };
  });
}

type Reader<T> = (row: number) => T;

/** Makes but one of rows that are equal. */
function readShared<T extends object>(first: Uint32Array, make: Reader<T>): Reader<T> {
  const made: (T | undefined)[] = Array.from(first, () => undefined);
  return (row) => {
    const number = first[row] ?? row;
    const one = made[number] ?? make(number);
    made[number] = one;
    return one;
  };
}

function readWhose(columns: Columns): Reader<Whose> {
  const actor = readTexts(columns, "actor");
  const origin = readTexts(columns, "origin");
  const reason = readTexts(columns, "reason");
  const lists = zipNumbers(columns.count, [actor.at, origin.at, reason.at]);
  return readShared(findEqualLists(lists), (row) => ({
    actor: textAt(actor, row) as Actor,
    origin: textAt(origin, row) as Actor,
    reason: textAt(reason, row),
  }));
}

function readBinaries(columns: Columns): Reader<readonly string[]> {
  const { counts, items } = readLists(columns, "binaries");
  const [names, starts] = [toTexts(items), startsOf(counts)];
  const first = findEqualLists({ starts, numbers: names.at });
  return readShared(first, (row) => itemsOf(starts, row, (at) => textAt(names, at)));
}

function readCited(columns: Columns) {
  const { counts, items } = readLists(columns, "citations");
  const starts = startsOf(counts);
  const cited = toRecords(items, citationKeys);
  const timeUs = readNumbers(cited, "timeUs");
  const [input, offset] = [readNumbers(cited, "input"), readNumbers(cited, "offset")];
  const addTimes = (row: number, times: number[]) => {
    const end = starts[row + 1] ?? 0;
    for (let at = starts[row] ?? 0; at < end; at++) {
      times.push(timeUs[at] ?? 0, input[at] ?? 0, offset[at] ?? 0);
    }
  };
  const { citerAt, numbers } = readCiters(cited);
  const first = findEqualLists({ starts, numbers });
  return { addTimes, citers: readShared(first, (row) => itemsOf(starts, row, citerAt)) };
}

const citationKeys: readonly (keyof Citation)[] = [
  ...(["timeUs", "input", "offset", "pid"] as const),
  ...(["node", "execId", "binary", "sensor", "policy"] as const),
];

/** Of each citation, and the same number for the same. */
function readCiters(cited: Columns) {
  const [node, execId] = [readTexts(cited, "node"), readTexts(cited, "execId")];
  const [binary, sensor] = [readTexts(cited, "binary"), readTexts(cited, "sensor")];
  const [policy, pid] = [readTexts(cited, "policy"), readNumbers(cited, "pid")];
  const texts = [node, execId, binary, sensor, policy].map(({ at }) => at);
  const numbers = findEqualLists(zipNumbers(cited.count, [pid, ...texts]));
  const citerAt = readShared<Citer>(numbers, (row) => ({
    node: textAt(node, row),
    execId: textAt(execId, row),
    pid: pid[row] ?? 0,
    binary: textAt(binary, row),
    sensor: textAt(sensor, row) as Sensor,
    policy: textAt(policy, row),
  }));
  return { citerAt, numbers };
}

function itemsOf<T>(starts: Uint32Array, row: number, itemAt: Reader<T>): readonly T[] {
  const [start, end] = [starts[row] ?? 0, starts[row + 1] ?? 0];
  return Array.from({ length: end - start }, (_, at) => itemAt(start + at));
}

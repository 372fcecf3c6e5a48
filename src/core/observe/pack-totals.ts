/**
 * Holds what is kept of ended processes as few arrays.
 * In: totals. Out: columns, a row a total as it is told; and the same again, with shared lists.
 * Must not make a record a row: they would all be there at once.
 */
import type { Actor, Citation, FileUseHow } from "./fact.ts";
import { joinColumns, ListColumn, NumberColumn, TextColumn } from "./grow-columns.ts";
import { type Columns, unpackRows } from "./pack-columns.ts";
import {
  type Citer,
  citationsOf,
  firstUsOf,
  lastUsOf,
  type Total,
  type Whose,
} from "./use-total.ts";

/** As it is dumped. */
interface TotalRow {
  readonly path: string;
  readonly how: FileUseHow;
  readonly actor: Actor;
  readonly origin: Actor;
  readonly reason: string;
  readonly count: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly sensors: number;
  readonly binaries: readonly string[];
  readonly citations: readonly Citation[];
}

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

/** The same again, in the same order; what is equal is shared. */
export function unpackTotals(columns: Columns): readonly Total[] {
  const share = { whose: createSharer<Whose>(), citer: createSharer<Citer>() };
  const shareList = { binaries: createSharer<readonly string[]>(), citers: createSharer<Citers>() };
  return unpackRows<TotalRow>(columns).map((row) => {
    const { path, how, actor, origin, reason, count, sensors, citations } = row;
    const whose = share.whose([actor, origin, reason], { actor, origin, reason });
    const binaries = shareList.binaries(row.binaries, row.binaries);
    const citers = citations.map((one) => {
      const { node, execId, pid, binary, sensor, policy } = one;
      const own = { node, execId, pid, binary, sensor, policy };
      return share.citer(Object.values(own), own);
    });
    const places = citations.map(({ timeUs, input, offset }) => [timeUs, input, offset]);
    const times = [row.firstUs, row.lastUs].concat(...places);
    const same = shareList.citers(citers.flatMap(Object.values), citers);
    return { path, how, whose, count, sensors, binaries, citers: same, times };
  });
}

type Citers = readonly Citer[];

/** Gives the first thing that had the same parts. */
function createSharer<T>(): (parts: readonly (string | number)[], thing: T) => T {
  const byParts = new Map<string, T>();
  return (parts, thing) => {
    const key = JSON.stringify(parts);
    const known = byParts.get(key);
    if (known !== undefined) return known;
    byParts.set(key, thing);
    return thing;
  };
}

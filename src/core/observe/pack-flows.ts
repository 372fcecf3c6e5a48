/**
 * Holds the open connections and their processes as flat data: each stands once in a list, and
 * what links them are places in it.
 * In: what the fold of flows keeps of both. Out: data without deep links, and both again.
 * Must never follow links by recursion: processes that share sockets form chains of any length.
 */

import type { Columns } from "./column.ts";
import { createConnection } from "./connection.ts";
import { listenKey } from "./flow-ports.ts";
import {
  type Attempt,
  type Connection,
  type ConnectionPart,
  createFlowUser,
  type FlowUser,
  type Happening,
  type Listening,
  type Tally,
} from "./flow-state.ts";
import { attemptKey, tallyKey } from "./flow-tally.ts";
import { packColumns, packRows, unpackColumns, unpackRows } from "./pack-columns.ts";
import { createSocketBook, type SocketBook } from "./socket-book.ts";
import type { SocketEvent } from "./socket-event.ts";

/** An event of a socket that no longer tells both ends: it waits until earlier ones have come. */
export interface Loose {
  readonly socket: SocketEvent;
  readonly key: string;
  readonly user: FlowUser;
  readonly at: Happening;
  /** It proves a connection by itself. */
  readonly isOwn: boolean;
}

/** What links processes and connections. */
export interface OpenFlows {
  readonly book: SocketBook;
  readonly users: Map<string, FlowUser>;
  loose: Loose[];
}

export interface OpenFlowsDump {
  readonly users: Columns;
  /** Places of those that are not retired. */
  readonly living: readonly number[];
  /** Of all users one after the other, with their place. */
  readonly tallies: Columns;
  readonly listening: Columns;
  readonly attempts: Columns;
  readonly connections: Columns;
  readonly parts: Columns;
  /** Places of connections, in the order in which the book has them. */
  readonly booked: readonly number[];
  readonly ended: readonly number[];
  readonly loose: readonly (Omit<Loose, "user"> & { readonly user: number })[];
}

/** Whose it is: the place of its user. */
type Owned<T> = T & { owner: number };
type PartRow = Omit<ConnectionPart, "user"> & { user: number; connection: number };
type UserRow = Pick<FlowUser, "execId" | "node" | "ownNetwork" | "final" | "lostCount"> & {
  /** Places, in the order of the set. */
  connections: readonly number[];
};

const userKeys = ["execId", "node", "ownNetwork", "final", "lostCount", "connections"] as const;

/** Gives each thing a place in a list. */
class Places<T> {
  readonly list: T[] = [];
  private readonly places = new Map<T, number>();

  of(one: T): number {
    let place = this.places.get(one);
    if (place === undefined) {
      place = this.list.length;
      this.list.push(one);
      this.places.set(one, place);
    }
    return place;
  }
}

/** **Cost**: linear in what is kept. */
export function packOpenFlows({ book, users, loose }: OpenFlows): OpenFlowsDump {
  const [owners, sockets] = [new Places<FlowUser>(), new Places<Connection>()];
  const living = Array.from(users.values(), (user) => owners.of(user));
  const waiting = loose.map((one) => ({ ...one, user: owners.of(one.user) }));
  const booked = [...book.byKey.values()].flatMap((same) => same.map((one) => sockets.of(one)));
  // Of one that was handed on nothing is awaited: it only waits to be left out.
  const ended = book.ended.filter((one) => !one.isSettled).map((one) => sockets.of(one));
  const userRows: UserRow[] = [];
  const parts: PartRow[] = [];
  // Both lists grow meanwhile: of a process that is gone only its connections know.
  for (let place = 0, socket = 0; place < owners.list.length || socket < sockets.list.length; ) {
    const [user, connection] = [owners.list[place], sockets.list[socket]];
    if (user !== undefined) {
      userRows.push({
        ...user,
        connections: Array.from(user.connections, (one) => sockets.of(one)),
      });
      place += 1;
    } else if (connection !== undefined) {
      for (const part of connection.parts) {
        parts.push({ ...part, user: owners.of(part.user), connection: socket });
      }
      socket += 1;
    }
  }
  return {
    users: packColumns(userRows, userKeys),
    living,
    tallies: packOwned(owners.list.map(({ tallies }) => tallies)),
    listening: packOwned(owners.list.map(({ listening }) => listening)),
    attempts: packOwned(owners.list.map(({ attempts }) => attempts)),
    connections: packColumns(sockets.list, connectionKeys),
    parts: packRows(parts),
    booked,
    ended,
    loose: waiting,
  };
}

function startConnection(): Connection {
  const ends = { protocol: "tcp", local: "", localPort: 0, peer: "", peerPort: 0 } as const;
  return createConnection(ends, "", 0);
}

const connectionKeys = (Object.keys(startConnection()) as (keyof Connection)[]).filter(
  (key) => key !== "parts",
);

function packOwned<T extends object>(maps: readonly ReadonlyMap<string, T>[]): Columns {
  return packRows(
    maps.flatMap((map, owner) => Array.from(map.values(), (one) => ({ ...one, owner }))),
  );
}

/** The same again: what was one object is one again. */
export function unpackOpenFlows(dump: OpenFlowsDump): OpenFlows {
  const rows = unpackRows<UserRow>(dump.users);
  const owners = rows.map((row) => startUser(row));
  const sockets = unpackColumns(dump.connections, startConnection);
  for (const row of unpackRows<PartRow>(dump.parts)) {
    const { user: place, connection, ...part } = row;
    const user = owners[place];
    if (user !== undefined) sockets[connection]?.parts.push({ ...part, user });
  }
  for (const [place, { connections }] of rows.entries()) {
    for (const one of connections) if (sockets[one]) owners[place]?.connections.add(sockets[one]);
  }
  for (const { owner, ...one } of unpackRows<Owned<Tally>>(dump.tallies)) {
    owners[owner]?.tallies.set(tallyKey(one), one);
  }
  for (const { owner, ...one } of unpackRows<Owned<Listening>>(dump.listening)) {
    owners[owner]?.listening.set(listenKey(one), one);
  }
  for (const { owner, ...one } of unpackRows<Owned<Attempt>>(dump.attempts)) {
    owners[owner]?.attempts.set(attemptKey(one.protocol, one.peer, one.port), one);
  }
  const living = dump.living.flatMap((place) => owners[place] ?? []);
  return {
    book: toBook(dump, sockets),
    users: new Map(living.map((user) => [user.execId, user])),
    loose: dump.loose.flatMap(({ user: place, ...one }) => {
      const user = owners[place];
      return user === undefined ? [] : [{ ...one, user }];
    }),
  };
}

function startUser({ execId, node, ownNetwork, final, lostCount }: UserRow): FlowUser {
  return Object.assign(createFlowUser(execId, node), { ownNetwork, final, lostCount });
}

function toBook(dump: OpenFlowsDump, sockets: readonly Connection[]): SocketBook {
  const book = createSocketBook();
  for (const place of dump.booked) {
    const connection = sockets[place];
    if (connection === undefined) continue;
    const same = book.byKey.get(connection.key);
    if (same === undefined) book.byKey.set(connection.key, [connection]);
    else same.push(connection);
    book.count += 1;
  }
  book.ended.push(...dump.ended.flatMap((place) => sockets[place] ?? []));
  return book;
}

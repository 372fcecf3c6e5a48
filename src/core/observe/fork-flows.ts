/**
 * Holds how flows of a part become a state of their own that can be ended.
 * In: what the fold keeps, and the part. Out: copies of all that an end changes; what was one
 * object is one again. Must never follow links by recursion: processes that share sockets form
 * chains of any length.
 */
import { type FlowPart, hasUser, partOfTotals } from "./flow-part.ts";
import type { Connection, FlowUser } from "./flow-state.ts";
import type { ContainerFlows, FlowTotals } from "./flow-totals.ts";
import type { FoldPart } from "./fold.ts";
import type { FlowState } from "./settle-flows.ts";
import { createSocketBook } from "./socket-book.ts";

/** **Cost**: linear in the part, and a look at what else is kept. */
export function forkFlows(state: FlowState, part: FoldPart, own: FlowPart): FlowState {
  const { book, users, loose, cutCount, sweptUs } = state;
  const awaited = loose.filter(({ key }) => own.keys.has(key));
  const links = new Links(own.keys, new Set(awaited.map(({ key }) => key)));
  const forkedUsers = new Map<string, FlowUser>();
  for (const user of users.values()) {
    if (hasUser(part, user)) forkedUsers.set(user.execId, links.userOf(user));
  }
  const waiting = awaited.map((one) => ({ ...one, user: links.userOf(one.user) }));
  const forkedBook = createSocketBook();
  for (const key of own.keys) {
    const same = book.byKey.get(key);
    if (same === undefined) continue;
    forkedBook.byKey.set(
      key,
      same.map((one) => links.connectionOf(one)),
    );
    forkedBook.count += same.length;
  }
  for (const one of book.ended) {
    if (!one.isSettled && own.keys.has(one.key)) forkedBook.ended.push(links.connectionOf(one));
  }
  links.follow();
  const totals = forkTotals(partOfTotals(state, part, own));
  return { book: forkedBook, users: forkedUsers, loose: waiting, totals, cutCount, sweptUs };
}

/** Copies of what points at each other. */
class Links {
  private readonly keys: ReadonlySet<string>;
  /** Of connections that the end still adds bytes to. */
  private readonly awaited: ReadonlySet<string>;
  private readonly users = new Map<FlowUser, FlowUser>();
  private readonly connections = new Map<Connection, Connection>();
  private readonly open: (readonly ["user", FlowUser] | readonly ["connection", Connection])[] = [];

  constructor(keys: ReadonlySet<string>, awaited: ReadonlySet<string>) {
    this.keys = keys;
    this.awaited = awaited;
  }

  userOf(user: FlowUser): FlowUser {
    let copy = this.users.get(user);
    if (copy === undefined) {
      copy = {
        ...user,
        connections: new Set(),
        tallies: copyValues(user.tallies),
        // An end takes them out, and changes none.
        listening: new Map(user.listening),
      };
      this.users.set(user, copy);
      this.open.push(["user", user]);
    }
    return copy;
  }

  connectionOf(connection: Connection): Connection {
    let copy = this.connections.get(connection);
    if (copy === undefined) {
      copy = { ...connection, parts: [] };
      this.connections.set(connection, copy);
      this.open.push(["connection", connection]);
    }
    return copy;
  }

  /** Of what was copied, all that it points at. */
  follow(): void {
    for (let next = this.open.pop(); next !== undefined; next = this.open.pop()) {
      if (next[0] === "user") this.linkUser(next[1]);
      else this.linkConnection(next[1]);
    }
  }

  private linkUser(user: FlowUser): void {
    const { connections } = this.userOf(user);
    for (const one of user.connections) {
      if (this.keys.has(one.key)) connections.add(this.connectionOf(one));
    }
  }

  private linkConnection(connection: Connection): void {
    const { parts } = this.connectionOf(connection);
    const isAwaited = this.awaited.has(connection.key);
    for (const part of connection.parts) {
      const copy = { ...part, user: this.userOf(part.user) };
      if (isAwaited) {
        copy.sentBytes = [...part.sentBytes];
        copy.receivedBytes = [...part.receivedBytes];
      }
      parts.push(copy);
    }
  }
}

function copyValues<T extends object>(map: ReadonlyMap<string, T>): Map<string, T> {
  const copies = new Map<string, T>();
  for (const [key, value] of map) copies.set(key, { ...value });
  return copies;
}

function forkTotals(totals: FlowTotals): FlowTotals {
  const byContainer: FlowTotals["byContainer"] = new Map();
  for (const [container, flows] of totals.byContainer) {
    byContainer.set(container, forkContainer(flows));
  }
  return { ...totals, byContainer };
}

/** Each total is shared until it is added to. */
function forkContainer(own: ContainerFlows): ContainerFlows {
  return { ...own, flows: new Map(own.flows), ports: new Map(own.ports), shared: own };
}

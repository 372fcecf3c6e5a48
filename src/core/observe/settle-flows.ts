/**
 * Holds how connections and processes that are over become totals, and all that is kept of flows.
 * In: connections, processes whose class is final. Out: totals, changed in place; facts at the end.
 * Must hand each connection on once, and wait with it for the last of its processes.
 */
import type { TimeUs } from "../event/event.ts";
import { isHostKey, networkKey } from "./container-key.ts";
import { addFarEnds, emitFlows } from "./emit-flows.ts";
import type { ContainerKey, Emit } from "./fact.ts";
import type { Connection, FinalUser, FlowUser } from "./flow-state.ts";
import { tallyAttempts, tallyConnection } from "./flow-tally.ts";
import { addFinal, createFlowTotals, type FlowTotals } from "./flow-totals.ts";
import type { ProcessNode, Release } from "./fold.ts";
import { nameHosts } from "./name-peers.ts";
import type { OpenFlows } from "./pack-flows.ts";
import { type CrowdedUser, isCrowded, type OpenEnds } from "./release-flows.ts";
import { chooseStale, createSocketBook, removeConnection } from "./socket-book.ts";

export interface FlowState extends OpenFlows {
  readonly totals: FlowTotals;
  /** Connections let go of while they were open: what comes later counts as others. */
  cutCount: number;
  sweptUs: TimeUs;
}

export function createFlowState(): FlowState {
  const totals = createFlowTotals();
  return { book: createSocketBook(), users: new Map(), loose: [], totals, cutCount: 0, sweptUs: 0 };
}

/** Hands a connection on to the edges of its processes. */
export function settle(state: FlowState, connection: Connection, retiring?: FlowUser): void {
  if (connection.isSettled) return;
  removeConnection(state.book, connection);
  tallyConnection(connection);
  for (const { user } of connection.parts) {
    // Of one that is just retiring more is to come.
    if (user.final !== undefined && user !== retiring) addFinal(state.totals, user, user.final);
  }
}

/** Lets go of the longest unused connections. */
export function makeRoom(state: FlowState): void {
  for (const one of chooseStale(state.book)) {
    if (one.endedUs === 0) state.cutCount += 1;
    settle(state, one);
  }
}

/** Its class is final: what it did is added, but for connections that others still have. */
export function finishUser(state: FlowState, user: FlowUser, node: ProcessNode): void {
  user.final = finalOf(user, node);
  for (const connection of [...user.connections]) {
    if (connection.parts.every((part) => part.user.final !== undefined)) {
      settle(state, connection, user);
    }
  }
  tallyAttempts(user);
  nameHosts(user, node);
  addFinal(state.totals, user, user.final);
}

function finalOf(user: FlowUser, node: ProcessNode): FinalUser {
  const { actor, binary, pid } = node;
  const isApart = user.ownNetwork > 0 && isHostKey(node.container);
  const container = isApart ? networkKey(node.node, user.ownNetwork) : node.container;
  return { container, actor, binary, pid };
}

/** Gives all that is left. */
export function finishFlows(state: FlowState, emit: Emit): void {
  for (const same of [...state.book.byKey.values()]) {
    for (const connection of [...same]) settle(state, connection);
  }
  emitFlows(state.totals, emit);
  if (state.cutCount > 0) emit(cutLoss(state.cutCount));
  state.book.ended.length = 0;
  state.users.clear();
}

function cutLoss(count: number): Parameters<Emit>[0] {
  return {
    kind: "loss",
    node: "",
    container: "",
    reason: "flow-eviction",
    sinceUs: 0,
    untilUs: 0,
    count,
    detail: "more connections were open at once than are kept: some count more than once",
  };
}

/** Processes that run for long, where the bounds of one are near. */
export function crowdedUsers(state: FlowState, { nodeOf }: Release): readonly CrowdedUser[] {
  return [...state.users.values()].filter(isCrowded).flatMap((user) => {
    const node = nodeOf(user.execId);
    if (node === undefined) return [];
    tallyAttempts(user);
    user.attempts.clear();
    nameHosts(user, node);
    const final = finalOf(user, node);
    const { tallies, listening } = user;
    const move = (): void => addFinal(state.totals, user, final);
    return [{ tallies, listening, container: final.container, move }];
  });
}

/** What connections and processes will still come to. **Cost**: linear in both. */
export function openEnds({ users, book }: FlowState): OpenEnds {
  const far = new Set<string>();
  const awaited = new Set<ContainerKey>();
  for (const { tallies, listening } of users.values()) {
    addFarEnds(far, tallies.values(), listening.values());
  }
  for (const one of [...book.byKey.values()].flat()) {
    const { protocol, local, localPort, acceptCount } = one;
    if (acceptCount > 0) addFarEnds(far, [], [{ protocol, address: local, port: localPort }]);
    for (const { user } of one.parts) {
      if (user.final !== undefined) awaited.add(user.final.container);
    }
  }
  return { far, awaited };
}

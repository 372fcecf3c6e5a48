/**
 * Holds the fold from events of sockets to flows: who talked to whom, over which port, how much.
 * In: events with their process. Out: one fact a container, direction, far end, port and actor;
 * one a listening port. Any number of connections stays one fact.
 * Must give the same in any order within some seconds, and never hold more than its bounds.
 */
import type { HookEvent, TimeUs } from "../event/event.ts";
import { notePart, noteState, partOf } from "./connection.ts";
import { selectFlows } from "./flow-part.ts";
import { noteAttempt, noteListening } from "./flow-ports.ts";
import { type Connection, createFlowUser, type FlowUser, type Happening } from "./flow-state.ts";
import type { Fold, ProcessNode, StepContext } from "./fold.ts";
import { forkFlows } from "./fork-flows.ts";
import {
  type Loose,
  type OpenFlows,
  type OpenFlowsDump,
  packOpenFlows,
  unpackOpenFlows,
} from "./pack-flows.ts";
import { releaseFlows } from "./release-flows.ts";
import {
  createFlowState,
  crowdedUsers,
  type FlowState,
  finishFlows,
  finishUser,
  makeRoom,
  openEnds,
  settle,
} from "./settle-flows.ts";
import {
  addConnection,
  connectionCountMax,
  findPartial,
  findWhole,
  isWhole,
  keyOf,
} from "./socket-book.ts";
import { readSocketEvent, type SocketEvent } from "./socket-event.ts";

type FlowDump = Omit<FlowState, keyof OpenFlows> & { readonly open: OpenFlowsDump };

/** **Unit**: microseconds of event time. */
const looseUs = 5_000_000;
const lingerUs = 10_000_000;
const idleUs = 120_000_000;
const dyingUs = 60_000_000;
const sweepUs = 30_000_000;
const looseCountMax = 16_384;

export function createFlows(): Fold<FlowState> {
  return {
    name: "flow",
    start: createFlowState,
    step(state, event, at) {
      if (!("hook" in event) || at.node === undefined) return;
      const socket = readSocketEvent(event);
      if (socket !== undefined) takeEvent(state, socket, { event, at, node: at.node });
    },
    retire,
    tick: sweep,
    release(state, about, emit) {
      const { totals } = state;
      const crowded = crowdedUsers(state, about);
      releaseFlows({ totals, crowded, open: () => openEnds(state) }, about, emit);
    },
    finish(state, emit) {
      takeLoose(state, Number.MAX_SAFE_INTEGER);
      finishFlows(state, emit);
    },
    companions: (state, part) => selectFlows(state, part).companions,
    dump({ totals, cutCount, sweptUs, ...open }): FlowDump {
      return { open: packOpenFlows(open), totals, cutCount, sweptUs };
    },
    load: (data) => {
      const { open, ...rest } = data as FlowDump;
      return { ...unpackOpenFlows(open), ...rest };
    },
    fork: (state, part) => forkFlows(state, part, selectFlows(state, part)),
  };
}

interface Parts {
  readonly event: HookEvent;
  readonly at: StepContext;
  readonly node: ProcessNode;
}

function takeEvent(state: FlowState, socket: SocketEvent, { event, at, node }: Parts): void {
  const user = userOf(state, node, event);
  const timeUs = event.timeUs > 0 ? event.timeUs : at.nowUs;
  const { input, offset, policy } = event;
  const here: Happening = { timeUs, input, offset, policy };
  if (socket.listenPort > 0) noteListener(user, socket, here);
  const { means } = socket;
  if (means === "elsewhere") return;
  if (means === "listen" || means === "bind") {
    notePort(user, socket, here);
    return;
  }
  if (socket.state === "TCP_LISTEN" || socket.nextState === "TCP_LISTEN") {
    if (means !== "close") notePort(user, socket, here);
    return;
  }
  if (isAlone(socket)) return;
  const key = keyOf(socket, event.node, node.container);
  if (isWhole(socket)) takeWhole(state, socket, { key, user, at: here, event });
  else takePart(state, socket, { key, user, at: here });
}

/** A socket that is connected to itself wakes its owner, and talks to nobody. */
function isAlone({ local, localPort, peer, peerPort }: SocketEvent): boolean {
  return localPort > 0 && localPort === peerPort && local === peer;
}

function userOf(state: FlowState, node: ProcessNode, event: HookEvent): FlowUser {
  let user = state.users.get(node.execId);
  if (user === undefined) {
    user = createFlowUser(node.execId, node.node);
    state.users.set(node.execId, user);
  }
  const network = event.process?.namespaces?.network;
  if (network !== undefined && event.process?.containerId === "" && !network.isHost) {
    user.ownNetwork = network.inum;
  }
  return user;
}

function noteListener(user: FlowUser, socket: SocketEvent, at: Happening): void {
  const { protocol, listenAddress, listenPort } = socket;
  noteListening(user, { protocol, address: listenAddress, port: listenPort, listens: true }, at);
}

/** A bound UDP port receives from anybody: it listens. Of TCP only a listen says so. */
function notePort(user: FlowUser, socket: SocketEvent, at: Happening): void {
  const { means, protocol, protocolKnown, localPort, askedPort, failed } = socket;
  const port = means === "bind" && askedPort > 0 ? askedPort : localPort;
  if (port === 0 || failed) return;
  const address = means === "bind" && askedPort > 0 ? socket.askedAddress : socket.local;
  const listens = means !== "bind" || (protocolKnown && protocol === "udp");
  noteListening(user, { protocol, address, port, listens }, at);
}

interface Whole {
  readonly key: string;
  readonly user: FlowUser;
  readonly at: Happening;
  readonly event: HookEvent;
}

function takeWhole(state: FlowState, socket: SocketEvent, whole: Whole): void {
  const { key, user, at, event } = whole;
  const isOwn = happensInProcess(socket, event);
  const connection = findWhole(state.book, key, socket);
  // Whoever closes may be the parent of the one that died, and is heard before it at times.
  if (socket.means === "close" || !isOwn) {
    if (connection === undefined) addLoose(state, socket, { key, user, at, isOwn });
    else noteEnd(state, connection, socket, at.timeUs);
    return;
  }
  const used = connection ?? openConnection(state, key, socket, at.timeUs);
  noteEnd(state, used, socket, at.timeUs);
  notePart(used, partOf(used, user, at), socket, at);
}

function openConnection(
  state: FlowState,
  key: string,
  socket: SocketEvent,
  timeUs: TimeUs,
): Connection {
  if (state.book.count >= connectionCountMax) makeRoom(state);
  return addConnection(state.book, key, socket, timeUs);
}

function noteEnd(
  state: FlowState,
  connection: Connection,
  socket: SocketEvent,
  timeUs: TimeUs,
): void {
  const wasOpen = connection.endedUs === 0;
  noteState(connection, socket, timeUs);
  if (wasOpen && connection.endedUs > 0) state.book.ended.push(connection);
}

/**
 * Whether the process of the event is the one that holds the socket. What a dying process closes
 * is told of its parent, with the thread of the dead one; in containers both are the container's.
 */
function happensInProcess({ means, protocol, nextState }: SocketEvent, event: HookEvent): boolean {
  if (means === "state") return nextState === "TCP_SYN_SENT";
  if (means === "packet") return protocol === "udp";
  if (means !== "close") return true;
  const { process, tid } = event;
  return process?.containerId !== "" || tid < 0 || tid === process.pid;
}

function takePart(
  state: FlowState,
  socket: SocketEvent,
  { key, user, at }: Omit<Whole, "event">,
): void {
  const { means, protocol, askedAddress, askedPort, peer, peerPort, cookie, failed } = socket;
  if (means === "connect") {
    const asked =
      askedPort > 0 ? { peer: askedAddress, port: askedPort } : { peer, port: peerPort };
    if (asked.peer !== "" && asked.port > 0) noteAttempt(user, { protocol, ...asked, failed }, at);
    return;
  }
  if (cookie === "" || peer === "" || means === "accept") return;
  addLoose(state, socket, { key, user, at, isOwn: false });
}

function addLoose(state: FlowState, socket: SocketEvent, rest: Omit<Loose, "socket">): void {
  state.loose.push({ socket: { ...socket }, ...rest });
  if (state.loose.length >= looseCountMax) takeLoose(state, rest.at.timeUs);
}

/** By time: each then finds the connection that its socket was. */
function takeLoose(state: FlowState, untilUs: TimeUs): void {
  if (state.loose.length === 0) return;
  const due = state.loose.filter(({ at }) => at.timeUs <= untilUs);
  if (due.length === 0) return;
  state.loose = state.loose.filter(({ at }) => at.timeUs > untilUs);
  for (const { socket, key, user, at, isOwn } of due) {
    const known = isWhole(socket)
      ? findWhole(state.book, key, socket)
      : findPartial(state.book, key, socket, at.timeUs);
    // Of a connection from before the sensor its end may be all that is seen.
    const connection = known ?? (isOwn ? openConnection(state, key, socket, at.timeUs) : undefined);
    if (connection === undefined) continue;
    noteEnd(state, connection, socket, at.timeUs);
    const isUse = socket.means === "send" || socket.means === "receive";
    if (isUse || known === undefined) {
      notePart(connection, partOf(connection, user, at), socket, at);
    }
  }
}

function sweep(state: FlowState, nowUs: TimeUs): void {
  takeLoose(state, nowUs - looseUs);
  const { ended } = state.book;
  if (ended.length > 0) {
    const rest = ended.filter((one) => {
      if (one.isSettled) return false;
      if (one.endedUs + lingerUs > nowUs) return true;
      settle(state, one);
      return false;
    });
    ended.length = 0;
    ended.push(...rest);
  }
  if (nowUs < state.sweptUs + sweepUs && nowUs >= state.sweptUs) return;
  state.sweptUs = nowUs;
  // Datagram sockets rarely tell that they end.
  for (const same of [...state.book.byKey.values()]) {
    for (const one of [...same]) {
      if (one.protocol === "udp" && one.lastUs + idleUs <= nowUs) settle(state, one);
    }
  }
}

function retire(state: FlowState, node: ProcessNode): void {
  const user = state.users.get(node.execId);
  if (user === undefined) return;
  state.users.delete(node.execId);
  // What a dying process closed is told a moment after its end.
  takeLoose(state, node.exitUs > 0 ? node.exitUs + dyingUs : Number.MAX_SAFE_INTEGER);
  finishUser(state, user, node);
}

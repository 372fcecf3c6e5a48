/**
 * Holds what an event says of a socket: whose ends, what was done, with how many bytes.
 * In: events of hooks that carry sockets or addresses. Out: one reused record an event.
 * Must never take a call that failed for one that happened, nor a path for an address.
 */
import type { Argument, HookEvent, SocketAddressArgument, SocketArgument } from "../event/event.ts";
import { plainAddress } from "../event/ip-address.ts";
import type { Protocol } from "./fact.ts";
import { hookOfEvent, type SocketLayer, type SocketMeaning } from "./network-hooks.ts";
import { rememberAnswers } from "./remember-answers.ts";

export interface SocketEvent {
  means: SocketMeaning;
  layer: SocketLayer;
  protocol: Protocol;
  /** False where neither hook nor socket tells the protocol: `tcp` is then a guess. */
  protocolKnown: boolean;
  /** "" and 0 where the kernel no longer, or not yet, tells. One spelling an address. */
  local: string;
  localPort: number;
  peer: string;
  peerPort: number;
  /** "" where the event carries none. */
  cookie: string;
  /** `TCP_…` before the call; "" unknown. */
  state: string;
  /** Of `state` hooks: the state it changes to; "" else. */
  nextState: string;
  /** **Unit**: bytes handed over or received; 0 for calls that failed. */
  sizeBytes: number;
  /** The call ended with an error that is no "later". */
  failed: boolean;
  /** What an accepting call listens on; "" and 0 unknown. */
  listenAddress: string;
  listenPort: number;
  /** Where a `connect` or `bind` was asked to go: its address argument. */
  askedAddress: string;
  askedPort: number;
}

const shared: SocketEvent = {
  means: "exists",
  layer: 0,
  protocol: "tcp",
  protocolKnown: false,
  local: "",
  localPort: 0,
  peer: "",
  peerPort: 0,
  cookie: "",
  state: "",
  nextState: "",
  sizeBytes: 0,
  failed: false,
  listenAddress: "",
  listenPort: 0,
  askedAddress: "",
  askedPort: 0,
};

/** Field by field: `Object.assign` takes longer than all the rest of an event. */
function clearShared(): void {
  shared.local = "";
  shared.localPort = 0;
  shared.peer = "";
  shared.peerPort = 0;
  shared.cookie = "";
  shared.state = "";
  shared.nextState = "";
  shared.sizeBytes = 0;
  shared.failed = false;
  shared.listenAddress = "";
  shared.listenPort = 0;
  shared.askedAddress = "";
  shared.askedPort = 0;
}

/** The latest answer: several folds ask the same of one event, one after the other. */
let latestEvent: HookEvent | undefined;
let latestSocket: SocketEvent | undefined;

/** Undefined for events that tell of no socket. The record is reused: copy what is kept. */
export function readSocketEvent(event: HookEvent): SocketEvent | undefined {
  if (event !== latestEvent) {
    latestEvent = event;
    latestSocket = readSocket(event);
  }
  return latestSocket;
}

function readSocket(event: HookEvent): SocketEvent | undefined {
  const hook = hookOfEvent(event);
  if (hook === undefined) return undefined;
  const { means, layer, protocol, sizeAt } = hook;
  clearShared();
  shared.means = means;
  shared.layer = layer;
  const given = socketOf(event, means);
  const asked = addressOf(event);
  if (given === undefined && asked === undefined) return undefined;
  const told = protocol === "" ? protocolOf(given) : protocol;
  if (told === undefined) return undefined;
  shared.protocolKnown = told !== "";
  shared.protocol = told === "" ? "tcp" : told;
  if (given !== undefined) takeSocket(given);
  if (asked !== undefined) {
    shared.askedAddress = plain(asked.address);
    shared.askedPort = asked.port;
  }
  if (means === "accept") takeListener(event);
  takeResult(event, sizeAt);
  return shared;
}

/** Whether an event has a socket, or an address of one, that `readSocketEvent` looks at. */
export function tellsOfSocket(event: HookEvent): boolean {
  return hookOfEvent(event) !== undefined && hasSocket(event);
}

function hasSocket(event: HookEvent): boolean {
  return (
    firstSocket(event) !== undefined ||
    event.returned?.kind === "socket" ||
    addressOf(event) !== undefined
  );
}

/** An accepting call returns the new socket; all others are about their first one. */
function socketOf(event: HookEvent, means: SocketMeaning): SocketArgument | undefined {
  const { returned } = event;
  if (means === "accept") return returned?.kind === "socket" ? returned : firstSocket(event);
  return firstSocket(event) ?? (returned?.kind === "socket" ? returned : undefined);
}

function firstSocket(event: HookEvent): SocketArgument | undefined {
  for (const argument of event.arguments) if (argument.kind === "socket") return argument;
  return undefined;
}

function addressOf(event: HookEvent): SocketAddressArgument | undefined {
  for (const argument of event.arguments) {
    if (argument.kind === "socket-address" && /INET/.test(argument.family)) return argument;
  }
  return undefined;
}

/** Undefined for protocols that are neither; "" where the socket does not say. */
function protocolOf(socket: SocketArgument | undefined): Protocol | "" | undefined {
  if (socket === undefined) return "";
  const { protocol, state } = socket;
  if (/TCP$/.test(protocol)) return "tcp";
  if (/UDP(?:LITE)?$/.test(protocol)) return "udp";
  if (protocol === "" || /IPPROTO_IP$/.test(protocol)) return /^TCP_/.test(state) ? "tcp" : "";
  return undefined;
}

function takeSocket(socket: SocketArgument): void {
  shared.local = plain(socket.sourceAddress);
  shared.localPort = socket.sourcePort;
  const peer = plain(socket.destinationAddress);
  shared.peer = isUnspecified(peer) ? "" : peer;
  shared.peerPort = socket.destinationPort;
  shared.cookie = socket.cookie === "0" ? "" : socket.cookie;
  shared.state = socket.state;
}

/** The listening socket is the argument; the result of a call that would block has no address. */
function takeListener(event: HookEvent): void {
  const listener = firstSocket(event);
  if (listener === undefined || listener.sourcePort === 0) return;
  if (listener.state !== "" && listener.state !== "TCP_LISTEN") return;
  shared.listenAddress = plain(listener.sourceAddress);
  shared.listenPort = listener.sourcePort;
}

/** **Source**: Linux `asm-generic/errno.h`: EINTR, EAGAIN, EALREADY, EINPROGRESS. */
const laterErrors: ReadonlySet<number> = new Set([4, 11, 114, 115, 512]);

function takeResult(event: HookEvent, sizeAt: number): void {
  const { returned } = event;
  const result = returned?.kind === "integer" ? signed(returned.value) : undefined;
  const isError = result !== undefined && result < 0;
  if (isError) shared.failed = result > -4096 && !laterErrors.has(-result);
  const { means } = shared;
  if (means === "state") {
    shared.nextState = states[lastNumber(event)] ?? "";
  } else if (means === "receive") {
    // Its argument is the room there was, not what came; only this one is told what came.
    const told = result ?? (/cleanup_rbuf$/.test(event.hook) ? sizeOf(event, sizeAt) : 0);
    shared.sizeBytes = Math.max(0, told);
  } else if (means === "send" && !isError) {
    shared.sizeBytes = Math.max(0, result ?? sizeOf(event, sizeAt));
  }
}

/** **Source**: Linux `net/tcp_states.h`. */
const states: readonly string[] = [
  "",
  "TCP_ESTABLISHED",
  "TCP_SYN_SENT",
  "TCP_SYN_RECV",
  "TCP_FIN_WAIT1",
  "TCP_FIN_WAIT2",
  "TCP_TIME_WAIT",
  "TCP_CLOSE",
  "TCP_CLOSE_WAIT",
  "TCP_LAST_ACK",
  "TCP_LISTEN",
  "TCP_CLOSING",
  "TCP_SYN_RECV",
];

function sizeOf(event: HookEvent, sizeAt: number): number {
  let at = 0;
  let found = 0;
  for (const argument of event.arguments) {
    if (argument.kind !== "integer") continue;
    if (/size|len|bytes|copied|count/i.test(argument.label)) return signed(argument.value);
    if (at === 0 || at === sizeAt) found = signed(argument.value);
    at += 1;
  }
  return found;
}

function lastNumber(event: HookEvent): number {
  const last = event.arguments.findLast((one: Argument) => one.kind === "integer");
  return last?.kind === "integer" ? last.value : 0;
}

/** Some events carry negative results as large unsigned ones; of 64 bits the digits are lost. */
function signed(value: number): number {
  if (value > 1.8e19) return -4096;
  return value > 0x7fff_ffff && value <= 0xffff_ffff && value > 4_294_963_200
    ? value - 0x1_0000_0000
    : value;
}

/** **Cost**: one lookup for an address seen before. */
const plain = rememberAnswers(plainAddress, 16_384);

/** The address that stands for none, or for all of a machine's own. */
export function isUnspecified(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

/**
 * Holds one connection to a Tetragon server, from its opening to its end.
 * In: an address. Out: messages as they come, once what the server is and which processes run
 * there, and in the end a sentence why it ended. Must never pause the stream: the server would
 * drop events where nobody counts them for us.
 */

import { setTimeout as wait } from "node:timers/promises";
import { dumpFlags } from "../../core/event/process-flags.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { TetragonAddress } from "../../ports/tetragon-control.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import {
  askServer,
  callServer,
  failureOf,
  isUnimplemented,
  type ServerCall,
  tellFailure,
} from "./call-server.ts";
import { readInfo, readVersion } from "./decode-answer.ts";
import { emptyRequest, encodeDumpRequest, pathOf } from "./encode-request.ts";
import { type Connection, runCall, status } from "./grpc-call.ts";
import { type Dumping, type KnownProcesses, readKnownProcesses } from "./known-processes.ts";
import { socketPathOf, withConnection } from "./open-connection.ts";
import { readSocketStamp, type ServerIdentity, wasRestarted } from "./server-identity.ts";

export interface SessionOptions {
  readonly address: TetragonAddress;
  readonly signal: AbortSignal;
  /** **Unit**: milliseconds until a call that is not answered counts as failed. */
  readonly answerMs: number;
  /** **Unit**: milliseconds without a message before the server is asked for a sign of life. */
  readonly quietMs: number;
  /** The server of the connection before; undefined: none is known. */
  readonly before: ServerIdentity | undefined;
}

export interface Greeting {
  readonly identity: ServerIdentity;
  readonly known: KnownProcesses | undefined;
  /** Why running processes are not known; "" when they are. */
  readonly knownTrouble: string;
}

export interface SessionListener {
  message(bytes: Uint8Array): void;
  /** At most once. Messages may have come before: the stream is opened first. */
  greeted(greeting: Greeting): void;
}

/** Why the session ended, in words. Never rejects but for our own defects. */
export async function runSession(
  options: SessionOptions,
  listener: SessionListener,
): Promise<string> {
  try {
    return await withConnection(options.address, (connection) =>
      listen(connection, options, listener),
    );
  } catch (error) {
    return tellTrouble(error);
  }
}

async function listen(
  connection: Connection,
  options: SessionOptions,
  listener: SessionListener,
): Promise<string> {
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const { answerMs: deadlineMs } = options;
  const { address } = options.address;
  const server: ServerCall = { connection, address, deadlineMs, signal };
  const pulse = { messageCount: 0 };
  const stream = openStream(server, (bytes) => {
    pulse.messageCount += 1;
    listener.message(bytes);
  });
  const watch = watchServer(server, { options, listener, pulse });
  try {
    return await Promise.race([stream, watch]);
  } finally {
    ending.abort();
    await Promise.all([stream, watch]);
  }
}

/** Resolves when the stream has ended, whatever the reason. */
async function openStream(
  { connection, address, signal }: ServerCall,
  onMessage: (bytes: Uint8Array) => void,
): Promise<string> {
  const path = pathOf("GetEvents");
  const end = await runCall(connection, { path, request: emptyRequest, signal, onMessage });
  if (signal.aborted) return "it was stopped";
  if (end.code === status.ok) return `Tetragon at ${makeVisible(address)} ended the stream`;
  return tellFailure(failureOf(end), address, "GetEvents").message;
}

interface Watch {
  readonly options: SessionOptions;
  readonly listener: SessionListener;
  readonly pulse: { messageCount: number };
}

/** Resolves when the server is found to be gone, or the session ended otherwise. */
async function watchServer(server: ServerCall, watch: Watch): Promise<string> {
  const { options, listener, pulse } = watch;
  try {
    const greeting = await greet(server, options.before);
    if (server.signal.aborted) return "it was stopped";
    listener.greeted(greeting);
    let count = pulse.messageCount;
    while (await passes(options.quietMs, server.signal)) {
      if (pulse.messageCount === count) await giveSign(server);
      count = pulse.messageCount;
    }
    return "it was stopped";
  } catch (error) {
    return tellTrouble(error);
  }
}

/**
 * A call instead of HTTP/2 pings: servers of Go end a connection that pings more often than every
 * five minutes while nothing else comes. It also finds a server that hangs.
 */
async function giveSign(server: ServerCall): Promise<void> {
  try {
    await callServer(server, { call: "GetVersion", request: emptyRequest });
  } catch (error) {
    // Whatever it says, it is there.
    if (!isRefusal(error)) throw error;
  }
}

async function greet(server: ServerCall, before: ServerIdentity | undefined): Promise<Greeting> {
  const { address } = server;
  const asked = { call: "GetVersion", request: emptyRequest } as const;
  const version = await tolerate(askServer(server, asked, readVersion));
  const info = await tolerate(
    askServer(server, { call: "GetInfo", request: emptyRequest }, readInfo),
  );
  const said = {
    version: version ?? info?.version ?? "",
    commit: info?.commit ?? "",
    socket: await readSocketStamp(socketPathOf(address)),
  };
  const dump = await askKnown(server, (dumping) => flagsOf(before, { ...said, ...dumping }));
  const { node = "", serverIds = [] } = dump.known ?? {};
  return { identity: { ...said, node, serverIds }, ...dump };
}

/** What one that was started anew tells is a listing like any other. */
function flagsOf(before: ServerIdentity | undefined, now: ServerIdentity): string {
  if (before === undefined) return dumpFlags.asked;
  return wasRestarted(before, now) ? "" : `${dumpFlags.asked} ${dumpFlags.sameServer}`;
}

/** What a server refuses to say is not known; that it is gone ends the session. */
async function tolerate<Answer>(work: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof WaggleError && error.code === "tetragon-refused";
}

type Known = Pick<Greeting, "known" | "knownTrouble">;

/** Whatever goes wrong here, the stream goes on: a dump may be larger than we take. */
async function askKnown(server: ServerCall, flags: (dumping: Dumping) => string): Promise<Known> {
  try {
    const request = encodeDumpRequest();
    const answer = await callServer(server, { call: "GetDebug", request });
    const known = await readKnownProcesses(answer, flags);
    return { known, knownTrouble: known === undefined ? "its listing cannot be read" : "" };
  } catch (error) {
    const trouble = isUnimplemented(error) ? "this version cannot tell" : tellTrouble(error);
    return { known: undefined, knownTrouble: trouble };
  }
}

function tellTrouble(error: unknown): string {
  if (error instanceof WaggleError) return error.message;
  throw error;
}

/** False when the signal came first. */
async function passes(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await wait(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

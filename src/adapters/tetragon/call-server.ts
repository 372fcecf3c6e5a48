/**
 * Holds one call to a Tetragon server, and how its failures are told.
 * In: a connection, a call, the bytes of its request. Out: what was read from the answer, or a
 * `WaggleError`. What a server says is made visible before it stands in a sentence.
 */
import type { ProtobufCursor } from "../../core/event/protobuf-cursor.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { type CallName, pathOf } from "./encode-request.ts";
import { type CallEnd, type Connection, runCall, status } from "./grpc-call.ts";
import { tryMessage } from "./read-fields.ts";

export interface ServerCall {
  readonly connection: Connection;
  /** As it was configured, for sentences. */
  readonly address: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

export interface Question {
  readonly call: CallName;
  readonly request: Uint8Array;
}

/** **Errors**: `connection-failed` when nobody answered, `tetragon-refused` when Tetragon did. */
export async function callServer(server: ServerCall, question: Question): Promise<Uint8Array> {
  const { connection, address, deadlineMs, signal } = server;
  const { call, request } = question;
  let answer: Uint8Array | undefined;
  const onMessage = (bytes: Uint8Array) => {
    answer = bytes;
  };
  const path = pathOf(call);
  const end = await runCall(connection, { path, request, deadlineMs, signal, onMessage });
  if (end.code !== status.ok) throw tellFailure(failureOf(end), address, call);
  if (answer === undefined) throw unreadable(address, call);
  return answer;
}

/** An end as an error, for `cause`. */
export function failureOf({ code, details }: CallEnd): Error {
  return Object.assign(new Error(`${code} ${details}`), { code, details });
}

/** The same, with the answer read. **Errors**: also `tetragon-refused` for what is no answer. */
export async function askServer<Answer>(
  server: ServerCall,
  question: Question,
  read: (cursor: ProtobufCursor, end: number) => Answer,
): Promise<Answer> {
  const answer = tryMessage(await callServer(server, question), read);
  if (answer === undefined) throw unreadable(server.address, question.call);
  return answer;
}

function unreadable(address: string, call: CallName): WaggleError {
  return new WaggleError(
    "tetragon-refused",
    `What ${makeVisible(address)} answers to ${call} is no answer of Tetragon`,
  );
}

/** Nobody answered, or nobody in time: trying again may help. */
const unreached: ReadonlySet<number> = new Set([
  status.unavailable,
  status.deadlineExceeded,
  status.cancelled,
]);

export function tellFailure(error: unknown, address: string, call: CallName): WaggleError {
  const { code, reason } = readFailure(error);
  const shown = makeVisible(address);
  return unreached.has(code)
    ? new WaggleError("connection-failed", `Tetragon at ${shown} cannot be reached: ${reason}`, {
        cause: error,
        retryable: true,
      })
    : new WaggleError("tetragon-refused", `Tetragon at ${shown} refused ${call}: ${reason}`, {
        cause: error,
      });
}

/** True where the server is older than the call. */
export function isUnimplemented(error: unknown): boolean {
  if (!(error instanceof WaggleError)) return false;
  return readFailure(error.cause).code === status.unimplemented;
}

interface Failure {
  readonly code: number;
  readonly reason: string;
}

const reasonLengthMax = 1000;

function readFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: status.unknown, reason: "no reason was given" };
  const code = "code" in error && typeof error.code === "number" ? error.code : status.unknown;
  const details = "details" in error && typeof error.details === "string" ? error.details : "";
  if (code === status.deadlineExceeded) return { code, reason: "it did not answer in time" };
  const reason = details === "" ? error.message : details;
  // Node's advice how to start Node is none for who started waggle.
  const own = reason.replace(/; if the root CA is installed locally, try running Node.*/s, "");
  return { code, reason: makeVisible(own, reasonLengthMax) };
}

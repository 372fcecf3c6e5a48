/**
 * Holds one call to a Tetragon server, and how its failures are told.
 * In: a client, a call, the bytes of its request. Out: what was read from the answer, or a
 * `WaggleError`. What a server says is made visible before it stands in a sentence.
 */
import { type Client, status } from "@grpc/grpc-js";
import type { ProtobufCursor } from "../../core/event/protobuf-cursor.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { type CallName, pathOf } from "./encode-request.ts";
import { tryMessage } from "./read-fields.ts";

export interface ServerCall {
  readonly client: Client;
  /** As it was configured, for sentences. */
  readonly address: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

export interface Question {
  readonly call: CallName;
  readonly request: Uint8Array;
}

/** Bytes as they are: grpc-js hands a buffer of its own for each message. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
export const asBytes = (bytes: Buffer): Uint8Array => bytes;

/** **Errors**: `connection-failed` when nobody answered, `tetragon-refused` when Tetragon did. */
export function callServer(server: ServerCall, question: Question): Promise<Uint8Array> {
  const { client, address, deadlineMs, signal } = server;
  const { call, request } = question;
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + deadlineMs };
    const running = client.makeUnaryRequest(
      pathOf(call),
      asBuffer,
      asBytes,
      request,
      options,
      (error, answer) => {
        signal.removeEventListener("abort", cancel);
        if (error !== null) reject(tellFailure(error, address, call));
        else if (answer === undefined) reject(unreadable(address, call));
        else resolve(answer);
      },
    );
    const cancel = () => running.cancel();
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel, { once: true });
  });
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
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
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
  return readFailure(error.cause).code === status.UNIMPLEMENTED;
}

interface Failure {
  readonly code: number;
  readonly reason: string;
}

const reasonLengthMax = 1000;

function readFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: status.UNKNOWN, reason: "no reason was given" };
  const code = "code" in error && typeof error.code === "number" ? error.code : status.UNKNOWN;
  const details = "details" in error && typeof error.details === "string" ? error.details : "";
  if (code === status.DEADLINE_EXCEEDED) return { code, reason: "it did not answer in time" };
  // grpc-js puts the reason of the system into the middle of a sentence of its own.
  const system = /Last error: (?:Error: )?(.+?)\.?(?: Resolution note:.*)?$/s.exec(details)?.[1];
  const reason = system ?? (details === "" ? error.message : details);
  // Node's advice how to start Node is none for who started waggle.
  const own = reason.replace(/; if the root CA is installed locally, try running Node.*/s, "");
  return { code, reason: makeVisible(own, reasonLengthMax) };
}

/**
 * Holds the port `TetragonControl` over gRPC: what a server is, and which policies it holds.
 * In: an address. Out: answers, each over a connection of its own, which is closed again: calls
 * are seldom, and keys may have been renewed since the last one.
 */
import type {
  LoadedPolicy,
  ServerInfo,
  TetragonAddress,
  TetragonControl,
} from "../../ports/tetragon-control.ts";
import { askServer, callServer, isUnimplemented, type ServerCall } from "./call-server.ts";
import { readInfo, readPolicies, readVersion } from "./decode-answer.ts";
import { emptyRequest, encodeAddPolicy, encodeDeletePolicy } from "./encode-request.ts";
import { checkAddress, withConnection } from "./open-connection.ts";

/** **Unit**: milliseconds. Loading a policy into the kernel takes seconds. */
export interface ControlDeadlines {
  readonly answerMs?: number;
  readonly loadMs?: number;
}

/** **Errors**: `usage` for an address that is none. */
export function createTetragonControl(
  address: TetragonAddress,
  { answerMs = 10_000, loadMs = 60_000 }: ControlDeadlines = {},
): TetragonControl {
  checkAddress(address);
  const closing = new AbortController();
  const ask = <Answer>(
    deadlineMs: number,
    question: (server: ServerCall) => Promise<Answer>,
  ): Promise<Answer> =>
    withConnection(address, (connection) => {
      const { signal } = closing;
      return question({ connection, address: address.address, deadlineMs, signal });
    });
  return {
    address: address.address,
    info: () => ask(answerMs, askInfo),
    policies: () => ask(answerMs, askPolicies),
    addPolicy: (yaml) =>
      ask(loadMs, async (server) => {
        await callServer(server, { call: "AddTracingPolicy", request: encodeAddPolicy(yaml) });
      }),
    deletePolicy: (name, namespace) =>
      ask(answerMs, async (server) => {
        const request = encodeDeletePolicy(name, namespace);
        await callServer(server, { call: "DeleteTracingPolicy", request });
      }),
    close: () => closing.abort(),
  };
}

async function askInfo(server: ServerCall): Promise<ServerInfo> {
  try {
    const question = { call: "GetInfo", request: emptyRequest } as const;
    const { version, features } = await askServer(server, question, readInfo);
    return { version, node: "", features };
  } catch (error) {
    if (!isUnimplemented(error)) throw error;
    const question = { call: "GetVersion", request: emptyRequest } as const;
    const version = await askServer(server, question, readVersion);
    return { version, node: "", features: new Map() };
  }
}

function askPolicies(server: ServerCall): Promise<readonly LoadedPolicy[]> {
  return askServer(server, { call: "ListTracingPolicies", request: emptyRequest }, readPolicies);
}

/**
 * Holds the gRPC server of a replay: `tetragon.FineGuidanceSensors` over a socket or a port.
 * In: a request with a recording. Out: a running server that any client of Tetragon may use.
 * Must never hold a recording: it is pulled as clients take it. Filters of clients are passed over.
 */
import {
  logVerbosity,
  Server,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  setLogVerbosity,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { BrokenMessage } from "../../core/event/protobuf-cursor.ts";
import type { ReplayRequest, ReplayServer, RunningReplay } from "../../ports/replay-server.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { answers, type Keeping } from "./answer-calls.ts";
import { bindServer } from "./bind-server.ts";
import { PolicyList } from "./policy-list.ts";
import { ProcessCache } from "./process-cache.ts";
import { Fields } from "./read-fields.ts";
import { Refusal } from "./refusal.ts";
import { serveEvents } from "./serve-events.ts";

const serviceName = "tetragon.FineGuidanceSensors";

export function createReplayServer(): ReplayServer {
  // It would write to standard error by itself what is told as an error anyway.
  setLogVerbosity(logVerbosity.NONE);
  return { listen };
}

async function listen(request: ReplayRequest): Promise<RunningReplay> {
  const policies = new PolicyList();
  for (const text of request.policies) preload(policies, text);
  const keeping: Keeping = {
    policies,
    processes: new ProcessCache(),
    onPolicy: (kind, policy) => request.onNote({ kind, policy }),
  };
  const streams = new Streams(request, keeping.processes);
  const server = new Server();
  server.addService(defineService(), {
    ...answerCalls(request, keeping),
    GetEvents: (call: ServerWritableStream<Buffer, Buffer>) => void streams.serve(call),
  });
  const address = await bindServer(server, request.address);
  return {
    address,
    close: async () => {
      streams.stop();
      await shutDown(server);
    },
  };
}

/** A client that takes nothing any more does not hold up the end. */
const graceMs = 500;

async function shutDown(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
  server.forceShutdown();
}

function preload(policies: PolicyList, text: string): void {
  try {
    policies.preload(text);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new WaggleError(
      "input-unsupported",
      `A policy to begin with is refused: ${error.message}`,
    );
  }
}

function defineService(): ServiceDefinition {
  const pass = (bytes: Buffer) => bytes;
  const define = (call: string, responseStream: boolean) => ({
    path: `/${serviceName}/${call}`,
    requestStream: false,
    responseStream,
    requestSerialize: pass,
    requestDeserialize: pass,
    responseSerialize: pass,
    responseDeserialize: pass,
  });
  const calls = Object.keys(answers).map((call) => [call, define(call, false)] as const);
  return { ...Object.fromEntries(calls), GetEvents: define("GetEvents", true) };
}

function answerCalls(request: ReplayRequest, keeping: Keeping): UntypedServiceImplementation {
  const handlers = Object.entries(answers).map(([call, answer]) => {
    const handle = (asked: { request: Buffer }, reply: sendUnaryData<Buffer>): void => {
      try {
        reply(null, toBuffer(answer(new Fields(asked.request), keeping)));
      } catch (error) {
        const refused = tellRefusal(error);
        request.onNote({ kind: "call-refused", call, reason: refused.details });
        reply(refused);
      }
    };
    return [call, handle] as const;
  });
  return Object.fromEntries(handlers);
}

function tellRefusal(error: unknown): { code: status; details: string } {
  if (error instanceof Refusal) return { code: status.UNKNOWN, details: error.message };
  if (error instanceof BrokenMessage) {
    const details =
      "grpc: error unmarshalling request: proto: cannot parse invalid wire-format data";
    return { code: status.INTERNAL, details };
  }
  throw error;
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The streams of events that are open. */
class Streams {
  private readonly request: ReplayRequest;
  private readonly processes: ProcessCache;
  private readonly open = new Set<() => void>();
  private count = 0;

  constructor(request: ReplayRequest, processes: ProcessCache) {
    this.request = request;
    this.processes = processes;
  }

  /** Ends each as Tetragon does when it stops. */
  stop(): void {
    for (const end of [...this.open]) end();
  }

  async serve(call: ServerWritableStream<Buffer, Buffer>): Promise<void> {
    const { request, processes } = this;
    const client = ++this.count;
    const controller = new AbortController();
    const { signal } = controller;
    let eventCount = 0;
    const leave = (): void => {
      if (!this.open.delete(end)) return;
      controller.abort();
      request.onNote({ kind: "client-left", client, eventCount });
    };
    const fail = (code: status, details: string): void => {
      call.emit("error", { code, details });
    };
    const end = (): void => {
      leave();
      fail(status.CANCELLED, "context canceled");
    };
    // Events begin at the first one again: nobody may be told of processes that are still to come.
    if (this.open.size === 0) processes.clear();
    this.open.add(end);
    call.once("cancelled", leave);
    request.onNote({ kind: "client-connected", client });
    const stream = { write: (bytes: Uint8Array) => call.write(toBuffer(bytes)), events: call };
    const onSent = (message: Uint8Array): void => {
      eventCount++;
      processes.note(message);
    };
    try {
      const isWhole = await serveEvents(stream, request.open(signal), { signal, onSent });
      if (!isWhole) return;
      request.onNote({ kind: "recording-served", client, eventCount });
      if (!request.endsStream) return;
      leave();
      call.end();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      request.onNote({ kind: "recording-failed", client, reason });
      leave();
      fail(status.INTERNAL, "the recording cannot be read");
    }
  }
}

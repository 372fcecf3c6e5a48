/**
 * Holds a gRPC server that speaks for Tetragon in tests of clients: it answers with bytes as it is
 * told, over a real socket.
 * In: which calls it knows, bytes of events. Out: an address, what was asked, streams to write to.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  status,
} from "@grpc/grpc-js";
import { ProtobufWriter } from "../core/event/protobuf-writer.ts";

const asBytes = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

/** What a call answers: bytes, or a refusal. */
export type RawAnswer = Uint8Array | { readonly code: number; readonly details: string };
export type RawCall = (request: Uint8Array) => RawAnswer | Promise<RawAnswer>;

export interface RawServerOptions {
  /** By name; calls that are not here are not implemented. */
  readonly calls?: Readonly<Record<string, RawCall>>;
  /** "" takes a free port of 127.0.0.1. */
  readonly socketPath?: string;
  readonly port?: number;
  readonly credentials?: ServerCredentials;
}

type Stream = ServerWritableStream<Uint8Array, Uint8Array>;

export class RawTetragonServer {
  address = "";
  port = 0;
  readonly streams = new Set<Stream>();
  /** Names of the calls, in the order they came. */
  readonly asked: string[] = [];
  /** Request of the latest GetEvents. */
  eventsRequest: Uint8Array | undefined;
  private readonly server = new Server({ "grpc.max_receive_message_length": -1 });
  private waiting: (() => void)[] = [];

  static async start(options: RawServerOptions = {}): Promise<RawTetragonServer> {
    const started = new RawTetragonServer();
    started.server.addService(started.definition(), started.handlers(options.calls ?? {}));
    const { socketPath = "", port = 0 } = options;
    const address = socketPath === "" ? `127.0.0.1:${port}` : `unix://${socketPath}`;
    const credentials = options.credentials ?? ServerCredentials.createInsecure();
    started.port = await new Promise<number>((resolve, reject) => {
      started.server.bindAsync(address, credentials, (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    started.address = socketPath === "" ? `127.0.0.1:${started.port}` : address;
    return started;
  }

  private definition(): Record<string, ReturnType<typeof define>> {
    const names = ["GetVersion", "GetInfo", "GetDebug", "ListTracingPolicies"];
    const all = [...names, "AddTracingPolicy", "DeleteTracingPolicy", "GetEvents"];
    return Object.fromEntries(all.map((name) => [name, define(name)]));
  }

  private handlers(
    calls: Readonly<Record<string, RawCall>>,
  ): Record<string, handleUnaryCall<Uint8Array, Uint8Array> | Streaming> {
    const events: Streaming = (stream) => {
      this.asked.push("GetEvents");
      this.eventsRequest = stream.request;
      this.streams.add(stream);
      stream.on("cancelled", () => this.streams.delete(stream));
      for (const tell of this.waiting.splice(0)) tell();
    };
    const unary = Object.entries(calls).map(([name, call]) => {
      const handle: handleUnaryCall<Uint8Array, Uint8Array> = (one, answer) => {
        this.asked.push(name);
        Promise.resolve(call(one.request)).then(
          (said) => {
            if (said instanceof Uint8Array) answer(null, said);
            else answer(said);
          },
          (error: unknown) => answer({ code: status.INTERNAL, details: String(error) }),
        );
      };
      return [name, handle] as const;
    });
    return { GetEvents: events, ...Object.fromEntries(unary) };
  }

  /** Resolves when somebody listens to events. */
  async streamed(): Promise<Stream> {
    if (this.streams.size === 0) await new Promise<void>((tell) => this.waiting.push(tell));
    const [stream] = this.streams;
    if (stream === undefined) throw new Error("no stream");
    return stream;
  }

  /** To the stream that is open, at the pace that it takes. */
  async send(messages: Iterable<Uint8Array>): Promise<void> {
    const stream = await this.streamed();
    for (const message of messages) {
      if (!stream.write(message)) await new Promise((drained) => stream.once("drain", drained));
    }
  }

  /** As a server that stops: streams and connections end at once. */
  stop(): void {
    this.server.forceShutdown();
    this.streams.clear();
  }
}

type Streaming = handleServerStreamingCall<Uint8Array, Uint8Array>;

function define(name: string) {
  return {
    path: `/tetragon.FineGuidanceSensors/${name}`,
    requestStream: false,
    responseStream: name === "GetEvents",
    requestSerialize: asBytes,
    requestDeserialize: (bytes: Buffer): Uint8Array => bytes,
    responseSerialize: asBytes,
    responseDeserialize: (bytes: Buffer): Uint8Array => bytes,
  };
}

/** A path for a socket, and the folder that goes with it. */
export function socketFolder(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "waggle-socket-"));
  return {
    path: join(folder, "tetragon.sock"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function versionAnswer(version: string): Uint8Array {
  return new ProtobufWriter().text(1, version).finish();
}

export interface SampleProcess {
  readonly execId: string;
  readonly binary: string;
  readonly flags: string;
}

/** As in a dump of the process cache; started at second 1,700,000,000. */
export function encodeProcess({ execId, binary, flags }: SampleProcess): Uint8Array {
  const pid = new ProtobufWriter().varint(1, 42).finish();
  const start = new ProtobufWriter().varint(1, 1_700_000_000).varint(2, 5000).finish();
  const writer = new ProtobufWriter().text(1, execId).part(2, pid).text(5, binary);
  return writer.text(7, flags).part(8, start).text(99, "a later version's field").finish();
}

/** `GetDebugResponse` with these processes. */
export function dumpAnswer(processes: readonly Uint8Array[]): Uint8Array {
  const list = new ProtobufWriter();
  for (const process of processes) {
    const refcnt = new ProtobufWriter().varint(1, 1).finish();
    const writer = new ProtobufWriter().part(1, process).text(2, "inUse").part(3, refcnt);
    list.part(1, writer.finish());
  }
  return new ProtobufWriter().varint(1, 1).part(3, list.finish()).finish();
}

/** An `exec_id` as Tetragon makes it. */
export function execIdOf(node: string, bootNs: number, pid: number): string {
  return Buffer.from(`${node}:${bootNs}:${pid}`).toString("base64");
}

/** A `GetEventsResponse` with an exec event of this process. */
export function execEvent(process: Uint8Array): Uint8Array {
  const exec = new ProtobufWriter().part(1, process).finish();
  return new ProtobufWriter().part(1, exec).text(1000, "lab").finish();
}

/** A message of that many bytes whose first ones tell its number. */
export function numbered(index: number, sizeBytes = 200): Uint8Array {
  const padding = new Uint8Array(sizeBytes);
  new DataView(padding.buffer).setUint32(0, index);
  return new ProtobufWriter().part(2000, padding).finish();
}

/** The number that `numbered` wrote. */
export function numberOf(message: Uint8Array): number {
  // Tag and length of field 2000 take two bytes each, for sizes from 128 to 16,383.
  return new DataView(message.buffer, message.byteOffset, message.byteLength).getUint32(4);
}

/**
 * Holds the operation `replay`: a server that plays recordings as Tetragon would.
 * In: files of events, an address, a speed. Out: when asked to end, what was served to whom.
 * Must never hold a recording: each client's is read from the files as the client takes it.
 */
import * as z from "zod";
import { ProblemLog } from "../core/event/problem.ts";
import { paceMessages } from "../engine/pace-messages.ts";
import { type MessageLosses, readMessages } from "../engine/read-messages.ts";
import type { Log } from "../ports/log.ts";
import type { ReplayNote } from "../ports/replay-server.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { listEvents } from "./list-events.ts";
import type { Operation, OperationContext } from "./operation.ts";
import { canReadAgain, listFiles, readText } from "./read-text.ts";

const input = z.strictObject({
  events: z
    .array(z.string().min(1))
    .min(1)
    .max(10_000)
    .describe("Events of Tetragon: JSON lines or the protobuf stream, also compressed"),
  listen: z
    .string()
    .min(1)
    .default("127.0.0.1:54321")
    .describe("Where clients connect: host:port, or unix:///path"),
  speed: z
    .string()
    .regex(/^(\d{1,6}(\.\d{1,3})?x|max)$/, "not a speed; give 1x, 10x, 0.5x or max")
    .default("1x")
    .describe("How many times faster than it happened; max: as fast as a client takes it"),
  policies: z
    .array(z.string().min(1))
    .max(1000)
    .optional()
    .describe("Policies to begin with: a listing of Tetragon (JSON), or tracing policies (YAML)"),
  end: z
    .boolean()
    .default(false)
    .describe("End a client's stream after the last event; a real one stays open"),
});

export interface Replayed {
  readonly address: string;
  readonly clientCount: number;
  /** How often a recording was served to its end. */
  readonly servedCount: number;
  /** Events sent, to all clients together. */
  readonly eventCount: number;
  readonly unreadableCount: number;
  readonly droppedValueCount: number;
  /** Policies added and deleted by clients, and calls that were refused. */
  readonly addedCount: number;
  readonly deletedCount: number;
  readonly refusedCount: number;
}

export const replay: Operation<z.infer<typeof input>, Replayed> = {
  name: "replay",
  summary: "play recordings to clients as a Tetragon server would",
  description:
    "Serves recordings over gRPC like a Tetragon 1.7 of this machine: each client gets the " +
    "events from the first one, at the speed that they had or faster. Policies can be listed, " +
    "added, configured and deleted; what a real server refuses is refused with its words, but " +
    "nothing is loaded into a kernel, and filters of clients are passed over. Runs until it is " +
    "interrupted. " +
    "For demos and tests.",
  effect: "read",
  input,
  run: async (given, context) => {
    const { files, outside, signal } = context;
    const { services } = outside;
    const problems = new ProblemLog();
    const names = await listEvents(files, given.events, problems);
    if (!(await canReadAgain(files, names))) {
      throw new WaggleError(
        "usage",
        "Each client gets the recording from its start, and a pipe can be read only once; give " +
          "files.",
      );
    }
    const speed = given.speed === "max" ? Number.POSITIVE_INFINITY : Number.parseFloat(given.speed);
    if (speed === 0) throw new WaggleError("usage", "At a speed of 0 nothing would ever come.");
    const policies = await readPolicies(given.policies ?? [], context, problems);
    const log = await services.log("info");
    const counts = new ReplayCounts(log);
    const { losses } = counts;
    const { clock } = services;
    const wantsTimes = Number.isFinite(speed);
    const server = await services.replayServer();
    const running = await server.listen({
      address: given.listen,
      endsStream: given.end,
      policies,
      open: (ended) =>
        paceMessages(readMessages({ files, names, wantsTimes, losses }), {
          speed,
          clock,
          signal: ended,
        }),
      onNote: (note) => counts.note(note),
    });
    log.info("A recording is served.", { address: running.address, speed: given.speed });
    await askedToEnd(signal);
    await running.close();
    return counts.total(running.address);
  },
};

function askedToEnd(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** **Unit**: bytes, decompressed. */
const policySizeBytesMax = 4 * 1024 * 1024;

async function readPolicies(
  names: readonly string[],
  context: OperationContext,
  problems: ProblemLog,
): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const { name } of await listFiles(context.files, names)) {
    const limits = { sizeBytesMax: policySizeBytesMax, problems };
    texts.push((await readText(context.files, name, limits)).text);
  }
  return texts;
}

/** Adds up notes and tells them to the log. */
class ReplayCounts {
  readonly losses: MessageLosses = { unreadableCount: 0, droppedValueCount: 0 };
  private readonly log: Log;
  private readonly counts = {
    clientCount: 0,
    servedCount: 0,
    eventCount: 0,
    addedCount: 0,
    deletedCount: 0,
    refusedCount: 0,
  };

  constructor(log: Log) {
    this.log = log;
  }

  note(note: ReplayNote): void {
    const { counts, log } = this;
    switch (note.kind) {
      case "client-connected":
        counts.clientCount++;
        log.info("A client asked for events.", { client: note.client });
        break;
      case "recording-served":
        counts.servedCount++;
        log.info("The recording was served.", { client: note.client, events: note.eventCount });
        break;
      case "client-left":
        counts.eventCount += note.eventCount;
        log.info("A client left.", { client: note.client, events: note.eventCount });
        break;
      case "recording-failed":
        log.error("The recording cannot be read.", { client: note.client, reason: note.reason });
        break;
      case "policy-added":
        counts.addedCount++;
        log.info("A policy was added.", { policy: note.policy });
        break;
      case "policy-deleted":
        counts.deletedCount++;
        log.info("A policy was deleted.", { policy: note.policy });
        break;
      default:
        counts.refusedCount++;
        log.warn("A call was refused.", { call: note.call, reason: note.reason });
    }
  }

  total(address: string): Replayed {
    return { address, ...this.counts, ...this.losses };
  }
}

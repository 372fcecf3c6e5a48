/**
 * Holds the port `EventSource` over the stream of a Tetragon server.
 * In: an address. Out: messages as the server sent them, each a buffer of its own that nobody
 * writes to again; gaps, and the processes that ran before. Must never pause the stream for a slow
 * consumer: what does not fit into the queue is dropped and counted here.
 */
import assert from "node:assert/strict";
import { setImmediate, setTimeout as wait } from "node:timers/promises";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { EventSource, SourceSignal, SourceStatus } from "../../ports/event-source.ts";
import type { TetragonAddress } from "../../ports/tetragon-control.ts";
import { type Greeting, runSession } from "./event-session.ts";
import { nodeNameOf, startedId } from "./known-processes.ts";
import { checkAddress } from "./open-connection.ts";
import { reconnectDelay } from "./reconnect-delay.ts";
import { type ServerIdentity, wasRestarted } from "./server-identity.ts";
import { SignalQueue } from "./signal-queue.ts";

/** **Unit**: milliseconds where the name ends in `Ms`. */
export interface TetragonSourceOptions {
  /** Bounds of what waits to be taken. */
  readonly messageCountMax?: number;
  readonly sizeBytesMax?: number;
  /** Messages of one signal. */
  readonly batchCountMax?: number;
  /** How long messages are gathered, so that many are handled at once; a full signal comes now. */
  readonly gatherMs?: number;
  /** So many that wait already are not: they come faster than they are handled. */
  readonly busyCount?: number;
  readonly idleMs?: number;
  /** Wait before the first and the latest attempt to connect again. */
  readonly firstDelayMs?: number;
  readonly lastDelayMs?: number;
  /** A connection that lasted as long was a good one: waiting begins at the first delay again. */
  readonly steadyMs?: number;
  /** Until a call that nobody answers is given up. */
  readonly answerMs?: number;
  /** Without a message for so long, the server is asked whether it is there. */
  readonly quietMs?: number;
}

const defaults: Required<TetragonSourceOptions> = {
  messageCountMax: 50_000,
  sizeBytesMax: 64 * 1024 * 1024,
  batchCountMax: 500,
  gatherMs: 200,
  busyCount: 64,
  idleMs: 1000,
  firstDelayMs: 500,
  lastDelayMs: 30_000,
  steadyMs: 10_000,
  answerMs: 10_000,
  quietMs: 15_000,
};

/** **Errors**: `usage` for an address that is none. */
export function createTetragonSource(
  address: TetragonAddress,
  options: TetragonSourceOptions = {},
): EventSource {
  checkAddress(address);
  return new TetragonSource(address, { ...defaults, ...options });
}

class TetragonSource implements EventSource {
  readonly name: string;
  readonly durable = false;
  private readonly address: TetragonAddress;
  private readonly options: Required<TetragonSourceOptions>;
  private readonly queue: SignalQueue;
  private readonly stopping = new AbortController();
  private state: SourceStatus["state"] = "starting";
  private detail = "";
  private node = "";
  private reconnectCount = 0;
  private isStarted = false;
  /** The server of the latest connection that was made; undefined before the first. */
  private server: ServerIdentity | undefined;
  /** Why the latest connection that was made ended. */
  private lastEnd = "";
  private wake: () => void = () => undefined;

  constructor(address: TetragonAddress, options: Required<TetragonSourceOptions>) {
    this.name = `tetragon:${address.address}`;
    this.address = address;
    this.options = options;
    this.queue = new SignalQueue(options);
  }

  async *signals(): AsyncGenerator<SourceSignal> {
    assert(!this.isStarted, "a source gives its signals once");
    this.isStarted = true;
    const { signal } = this.stopping;
    const connecting = this.keepConnected();
    // A defect there ends the iteration; it is thrown when `connecting` is awaited.
    const failed = connecting.catch(() => this.stop());
    try {
      while (!signal.aborted) {
        // A turn for the socket, which a consumer that never waits would keep from being read;
        // and what comes in one turn is one signal.
        await setImmediate();
        if (signal.aborted) break;
        if (this.queue.isReady || (await this.becomesReady())) {
          await this.gather();
          const next = signal.aborted ? undefined : this.queue.take();
          if (next !== undefined) yield next;
        } else if (this.queue.waitingCount === 0 && !signal.aborted) yield { kind: "idle" };
      }
    } finally {
      this.stop();
      await failed;
    }
    await connecting;
  }

  status(): SourceStatus {
    const { state, detail, node, reconnectCount } = this;
    const { waitingCount, lostCount } = this.queue;
    return { state, detail, node, reconnectCount, waitingCount, lostCount };
  }

  stop(): void {
    this.state = "stopped";
    this.detail = "";
    this.stopping.abort();
    this.wake();
  }

  /** False when there was nothing for as long as a source may be silent. */
  private becomesReady(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), this.options.idleMs);
      this.wake = () => {
        this.wake = () => undefined;
        clearTimeout(timer);
        resolve(this.queue.isReady);
      };
    });
  }

  /**
   * Until a signal is full, or the first message has waited for long enough. Not where many came
   * while others were handled: a socket holds fewer than a full signal, so the server would wait
   * for us, and we for it.
   */
  private gather(): Promise<void> {
    const { gatherMs, batchCountMax, busyCount } = this.options;
    if (this.queue.waitingCount >= Math.min(busyCount, batchCountMax)) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        this.wake = () => undefined;
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(end, gatherMs);
      this.wake = () => {
        if (this.stopping.signal.aborted || this.queue.waitingCount >= batchCountMax) end();
      };
    });
  }

  private async keepConnected(): Promise<void> {
    const { signal } = this.stopping;
    const { firstDelayMs: firstMs, lastDelayMs: lastMs, steadyMs } = this.options;
    let failureCount = 0;
    while (!signal.aborted) {
      const sinceMs = performance.now();
      const end = await this.connectOnce();
      if (signal.aborted) return;
      if (this.state === "connected") this.lastEnd = end;
      this.state = "waiting";
      this.detail = end;
      if (performance.now() - sinceMs >= steadyMs) failureCount = 0;
      const delayMs = reconnectDelay(failureCount, { firstMs, lastMs }, Math.random());
      failureCount += 1;
      await wait(delayMs, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  }

  /** From an attempt to connect to the end of the connection; why it ended, in words. */
  private async connectOnce(): Promise<string> {
    const { address, queue } = this;
    const { signal } = this.stopping;
    const { answerMs, quietMs } = this.options;
    let isHeld = true;
    queue.hold();
    const release = (signals: readonly SourceSignal[]): void => {
      isHeld = false;
      queue.release(signals);
      this.wakeIfReady();
    };
    const end = await runSession(
      { address, signal, answerMs, quietMs, before: this.server },
      {
        message: (bytes) => {
          queue.add(bytes);
          if (this.node === "") this.node = nodeNameOf(bytes);
          this.wakeIfReady();
        },
        greeted: (greeting) => release(this.meet(greeting)),
      },
    );
    // A connection that broke before the server said who it is may have brought messages.
    if (isHeld) release(queue.hasHeldBack ? this.gapAfter(this.server, undefined) : []);
    return end;
  }

  private wakeIfReady(): void {
    if (this.queue.isReady) this.wake();
  }

  /** What is said before the first message of a connection. */
  private meet({ identity, known, knownTrouble }: Greeting): readonly SourceSignal[] {
    const before = this.server;
    const trouble = knownTrouble === "" ? "" : `; running processes are not known: ${knownTrouble}`;
    this.server = identity;
    this.state = "connected";
    this.detail = `Tetragon ${makeVisible(identity.version, 100)}${trouble}`;
    if (identity.node !== "") this.node = identity.node;
    const signals = [...this.gapAfter(before, identity)];
    if (known === undefined) return signals;
    // Those that the stream has told of already would be taken back to a time before it.
    const told = new Set<string>();
    for (const message of this.queue.heldBack()) told.add(startedId(message));
    const messages = known.processes.filter(({ execId }) => !told.has(execId));
    if (messages.length > 0) {
      signals.push({ kind: "known-processes", messages: messages.map(({ message }) => message) });
    }
    if (known.droppedCount > 0) {
      const { droppedCount: count } = known;
      const detail = `${count} running processes are more than can be taken over, and left out`;
      signals.push({ kind: "gap", reason: "overflow", count, detail });
    }
    return signals;
  }

  private gapAfter(
    before: ServerIdentity | undefined,
    now: ServerIdentity | undefined,
  ): readonly SourceSignal[] {
    if (before === undefined) return [];
    this.reconnectCount += 1;
    const isNew = now !== undefined && wasRestarted(before, now);
    const [reason, what] = isNew
      ? ["restart", "Tetragon was started anew"]
      : ["reconnect", "The connection to Tetragon was lost"];
    const detail = `${what}; what happened until it was back is not known (${this.lastEnd})`;
    return [{ kind: "gap", reason, count: 0, detail }];
  }
}

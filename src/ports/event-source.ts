/**
 * Holds the port to a stream of events that has no end: a file that grows, or a Tetragon server.
 * In: where to go on. Out: bytes or messages, and what happened to the stream. Implemented in
 * `adapters/source/` and `adapters/tetragon/`.
 */

/**
 * Where a stream is, as plain data that the store keeps. Only the source that made one reads it;
 * the reader of bytes replaces `offset`, which every position of a file has.
 */
export type SourcePosition = Readonly<Record<string, string | number>>;

/**
 * One thing that a source says. **Shape**: bytes and messages are valid only until the next signal
 * is asked for: copy what is kept.
 *
 * - `bytes`: the next stored bytes of a file of JSON lines, cut anywhere. `at` is the position of
 *   the first byte; a file with another `at.file` than before is another stream.
 * - `file-ended`: nothing will be appended to the file that bytes came from; what is left over of
 *   it is an incomplete line.
 * - `messages`: each a `GetEventsResponse` as it came.
 * - `known-processes`: the same shape; processes that ran before the connection, as exec events
 *   flagged `procFS`, so that nobody takes them for started now, and with `dumpFlags`, so that
 *   nobody takes it for a start of Tetragon.
 * - `gap`: events may be missing between what came before and what comes next. `count` 0 when
 *   unknown. `reason` is a loss reason: `restart`, `reconnect`, `overflow`, `truncated`, `rotated`.
 * - `idle`: all that there is was handed over; sent at least every second while nothing comes.
 */
export type SourceSignal =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly at: SourcePosition }
  | { readonly kind: "file-ended" }
  | { readonly kind: "messages"; readonly messages: readonly Uint8Array[] }
  | { readonly kind: "known-processes"; readonly messages: readonly Uint8Array[] }
  | {
      readonly kind: "gap";
      readonly reason: string;
      readonly count: number;
      readonly detail: string;
    }
  | { readonly kind: "idle" };

/** What is known of a source now, for status pages and metrics. */
export interface SourceStatus {
  readonly state: "starting" | "connected" | "waiting" | "stopped";
  /** In words: why it waits; version of the server; "" else. */
  readonly detail: string;
  /** Node that the server says it runs on; "" unknown. */
  readonly node: string;
  readonly reconnectCount: number;
  /** **Unit**: messages or bytes that wait in memory to be taken. */
  readonly waitingCount: number;
  readonly lostCount: number;
}

export interface EventSource {
  /** Stable over restarts: key of its position. `follow:/path` or `tetragon:unix:///…`. */
  readonly name: string;
  /** A durable source gives the same bytes again from a position; a volatile one never does. */
  readonly durable: boolean;
  /**
   * Signals from `position` on, or from now when it is undefined (a file: from its start). Ends
   * after `stop`. Troubles of the world are not thrown: the source tries again, and says `gap`.
   * **Errors**: throws `WaggleError` only for what trying again cannot mend (`usage`).
   */
  signals(position: SourcePosition | undefined): AsyncIterable<SourceSignal>;
  status(): SourceStatus;
  stop(): void;
}

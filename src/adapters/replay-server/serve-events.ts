/**
 * Holds the serving of one recording to one client.
 * In: messages, a stream of gRPC. Out: how many were sent and whether that was all.
 * Must never hold more messages than the stream's own small buffer: the next is asked for when the
 * client took those before, by the flow control of HTTP/2.
 */
import { type EventEmitter, once } from "node:events";

export interface EventStream {
  /** False when the stream's buffer is full: its `events` say `drain` when it is not any more. */
  write(message: Uint8Array): boolean;
  readonly events: EventEmitter;
}

/**
 * True when all was sent; ends early when the signal is given. **Errors**: throws what the
 * recording throws.
 */
export async function serveEvents(
  stream: EventStream,
  messages: AsyncIterable<Uint8Array>,
  options: { readonly signal: AbortSignal; readonly onSent: (message: Uint8Array) => void },
): Promise<boolean> {
  const { signal, onSent } = options;
  for await (const message of messages) {
    if (signal.aborted) return false;
    const takesMore = stream.write(message);
    onSent(message);
    if (!takesMore) await drained(stream.events, signal);
  }
  return !signal.aborted;
}

async function drained(events: EventEmitter, signal: AbortSignal): Promise<void> {
  try {
    await once(events, "drain", { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

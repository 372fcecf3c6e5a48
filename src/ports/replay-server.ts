/**
 * Holds the port to a server that plays a recording as a Tetragon of this machine would.
 * In: an address, a way to the messages of the recording. Out: a running server, and what happens
 * to it as notes. Implemented in `adapters/replay-server/`.
 */

/** Something that happened to the server; names and reasons are untrusted text. */
export type ReplayNote =
  | { readonly kind: "client-connected"; readonly client: number }
  /** The recording reached its end. */
  | { readonly kind: "recording-served"; readonly client: number; readonly eventCount: number }
  /** It went, or its stream was ended: once for each client, with all that it was sent. */
  | { readonly kind: "client-left"; readonly client: number; readonly eventCount: number }
  | { readonly kind: "recording-failed"; readonly client: number; readonly reason: string }
  | { readonly kind: "policy-added" | "policy-deleted"; readonly policy: string }
  | { readonly kind: "call-refused"; readonly call: string; readonly reason: string };

export interface ReplayRequest {
  /** `unix:///path` or `host:port`; port 0 takes a free one. */
  readonly address: string;
  /** Whether a client's stream ends with the recording; a real server's never does. */
  readonly endsStream: boolean;
  /** Held from the start: each a listing as `tetra tp list -o json` prints it, or a policy. */
  readonly policies: readonly string[];
  /**
   * The messages of the recording from its first one: asked for anew for each client, and pulled
   * no faster than the client takes them. Ends early when the signal is given.
   */
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
  onNote(note: ReplayNote): void;
}

export interface RunningReplay {
  /** As bound. */
  readonly address: string;
  /** Ends all streams; afterwards nothing listens and no socket file is left. */
  close(): Promise<void>;
}

export interface ReplayServer {
  /**
   * **Errors**: `usage` for an address that is none, `address-in-use`, `input-unsupported` for a
   * policy that Tetragon would not take.
   */
  listen(request: ReplayRequest): Promise<RunningReplay>;
}

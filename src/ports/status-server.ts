/**
 * Holds the port to a small server for machines: pages of health, readiness, metrics and status,
 * and requests that ask for work.
 * In: an address and what each path answers. Out: a running server. Implemented in
 * `adapters/status-server/`.
 */
export interface StatusPage {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A POST. All of it is from outside: hostile. */
export interface StatusRequest {
  readonly path: string;
  /** Of `Authorization: Bearer …`; "" without one. */
  readonly token: string;
  /** **Shape**: at most 64 KiB. */
  readonly body: string;
}

export type TakeRequest = (request: StatusRequest) => Promise<StatusPage>;

export interface RunningServer {
  /** As bound: `http://127.0.0.1:9464`, `unix:/path`. */
  readonly address: string;
  close(): Promise<void>;
}

export interface StatusServer {
  /**
   * Answers GET of the given paths; POST of other paths goes to `take`, where there is one; all
   * else is refused. `address` is `host:port`, `:port` (all addresses) or `unix:/path`.
   * **Errors**: `usage` for an address that is none, `address-in-use`.
   */
  listen(
    address: string,
    pages: ReadonlyMap<string, () => Promise<StatusPage>>,
    take?: TakeRequest,
  ): Promise<RunningServer>;
}

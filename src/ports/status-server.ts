/**
 * Holds the port to a small server of pages for machines: health, readiness, metrics, status.
 * In: an address and what each path answers. Out: a running server. Implemented in
 * `adapters/status-server/`.
 */
export interface StatusPage {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface RunningServer {
  /** As bound: `http://127.0.0.1:9464`, `unix:/path`. */
  readonly address: string;
  close(): Promise<void>;
}

export interface StatusServer {
  /**
   * Answers GET of the given paths and nothing else. `address` is `host:port`, `:port` (all
   * addresses) or `unix:/path`.
   * **Errors**: `usage` for an address that is none, `address-in-use`.
   */
  listen(
    address: string,
    pages: ReadonlyMap<string, () => Promise<StatusPage>>,
  ): Promise<RunningServer>;
}

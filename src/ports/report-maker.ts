/**
 * Holds the port to the making of a report apart from the daemon: reading scans takes memory and
 * seconds that the reader of events does not have.
 * In: words of the command line. Out: the document it made. Implemented in
 * `adapters/report-maker/`.
 */
export interface ReportMaker {
  /** **Errors**: throws `tool-failed` with what it said; `signal` ends it. */
  make(words: readonly string[], signal: AbortSignal): Promise<string>;
}

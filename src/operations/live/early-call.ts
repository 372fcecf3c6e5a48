/**
 * Holds a call for what would be done later anyhow to be done soon.
 * In: calls, of anybody, any number of times. Out: a signal for whoever waits.
 */
export class EarlyCall {
  private controller = new AbortController();

  /** Given with the first call since the last `take`. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  ask(): void {
    this.controller.abort();
  }

  /** From here on calls are for the next time. */
  take(): void {
    if (this.controller.signal.aborted) this.controller = new AbortController();
  }
}

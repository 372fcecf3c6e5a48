/**
 * Holds the error of a notice that was not taken, with what the engine needs to try again.
 * In: a sentence of ours, whether later may help. Out: a `WaggleError` `delivery-failed`.
 * Must never carry a cause: errors of clients repeat addresses, and addresses hold secrets.
 */
import { WaggleError } from "./waggle-error.ts";

export interface DeliveryErrorOptions {
  readonly retryable: boolean;
  /** **Unit**: milliseconds, as the receiver asked; left out when it did not. */
  readonly retryAfterMs?: number | undefined;
}

export class DeliveryError extends WaggleError {
  /** **Unit**: milliseconds; undefined when the receiver asked for nothing. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { retryable, retryAfterMs }: DeliveryErrorOptions) {
    super("delivery-failed", message, { retryable });
    this.retryAfterMs = retryAfterMs;
  }
}

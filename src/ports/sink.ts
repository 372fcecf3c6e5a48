/**
 * Holds the port to where reports of a daemon go: a file, standard output, a web hook.
 * In: a report. Out: that it was delivered. Implemented in `adapters/sink/`.
 */
import type { FindingChange } from "../core/judge/change/finding-change.ts";
import type { Report } from "../core/report/report.ts";

export interface Delivery {
  readonly report: Report;
  readonly id: string;
  /** What made the daemon write it, in words. */
  readonly trigger: string;
  readonly changes: readonly FindingChange[];
}

export interface Sink {
  /** Shown in logs and metrics; without secrets. */
  readonly name: string;
  /** **Errors**: throws `WaggleError` `delivery-failed`; the daemon tries again, boundedly. */
  deliver(delivery: Delivery): Promise<void>;
}

/**
 * Holds the port through which people are told of incidents: one adapter for each kind of receiver.
 * In: a notice. Out: that it was taken. Implemented in `adapters/notify/`.
 */
import type { Incident } from "../core/judge/incident/incident.ts";

/** Why a notice goes out. `resolve`: it was closed. */
export type NoticeKind = "open" | "update" | "resolve" | "test";

export interface Notice {
  readonly kind: NoticeKind;
  readonly incident: Incident;
  /** What is new since the last notice, in words; empty for `open`. */
  readonly news: readonly string[];
  /** What the receiver gave for the notice before of this incident (a thread, a key); "" none. */
  readonly thread: string;
  /** Names of cluster and place as configured; "" unknown. */
  readonly cluster: string;
}

export interface NoticeReceipt {
  /** To be given back as `thread` with the next notice of the incident; "" none. */
  readonly thread: string;
}

/** What would be sent: shown by a dry run. Without secrets. */
export interface NoticePreview {
  readonly method: string;
  /** Address without its secret parts. */
  readonly target: string;
  readonly body: string;
}

export interface Notifier {
  /** Name of the route as configured; shown in logs and metrics; without secrets. */
  readonly name: string;
  readonly kind: string;
  preview(notice: Notice): NoticePreview;
  /**
   * **Errors**: throws `WaggleError` `delivery-failed`, `retryable` where later may help, with
   * `retryAfterMs` in its details where the receiver said so.
   */
  send(notice: Notice, signal: AbortSignal): Promise<NoticeReceipt>;
}

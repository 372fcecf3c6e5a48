/**
 * Holds the port through which people are told of incidents: one adapter for each kind of receiver.
 * In: a notice. Out: that it was taken. Implemented in `adapters/notify/`.
 */
import type { Incident } from "../core/judge/incident/incident.ts";

/** Why a notice goes out. `acknowledge`: a person took it up. `resolve`: it was closed. */
export type NoticeKind = "open" | "update" | "acknowledge" | "resolve" | "test";

export interface Notice {
  readonly kind: NoticeKind;
  readonly incident: Incident;
  /** What is new since the last notice, in words; empty for `open`. */
  readonly news: readonly string[];
  /** What the receiver gave for the notice before of this incident (a thread, a key); "" none. */
  readonly thread: string;
  /** Notices of this incident that the receiver took before; 0 where it is left out. */
  readonly toldCount?: number;
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
  /** **Errors**: throws `DeliveryError`, `retryable` where later may help. */
  send(notice: Notice, signal: AbortSignal): Promise<NoticeReceipt>;
  /** Of a receiver that takes for over what is not sent again. */
  readonly upkeep?: NoticeUpkeep;
}

/** Sending again what is open, so that it stays so. Tells nobody anything. */
export interface NoticeUpkeep {
  /** **Unit**: milliseconds. */
  readonly everyMs: number;
  /**
   * `notices`: of each open incident the latest, with its thread. **Errors**: throws
   * `DeliveryError`.
   */
  send(notices: readonly Notice[], signal: AbortSignal): Promise<void>;
}

export const notifierKinds = [
  "slack",
  "pagerduty",
  "webhook",
  "falcosidekick",
  "ocsf",
  "alertmanager",
  "syslog",
  "cef",
  "stdout",
  "file",
] as const;
export type NotifierKind = (typeof notifierKinds)[number];

/** Where a secret lies; it is read anew for each notice, so it may be rotated. */
export interface SecretPlace {
  readonly from: "file" | "environment";
  /** Path, or name of the variable. */
  readonly name: string;
}

/** Where to and how, of a configured route. Holds no secret. */
export interface NotifierTarget {
  readonly name: string;
  readonly kind: NotifierKind;
  /** An address without secrets; "" where it lies elsewhere, or where the kind has its own. */
  readonly url: string;
  readonly urlPlace: SecretPlace | undefined;
  readonly tokenPlace: SecretPlace | undefined;
  readonly signingKeyPlace: SecretPlace | undefined;
  /** Slack, with a token; "" else. */
  readonly channel: string;
  /** Of kind `file`; "" else. */
  readonly path: string;
  /** Certificates to trust instead of the system's; "" none. */
  readonly caFile: string;
  /** Takes http, and syslog without TLS. */
  readonly insecure: boolean;
}

/** How an incident is written for machines. */
export interface NoticeDocuments {
  /** JSON text of the incident. */
  incident(notice: Notice): string;
  /** JSON text of OCSF findings; undefined: this program cannot write them. */
  readonly ocsf: ((notice: Notice) => string) | undefined;
}

/**
 * Holds the port through which long-running work reaches the outside: each part is opened when it
 * is needed, and loaded only then.
 * In: addresses, directories. Out: ports. Filled in by `presets/`.
 */
import type { ArchiveLimits, ArchiveReader, ArchiveWriter } from "./archive.ts";
import type { CanaryRunner } from "./canary-runner.ts";
import type { Clock } from "./clock.ts";
import type { ClusterWatch } from "./cluster-watch.ts";
import type { EventSource } from "./event-source.ts";
import type { Log, LogLevel } from "./log.ts";
import type { NotifyOutside } from "./notify-outside.ts";
import type { ReplayServer } from "./replay-server.ts";
import type { ReportMaker } from "./report-maker.ts";
import type { Sink } from "./sink.ts";
import type { StatusServer } from "./status-server.ts";
import type { Store, StoreMode } from "./store.ts";
import type { TetragonAddress, TetragonControl } from "./tetragon-control.ts";

/** What is kept in one state directory. */
export interface StateOpeners {
  store(directory: string, mode: StoreMode): Promise<Store>;
  archiveWriter(directory: string, limits: ArchiveLimits): Promise<ArchiveWriter>;
  archiveReader(directory: string): Promise<ArchiveReader>;
}

export interface SourceOpeners {
  tetragon(address: TetragonAddress): Promise<EventSource>;
  follow(file: string): Promise<EventSource>;
  control(address: TetragonAddress): Promise<TetragonControl>;
  /** `kubeconfig` "" takes the account of the pod, or the usual file. */
  cluster(kubeconfig: string): Promise<ClusterWatch>;
  /** The body of a GET, with its `Date` header as the first line: `Date: …`. */
  scrape(url: string): Promise<string>;
}

export interface ServiceOpeners {
  readonly clock: Clock;
  log(level: LogLevel): Promise<Log>;
  /** Value of a variable of the environment; undefined where it is not set. A secret, maybe. */
  variable(name: string): string | undefined;
  statusServer(): Promise<StatusServer>;
  reportMaker(): Promise<ReportMaker>;
  canaryRunner(): Promise<CanaryRunner>;
  replayServer(): Promise<ReplayServer>;
  /** `-`, a file or directory, or `https://…`. */
  sink(target: string): Promise<Sink>;
  notify(): Promise<NotifyOutside>;
}

/** Directories that come with the program, as names for the port `Files`; "": there is none. */
export interface Shipped {
  /** Detection rules with their cases. */
  readonly rules: string;
  readonly workflows: string;
}

export interface Outside {
  readonly shipped: Shipped;
  readonly state: StateOpeners;
  readonly sources: SourceOpeners;
  readonly services: ServiceOpeners;
}

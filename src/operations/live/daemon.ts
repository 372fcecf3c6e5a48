/**
 * Holds what the parts of a daemon share.
 * In: nothing. Out: a type only; `open-daemon.ts` makes one.
 */
import type { ProblemLog } from "../../core/event/problem.ts";
import type { CanaryWatch } from "../../core/respond/watch-canaries.ts";
import type { LiveObservation } from "../../engine/live-observation.ts";
import type { ArchiveWriter } from "../../ports/archive.ts";
import type { EventSource, SourcePosition } from "../../ports/event-source.ts";
import type { Log } from "../../ports/log.ts";
import type { Store } from "../../ports/store.ts";
import type { OperationContext } from "../operation.ts";
import type { DaemonHealth } from "./daemon-health.ts";
import type { FactKeeper } from "./keep-facts.ts";
import type { LiveDetection } from "./load-detectors.ts";
import type { RunSettings } from "./run-settings.ts";

export interface Daemon {
  /** Both change when the configuration is read again: look them up when they are used. */
  settings: RunSettings;
  context: OperationContext;
  /** Changes when rules are read again. */
  detection: LiveDetection;
  readonly log: Log;
  readonly health: DaemonHealth;
  readonly store: Store;
  readonly archive: ArchiveWriter | undefined;
  readonly sources: EventSource[];
  /** Of sources that give nothing twice; grows as Tetragons are found. */
  readonly volatileNames: Set<string>;
  readonly positions: Readonly<Record<string, SourcePosition>>;
  readonly observation: LiveObservation;
  readonly keeper: FactKeeper;
  readonly problems: ProblemLog;
  /** Sees the marks of canaries among the events; undefined when none run. */
  readonly canaries: CanaryWatch | undefined;
}

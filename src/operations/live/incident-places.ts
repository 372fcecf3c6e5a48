/**
 * Holds what a daemon knows of the places of incidents: of its last report, and objects of the
 * cluster.
 * In: the daemon. Out: the same again, read anew after each report. Must never read a report.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import type { ClusterView } from "../../core/judge/cluster/cluster-view.ts";
import type { Workload } from "../../core/observe/fact.ts";
import { loadCluster } from "../load-cluster.ts";
import { resolveSources } from "../sources.ts";
import { addStateSources } from "../state-sources.ts";
import type { Daemon } from "./daemon.ts";
import {
  type IncidentBackground,
  noBackground,
  readBackground,
  rolesByWorkload,
} from "./incident-background.ts";

export interface KnownPlaces {
  readonly background: IncidentBackground;
  readonly cluster: ClusterView;
}

export class IncidentPlaces {
  private readonly daemon: Daemon;
  private places: KnownPlaces | undefined;
  private reportCount = -1;
  private roles = rolesByWorkload(noBackground);

  constructor(daemon: Daemon) {
    this.daemon = daemon;
  }

  /** **Errors**: what the store throws, and reading files. */
  async get(): Promise<KnownPlaces> {
    const { store, health, context, settings } = this.daemon;
    const reportCount = health.counted("reports");
    if (this.places !== undefined && reportCount === this.reportCount) return this.places;
    const background = await readBackground(store.settings);
    const { state } = settings;
    const sources = await addStateSources(resolveSources({ state }, context.settings), context);
    const files = { ...sources, tetragonMetrics: [] };
    const { view: cluster } = await loadCluster(files, context, new ProblemLog());
    this.roles = rolesByWorkload(background);
    this.places = { background, cluster };
    this.reportCount = reportCount;
    return this.places;
  }

  readonly rolesOf = (workload: Workload): readonly string[] => this.roles(workload);
}

/**
 * Holds what a daemon knows of the places of incidents: of its last report, and objects of the
 * cluster.
 * In: the daemon. Out: the same again, read anew after each report and with each configuration.
 * Must never read a report.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import type { Workload } from "../../core/observe/fact.ts";
import { readPins } from "../judge-settings.ts";
import { loadCluster } from "../load-cluster.ts";
import { resolveSources } from "../sources.ts";
import { addStateSources } from "../state-sources.ts";
import type { Daemon } from "./daemon.ts";
import { EarlyPlaces, type PlaceKnowledge } from "./early-places.ts";
import { noBackground, readBackground, rolesByWorkload } from "./incident-background.ts";

export class IncidentPlaces {
  /** What is seen before a report tells it. */
  readonly early = new EarlyPlaces();
  private readonly daemon: Daemon;
  private places: PlaceKnowledge | undefined;
  private reportCount = -1;
  private config: Daemon["context"]["settings"]["config"] | undefined;
  private roles = rolesByWorkload(noBackground);

  constructor(daemon: Daemon) {
    this.daemon = daemon;
  }

  /** The same object as long as nothing changed. **Errors**: what store and files throw. */
  async get(): Promise<PlaceKnowledge> {
    const { store, health, context, settings } = this.daemon;
    const { config } = context.settings;
    const reportCount = health.counted("reports");
    const isSame = reportCount === this.reportCount && config === this.config;
    if (this.places !== undefined && isSame) return this.places;
    const background = await readBackground(store.settings);
    const { state } = settings;
    const sources = await addStateSources(resolveSources({ state }, context.settings), context);
    const files = { ...sources, tetragonMetrics: [] };
    const { view: cluster, identities } = await loadCluster(files, context, new ProblemLog());
    this.roles = rolesByWorkload(background);
    this.places = { background, cluster, identities, pins: readPins(context.settings) };
    Object.assign(this, { reportCount, config });
    return this.places;
  }

  /** By the last report, else by what was seen since. */
  readonly rolesOf = (workload: Workload): readonly string[] => {
    const reported = this.roles(workload);
    return reported.length > 0 ? reported : this.early.rolesOf(workload);
  };
}

/**
 * Holds what the judge of incidents is given: facts of detection, and what else is known of places.
 * In: nothing. Out: types only. Whatever is not known is an empty list, never left out.
 */
import type { TimeUs } from "../../event/event.ts";
import type { ProcessFact, SignalFact, StepFact } from "../../observe/detect/detect-fact.ts";
import type { ContainerFact, ContainerKey, CoverageFact, LossFact } from "../../observe/fact.ts";
import type { WorkloadContext } from "../context/workload-context.ts";
import type { FlowEdge } from "../flows/flow-edge.ts";
import type { Finding } from "../verdict.ts";
import type { Incident } from "./incident.ts";

/** Who listens at an address and port, as containers; empty when nobody is known to. */
export type ListenersAt = (address: string, port: number) => readonly ContainerKey[];

export interface IncidentInput {
  readonly signals: readonly SignalFact[];
  readonly processes: readonly ProcessFact[];
  readonly steps: readonly StepFact[];
  readonly containers: readonly ContainerFact[];
  readonly coverage: readonly CoverageFact[];
  readonly losses: readonly LossFact[];
  readonly flows: readonly FlowEdge[];
  readonly findings: readonly Finding[];
  /** Roles, exposure and credentials of workloads. */
  readonly contexts: readonly WorkloadContext[];
  /** From `create-listener-book.ts`. */
  readonly listenersAt: ListenersAt;
  /** What the judgement before said: ids are kept, and what a person closed stays closed. */
  readonly previous: readonly Incident[];
  /** **Unit**: event time of the last event; decides what is closed. 0: nothing is. */
  readonly nowUs: TimeUs;
}

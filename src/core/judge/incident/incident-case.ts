/**
 * Holds one incident while it is judged: its sessions and all that is known of their places.
 * In: a group of sessions, the judge's input. Out: what the parts of an incident are made of.
 * Must never hold more than the bounds below; what is left out is said.
 */
import { compareText } from "../../event/compare-text.ts";
import type { TimeUs } from "../../event/event.ts";
import { isHostKey } from "../../observe/container-key.ts";
import type { ProcessFact, SignalFact, StepFact } from "../../observe/detect/detect-fact.ts";
import type { ContainerFact, ContainerKey, Workload } from "../../observe/fact.ts";
import type { WorkloadContext } from "../context/workload-context.ts";
import { workloadOf } from "../find-identity.ts";
import { workloadKey } from "../workload-key.ts";
import type { FloodGroup } from "./gather-floods.ts";
import type { IncidentInput } from "./incident-input.ts";
import { contextsOf } from "./score-incident.ts";
import { compareSignals, compareSteps, isStandingKind, type Session } from "./session.ts";

export interface IncidentCase {
  readonly group: FloodGroup;
  readonly input: IncidentInput;
  /** **Order**: by first act. */
  readonly sessions: readonly Session[];
  /** All of them: for score and severity. **Order**: by time. */
  readonly signals: readonly SignalFact[];
  /** Of the sessions, without those above. **Order**: by time. */
  readonly processes: readonly ProcessFact[];
  readonly steps: readonly StepFact[];
  readonly processOf: (execId: string) => ProcessFact | undefined;
  /** Exec ids of processes that signals are about. */
  readonly marked: ReadonlySet<string>;
  readonly containerKeys: readonly ContainerKey[];
  readonly containers: readonly ContainerFact[];
  readonly workloads: readonly Workload[];
  readonly contexts: readonly WorkloadContext[];
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
  /** Somebody who was in the container just before it began, although no incident. */
  readonly visitor: Session | undefined;
  readonly omitted: readonly string[];
}

const sessionCountMax = 256;
const processCountMax = 2000;
const stepCountMax = 5000;

export interface CaseParts {
  readonly input: IncidentInput;
  readonly processes: ReadonlyMap<string, ProcessFact>;
  readonly containerOf: ReadonlyMap<ContainerKey, ContainerFact>;
  /** Sessions from outside with weak signals alone, by container. */
  readonly visitors: ReadonlyMap<ContainerKey, readonly Session[]>;
}

/** **Cost**: linear in the group's facts, but for sorting. */
export function buildCase(group: FloodGroup, parts: CaseParts): IncidentCase {
  const { input, processes } = parts;
  const sessions = group.sessions.slice(0, sessionCountMax);
  const signals = group.sessions.flatMap((session) => session.signals).sort(compareSignals);
  const own = byTime(sessions.flatMap((session) => session.processes));
  const steps = sessions.flatMap((session) => session.steps).sort(compareSteps);
  const keys = [...new Set(group.sessions.map(({ container }) => container))];
  const containers = keys.flatMap((key) => parts.containerOf.get(key) ?? []);
  const workloads = listWorkloads(signals, containers, keys);
  const times = group.sessions.flatMap(({ fromUs, untilUs }) => [fromUs, untilUs]);
  return {
    group,
    input,
    sessions,
    signals,
    processes: own.slice(0, processCountMax),
    steps: steps.slice(0, stepCountMax),
    processOf: (execId) => processes.get(execId),
    marked: new Set(signals.map(({ process }) => process)),
    containerKeys: keys,
    containers,
    workloads,
    contexts: contextsOf(input.contexts, workloads),
    firstSeenUs: times.reduce((least, time) => Math.min(least, time), times[0] ?? 0),
    lastSeenUs: times.reduce((most, time) => Math.max(most, time), 0),
    visitor: findVisitor(group.sessions[0], parts),
    omitted: [
      ...tellLeft(group.sessions.length, sessions.length, "sessions"),
      ...tellLeft(own.length, processCountMax, "processes"),
      ...tellLeft(steps.length, stepCountMax, "steps"),
    ],
  };
}

const visitUs = 60_000_000;

function findVisitor(first: Session | undefined, { visitors }: CaseParts): Session | undefined {
  if (first === undefined) return undefined;
  return visitors
    .get(first.container)
    ?.findLast(
      ({ fromUs, untilUs }) => fromUs <= first.fromUs && untilUs >= first.fromUs - visitUs,
    );
}

/** Processes that are its doing: all of a visit; of what runs all the time those rules speak of. */
export function ownProcesses({ sessions, marked }: IncidentCase): ReadonlySet<string> {
  const visits = sessions.filter(({ entryKind }) => !isStandingKind(entryKind));
  return new Set([
    ...marked,
    ...visits.flatMap(({ processes }) => processes.map(({ process }) => process)),
  ]);
}

/** A sentence when something is beyond a bound. */
export function tellLeft(all: number, kept: number, what: string): readonly string[] {
  return all > kept ? [`${all - kept} of ${all} ${what} are left out.`] : [];
}

function byTime(processes: readonly ProcessFact[]): readonly ProcessFact[] {
  return [...processes].sort((a, b) => a.startUs - b.startUs || compareText(a.process, b.process));
}

/** Named by signals, else by containers; the node where it is outside of any. */
function listWorkloads(
  signals: readonly SignalFact[],
  containers: readonly ContainerFact[],
  keys: readonly ContainerKey[],
): readonly Workload[] {
  const named = new Map<ContainerKey, Workload>();
  for (const fact of containers) named.set(fact.container, workloadOf(fact, undefined));
  for (const { container, node, workload } of signals) {
    if (workload !== undefined) named.set(container, workload);
    else if (!named.has(container)) named.set(container, unnamed(container, node));
  }
  const found = keys.flatMap((key) => named.get(key) ?? []);
  return [...new Map(found.map((one) => [workloadKey(one), one])).values()];
}

function unnamed(container: ContainerKey, node: string): Workload {
  const place = { cluster: "", namespace: "" };
  if (isHostKey(container)) return { ...place, kind: "Host", name: node, container: "" };
  const name = container.slice(0, 12);
  return { ...place, kind: "Container", name, container: name };
}

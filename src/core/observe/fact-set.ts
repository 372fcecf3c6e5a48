/**
 * Holds all facts of a run, merged by key.
 * In: facts in any order, any number of times. Out: one fact a key, in a fixed order.
 * Must never grow beyond its bounds of file uses, flows, facts of detection, values of profiles and
 * losses: what is left out becomes a loss; losses beyond the bound one wide loss of their node and
 * reason.
 */
import { compareText } from "../event/compare-text.ts";
import type { DetectFact, ProcessFact, SignalFact, StepFact } from "./detect/detect-fact.ts";
import type {
  ContainerFact,
  ContainerKey,
  CoverageFact,
  Fact,
  FileUseFact,
  FlowFact,
  ListenFact,
  LossFact,
  PrivilegeFact,
} from "./fact.ts";
import { factKey } from "./fact-key.ts";
import { mergeProcesses, mergeSignals, mergeSteps } from "./merge-detect-facts.ts";
import {
  mergeContainers,
  mergeCoverage,
  mergeFileUses,
  mergeFlows,
  mergeListens,
  mergeLosses,
  mergePrivileges,
} from "./merge-facts.ts";
import { mergeProfiles } from "./profile/merge-profile-facts.ts";
import type { ProfileFact } from "./profile/profile-fact.ts";

const separator = "\u0000";

/** A throttled node tells of each stretch: a year of one a minute would be half a million. */
const lossCountMax = 10_000;
/** **Unit**: flows and listening ports over all containers. */
const flowCountMax = 1_000_000;
/** **Unit**: signals, processes and steps over all containers. */
const detectCountMax = 500_000;

/** **Unit**: values of profiles over all workloads. */
const profileCountMax = 500_000;

interface ContainerShelf {
  /** By path: the few ways and actors of one path share its text. */
  readonly fileUses: Map<string, FileUseFact[]>;
  readonly privileges: Map<string, PrivilegeFact>;
  readonly flows: Map<string, FlowFact>;
  readonly listens: Map<string, ListenFact>;
  readonly signals: Map<string, SignalFact>;
  readonly processes: Map<string, ProcessFact>;
  readonly steps: Map<string, StepFact>;
}

export class FactSet {
  private readonly byContainer = new Map<ContainerKey, ContainerFact>();
  private readonly shelves = new Map<ContainerKey, ContainerShelf>();
  private readonly coverageByKey = new Map<string, CoverageFact>();
  private readonly profileByKey = new Map<string, ProfileFact>();
  private readonly lossByKey = new Map<string, LossFact>();
  private readonly fileUseCountMax: number;
  private fileUseCount = 0;
  private flowCount = 0;
  private detectCount = 0;

  /** **Unit**: file uses over all containers. */
  constructor(fileUseCountMax = 1_000_000) {
    this.fileUseCountMax = fileUseCountMax;
  }

  add(fact: Fact): void {
    switch (fact.kind) {
      case "container":
        put(this.byContainer, fact.container, fact, mergeContainers);
        break;
      case "file-use":
        this.addFileUse(fact);
        break;
      case "privilege": {
        const key = [fact.privilege, fact.detail, fact.source].join(separator);
        put(this.shelf(fact.container).privileges, key, fact, mergePrivileges);
        break;
      }
      case "flow":
        this.addFlow(fact);
        break;
      case "listen":
        this.addListen(fact);
        break;
      case "coverage": {
        const key = [fact.node, fact.sensor, fact.policy].join(separator);
        put(this.coverageByKey, key, fact, mergeCoverage);
        break;
      }
      case "loss":
        this.addLoss(fact);
        break;
      case "profile":
        this.addProfile(fact);
        break;
      default:
        this.addDetected(fact);
    }
  }

  /** **Order**: by key. */
  get containers(): Iterable<ContainerFact> {
    return sorted(this.byContainer);
  }

  /** **Order**: by path, then how, then actor. */
  fileUses(container: ContainerKey): readonly FileUseFact[] {
    return sorted<FileUseFact[]>(this.shelves.get(container)?.fileUses ?? new Map()).flatMap(
      (same) =>
        [...same].sort((a, b) => compareText(a.how, b.how) || compareText(a.actor, b.actor)),
    );
  }

  /** **Order**: by privilege, then detail, then source. */
  privileges(container: ContainerKey): readonly PrivilegeFact[] {
    return sorted(this.shelves.get(container)?.privileges ?? new Map());
  }

  /** **Order**: by direction, protocol, port, peer, actor. */
  flows(container: ContainerKey): readonly FlowFact[] {
    return sorted(this.shelves.get(container)?.flows ?? new Map());
  }

  /** **Order**: by protocol, port, address. */
  listens(container: ContainerKey): readonly ListenFact[] {
    return sorted(this.shelves.get(container)?.listens ?? new Map());
  }

  /** **Order**: by process, then rule. */
  signals(container: ContainerKey): readonly SignalFact[] {
    return sorted(this.shelves.get(container)?.signals ?? new Map());
  }

  /** **Order**: by process. */
  processes(container: ContainerKey): readonly ProcessFact[] {
    return sorted(this.shelves.get(container)?.processes ?? new Map());
  }

  /** **Order**: by process, what, subject. */
  steps(container: ContainerKey): readonly StepFact[] {
    return sorted(this.shelves.get(container)?.steps ?? new Map());
  }

  /** All containers and hosts that detection speaks of. **Order**: by key. */
  get detected(): readonly ContainerKey[] {
    return [...this.shelves]
      .filter(([, { signals, processes, steps }]) => signals.size + processes.size + steps.size > 0)
      .map(([key]) => key)
      .sort(compareText);
  }

  /** All containers and hosts that flows or ports are known of. **Order**: by key. */
  get networked(): readonly ContainerKey[] {
    return [...this.shelves]
      .filter(([, { flows, listens }]) => flows.size + listens.size > 0)
      .map(([key]) => key)
      .sort(compareText);
  }

  /** Habits of all workloads. **Order**: by place, dimension, value. */
  get profiles(): readonly ProfileFact[] {
    return sorted(this.profileByKey);
  }

  get coverage(): readonly CoverageFact[] {
    return sorted(this.coverageByKey);
  }

  get losses(): readonly LossFact[] {
    return sorted(this.lossByKey);
  }

  /** **Order**: fixed: the same knowledge comes in the same order. */
  *all(): Generator<Fact> {
    yield* this.containers;
    for (const key of [...this.shelves.keys()].sort(compareText)) {
      yield* this.fileUses(key);
      yield* this.privileges(key);
      yield* this.flows(key);
      yield* this.listens(key);
      yield* this.signals(key);
      yield* this.processes(key);
      yield* this.steps(key);
    }
    yield* this.profiles;
    yield* this.coverage;
    yield* this.losses;
  }

  /** One line a fact, in a fixed order: equal texts mean equal knowledge. */
  canonical(): string {
    return [...this.all()].map((fact) => JSON.stringify(fact, sortKeys)).join("\n");
  }

  private addFileUse(fact: FileUseFact): void {
    const { fileUses } = this.shelf(fact.container);
    const same = fileUses.get(fact.path);
    const at = same?.findIndex(({ how, actor }) => how === fact.how && actor === fact.actor) ?? -1;
    const known = same?.[at];
    if (same !== undefined && known !== undefined) {
      same[at] = mergeFileUses(known, fact);
      return;
    }
    if (this.fileUseCount >= this.fileUseCountMax) {
      this.loseFact(fact, "eviction", `more than ${this.fileUseCountMax} file uses in all`);
      return;
    }
    this.fileUseCount++;
    if (same === undefined) fileUses.set(fact.path, [fact]);
    else same.push(fact);
  }

  private addFlow(fact: FlowFact): void {
    const { direction, protocol, port, peer, actor } = fact;
    const key = [direction, protocol, padPort(port), peer, actor].join(separator);
    const { flows } = this.shelf(fact.container);
    if (this.hasRoom(flows, key, fact)) put(flows, key, fact, mergeFlows);
  }

  private addListen(fact: ListenFact): void {
    const key = [fact.protocol, padPort(fact.port), fact.address].join(separator);
    const { listens } = this.shelf(fact.container);
    if (this.hasRoom(listens, key, fact)) put(listens, key, fact, mergeListens);
  }

  /** Counts a new key; beyond the bound the fact is a loss. */
  private hasRoom(
    facts: ReadonlyMap<string, unknown>,
    key: string,
    fact: FlowFact | ListenFact,
  ): boolean {
    if (facts.has(key)) return true;
    if (this.flowCount >= flowCountMax) {
      const detail = `more than ${flowCountMax} flows and ports in all`;
      this.loseFact(fact, "flow-eviction", detail);
      return false;
    }
    this.flowCount += 1;
    return true;
  }

  private addDetected(fact: DetectFact): void {
    const { signals, processes, steps } = this.shelf(fact.container);
    const { process } = fact;
    if (fact.kind === "process") {
      if (this.hasPlace(processes, process, fact)) put(processes, process, fact, mergeProcesses);
      return;
    }
    if (fact.kind === "signal") {
      const key = startKey(process) + fact.rule;
      if (this.hasPlace(signals, key, fact)) put(signals, key, fact, mergeSignals);
      return;
    }
    const key = startKey(process) + [fact.what, fact.subject].join(separator);
    if (this.hasPlace(steps, key, fact)) put(steps, key, fact, mergeSteps);
  }

  private hasPlace(facts: ReadonlyMap<string, unknown>, key: string, fact: DetectFact): boolean {
    if (facts.has(key)) return true;
    if (this.detectCount < detectCountMax) {
      this.detectCount += 1;
      return true;
    }
    const { container } = fact;
    const seen =
      fact.kind === "process"
        ? { firstSeenUs: fact.startUs, lastSeenUs: Math.max(fact.startUs, fact.exitUs) }
        : fact;
    const { firstSeenUs, lastSeenUs } = seen;
    const detail = `more than ${detectCountMax} facts of detection in all`;
    this.loseFact({ container, firstSeenUs, lastSeenUs }, "detect-eviction", detail);
    return false;
  }

  private addProfile(fact: ProfileFact): void {
    const key = factKey(fact);
    if (this.profileByKey.has(key) || this.profileByKey.size < profileCountMax) {
      put(this.profileByKey, key, fact, mergeProfiles);
      return;
    }
    const detail = `more than ${profileCountMax} values of profiles in all`;
    this.loseFact({ ...fact, container: "" }, "profile-eviction", detail);
  }

  private addLoss(fact: LossFact): void {
    const { node, container, reason, sinceUs } = fact;
    const key = [node, container, reason, sinceUs].join(separator);
    if (this.lossByKey.has(key) || this.lossByKey.size < lossCountMax) {
      put(this.lossByKey, key, fact, mergeLosses);
    } else {
      put(this.lossByKey, [node, "", reason, "others"].join(separator), fact, widenLoss);
    }
  }

  private loseFact(
    fact: Pick<FileUseFact, "container" | "firstSeenUs" | "lastSeenUs">,
    reason: string,
    detail: string,
  ): void {
    const { container, firstSeenUs, lastSeenUs } = fact;
    const key = ["", container, reason, "facts"].join(separator);
    const known = this.lossByKey.get(key);
    this.lossByKey.set(key, {
      kind: "loss",
      node: this.byContainer.get(container)?.node ?? "",
      container,
      reason,
      sinceUs: Math.min(firstSeenUs, known?.sinceUs ?? firstSeenUs),
      untilUs: Math.max(lastSeenUs, known?.untilUs ?? 0),
      count: (known?.count ?? 0) + 1,
      detail,
    });
  }

  private shelf(container: ContainerKey): ContainerShelf {
    let shelf = this.shelves.get(container);
    if (shelf === undefined) {
      shelf = {
        fileUses: new Map(),
        privileges: new Map(),
        flows: new Map(),
        listens: new Map(),
        signals: new Map(),
        processes: new Map(),
        steps: new Map(),
      };
      this.shelves.set(container, shelf);
    }
    return shelf;
  }
}

/** What follows cannot be taken for a part of it, whatever names a process has. */
function startKey(process: string): string {
  return `${process.replaceAll(separator, `${separator}\u0001`)}${separator}${separator}`;
}

/** So that ports stand in the order of their numbers. */
function padPort(port: number): string {
  return String(port).padStart(5, "0");
}

type Merge<T> = (a: T, b: T) => T;

function put<T>(facts: Map<string, T>, key: string, fact: T, merge: Merge<T>): void {
  const known = facts.get(key);
  facts.set(key, known === undefined ? fact : merge(known, fact));
}

/** One stretch that holds both: too wide a loss claims less, never more. */
function widenLoss(a: LossFact, b: LossFact): LossFact {
  return {
    ...a,
    container: a.container === b.container ? a.container : "",
    sinceUs: Math.min(a.sinceUs, b.sinceUs),
    untilUs: Math.max(a.untilUs, b.untilUs),
    count: a.count + b.count,
  };
}

function sorted<T>(facts: ReadonlyMap<string, T>): readonly T[] {
  return [...facts].sort(([a], [b]) => compareText(a, b)).map(([, fact]) => fact);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => compareText(a, b)));
}

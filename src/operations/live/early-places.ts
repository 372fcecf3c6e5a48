/**
 * Holds what workloads are before a report tells it: roles and rights of those that rules spoke of.
 * In: facts that the daemon has, objects, what a person pinned. Out: contexts, by the judge that
 * reports use, without any inventory.
 * Must never judge a workload again as long as nothing new is known of it, nor take the place of
 * what a report said.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import type { ContainerIdentity } from "../../core/inventory/image.ts";
import type { ClusterView } from "../../core/judge/cluster/cluster-view.ts";
import type { Pins } from "../../core/judge/context/judge-context.ts";
import type { WorkloadContext } from "../../core/judge/context/workload-context.ts";
import { createIdentityFinder, workloadOf } from "../../core/judge/find-identity.ts";
import { judgePlaces } from "../../core/judge/judge-places.ts";
import { workloadKey } from "../../core/judge/workload-key.ts";
import type { ContainerFact, Workload } from "../../core/observe/fact.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import type { IncidentBackground } from "./incident-background.ts";
import type { TellingFacts } from "./telling-facts.ts";

export interface PlaceKnowledge {
  readonly background: IncidentBackground;
  readonly cluster: ClusterView;
  readonly identities: readonly ContainerIdentity[];
  readonly pins: Pins;
}

interface Judged {
  /** Of what it was judged by: equal ones give the same. */
  readonly by: string;
  readonly context: WorkloadContext | undefined;
}

/** **Unit**: workloads that are judged; and containers of one, of which replicas are alike. */
const bounds = { workloads: 1000, containers: 8 };

/** What the last judgement left out at its bounds. */
export interface PlacesLeftOut {
  readonly workloads: number;
  /** Further containers of workloads that were judged. */
  readonly replicas: number;
}

export class EarlyPlaces {
  private judged: ReadonlyMap<string, Judged> = new Map();
  private knowledge: PlaceKnowledge | undefined;
  private reported: ReadonlySet<string> = new Set();
  private find = createIdentityFinder([]);
  /** Workloads that were judged, each time counted. */
  judgedCount = 0;
  leftOut: PlacesLeftOut = { workloads: 0, replicas: 0 };

  /**
   * Of workloads that signals are about and no report tells of. `knowledge` is another object when
   * anything of it changed. **Cost**: a look at each container with signals; a judgement of those
   * that something new is known of.
   */
  judge(
    facts: FactSet,
    telling: TellingFacts,
    knowledge: PlaceKnowledge,
  ): readonly WorkloadContext[] {
    if (knowledge !== this.knowledge) this.learn(knowledge);
    const groups = this.group(facts);
    const asked = new Map([...groups].map(([key, own]) => [key, describe(own, facts, telling)]));
    const isNew = (key: string) => this.judged.get(key)?.by !== asked.get(key);
    const changed = [...groups].filter(([key]) => isNew(key));
    const found = this.judgeChanged(
      changed.flatMap(([, own]) => own),
      facts,
      telling,
    );
    this.judgedCount += changed.length;
    this.judged = new Map(
      [...asked].map(([key, by]) => {
        const context = isNew(key) ? found.get(key) : this.judged.get(key)?.context;
        return [key, { by, context }];
      }),
    );
    return [...this.judged.values()].flatMap(({ context }) => context ?? []);
  }

  /** As judged last; empty for others. */
  readonly rolesOf = (workload: Workload): readonly string[] =>
    this.judged.get(workloadKey(workload))?.context?.roles.map(({ role }) => role) ?? [];

  private learn(knowledge: PlaceKnowledge): void {
    this.knowledge = knowledge;
    this.judged = new Map();
    this.find = createIdentityFinder(knowledge.identities);
    const { contexts } = knowledge.background;
    this.reported = new Set(contexts.map(({ workload }) => workloadKey(workload)));
  }

  /** Containers by workload, as a report would name it. */
  private group(facts: FactSet): ReadonlyMap<string, readonly ContainerFact[]> {
    const groups = new Map<string, ContainerFact[]>();
    const beyond = new Set<string>();
    let replicas = 0;
    for (const fact of facts.containers) {
      if (facts.signals(fact.container).length === 0) continue;
      const key = workloadKey(workloadOf(fact, this.find(fact).identity));
      if (this.reported.has(key)) continue;
      const own = groups.get(key) ?? [];
      if (own.length === 0 && groups.size >= bounds.workloads) {
        beyond.add(key);
        continue;
      }
      if (own.length < bounds.containers) own.push(fact);
      else replicas += 1;
      groups.set(key, own);
    }
    this.leftOut = { workloads: beyond.size, replicas };
    return groups;
  }

  private judgeChanged(
    containers: readonly ContainerFact[],
    facts: FactSet,
    telling: TellingFacts,
  ): ReadonlyMap<string, WorkloadContext> {
    const { knowledge } = this;
    if (containers.length === 0 || knowledge === undefined) return new Map();
    const own = new FactSet();
    for (const fact of [...facts.coverage, ...facts.losses]) own.add(fact);
    for (const container of containers) {
      own.add(container);
      for (const fact of facts.listens(container.container)) own.add(fact);
      for (const fact of telling.of(container.container)) own.add(fact);
    }
    const { workloads } = judgePlaces({
      ...{ facts: own, sboms: [], scans: [], byHand: [], inputNames: [] },
      problems: new ProblemLog(),
      ...{ identities: knowledge.identities, cluster: knowledge.cluster, pins: knowledge.pins },
    }).context;
    return new Map(workloads.map((one) => [workloadKey(one.workload), one]));
  }
}

function describe(
  containers: readonly ContainerFact[],
  facts: FactSet,
  telling: TellingFacts,
): string {
  const told = containers.map((one) => {
    const { container, imageName, imageId, workload, pod, containerName } = one;
    const listens = facts.listens(container).map(({ port, binaries }) => [port, binaries.length]);
    const names = [container, imageName, imageId, workload, pod, containerName];
    return [...names, listens, telling.revisionOf(container)];
  });
  return JSON.stringify(told);
}

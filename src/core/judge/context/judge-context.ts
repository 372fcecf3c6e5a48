/**
 * Holds how each workload's place is judged: flows, exposure, roles, reach, and where objects and
 * observation contradict each other.
 * In: judged containers, facts, objects. Out: edges, contexts by workload, contradictions.
 */
import type { FactSet } from "../../observe/fact-set.ts";
import type { ClusterView } from "../cluster/cluster-view.ts";
import type { EvidenceBook } from "../evidence-book.ts";
import type { FlowEdge } from "../flows/flow-edge.ts";
import { joinFlows } from "../flows/join-flows.ts";
import type { JudgedContainer } from "../judge-container.ts";
import type { JudgedImage } from "../judged-image.ts";
import { workloadKey } from "../workload-key.ts";
import { createScene } from "./context-scene.ts";
import { judgeScene } from "./judge-scene.ts";
import { listNetworkedHosts, listPorts } from "./list-sockets.ts";
import type { Contradiction, RoleName, WorkloadContext } from "./workload-context.ts";

/** What a person pinned in the configuration. */
export interface Pins {
  /** An address or network to what a person calls it. */
  readonly addressNames: ReadonlyMap<string, string>;
  /** Workload, `namespace/name`, pod or container name to its roles. */
  readonly roles: ReadonlyMap<string, readonly RoleName[]>;
}

export interface JudgeContextOptions {
  readonly facts: FactSet;
  readonly containers: readonly JudgedContainer[];
  readonly cluster: ClusterView;
  readonly pins: Pins;
  readonly evidence: EvidenceBook;
}

export interface JudgedContext {
  /** **Order**: by workload. One entry a workload that was seen. */
  readonly workloads: readonly WorkloadContext[];
  /** **Order**: by the ends' names, then port. */
  readonly flows: readonly FlowEdge[];
  readonly contradictions: readonly Contradiction[];
}

/** **Cost**: linear in facts and edges, and questions to policies for each pair of workloads. */
export function judgeContext(options: JudgeContextOptions): JudgedContext {
  const { facts, containers, cluster, pins, evidence } = options;
  const joins = containers.map(({ join }) => join);
  const flows = joinFlows({ facts, joins, cluster, addressNames: pins.addressNames, evidence });
  const hosts = listNetworkedHosts(facts);
  const portsOf = listPorts(facts, evidence);
  const scene = createScene({ containers, hosts, edges: flows, portsOf, cluster });
  const { workloads, contradictions } = judgeScene({ scene, facts, roles: pins.roles, evidence });
  return { workloads, flows, contradictions };
}

/** The same images, each with the context of its workload. */
export function attachContexts(
  images: readonly JudgedImage[],
  workloads: readonly WorkloadContext[],
): readonly JudgedImage[] {
  const byKey = new Map(workloads.map((context) => [workloadKey(context.workload), context]));
  return images.map((image) => ({ ...image, context: byKey.get(workloadKey(image.workload)) }));
}

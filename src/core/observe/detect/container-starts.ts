/**
 * Holds since when each container was seen, whether from its start, and whose it is.
 * In: nodes of the process tree, pods as events name them. Out: answers for detectors.
 * Must stay within its bound: the longest known goes first.
 */
import type { Pod, TimeUs } from "../../event/event.ts";
import type { ContainerKey, Workload } from "../fact.ts";
import type { ProcessNode } from "../fold.ts";

interface Start {
  sinceUs: TimeUs;
  fromStart: boolean;
}

/** Plain data. */
export interface ContainerStartsDump {
  readonly starts: readonly (readonly [ContainerKey, Start])[];
  readonly workloads: readonly (readonly [ContainerKey, Workload])[];
}

const containerCountMax = 16_384;

export class ContainerStarts {
  private readonly starts: Map<ContainerKey, Start>;
  private readonly workloads: Map<ContainerKey, Workload>;

  constructor(dumped?: ContainerStartsDump) {
    this.starts = new Map(dumped?.starts ?? []);
    this.workloads = new Map(dumped?.workloads ?? []);
  }

  since(container: ContainerKey): Start | undefined {
    return this.starts.get(container);
  }

  note(node: ProcessNode, nowUs: TimeUs): void {
    const known = this.starts.get(node.container);
    if (known === undefined) {
      bound(this.starts);
      this.starts.set(node.container, { sinceUs: nowUs, fromStart: node.startsContainer });
      return;
    }
    if (nowUs < known.sinceUs && nowUs > 0) known.sinceUs = nowUs;
    if (node.startsContainer && !known.fromStart) known.fromStart = true;
  }

  /** One object a container: thousands of processes share it. */
  workloadOf(container: ContainerKey, pod: Pod, cluster: string): Workload {
    const known = this.workloads.get(container);
    if (known !== undefined) return known;
    const isOwned = pod.workload !== "";
    const workload: Workload = {
      cluster,
      namespace: pod.namespace,
      kind: isOwned ? pod.workloadKind : "Pod",
      name: isOwned ? pod.workload : pod.name,
      container: pod.containerName,
    };
    bound(this.workloads);
    this.workloads.set(container, workload);
    return workload;
  }

  release(isGone: (container: ContainerKey) => boolean): void {
    for (const key of this.starts.keys()) if (isGone(key)) this.starts.delete(key);
    for (const key of this.workloads.keys()) if (isGone(key)) this.workloads.delete(key);
  }

  dump(): ContainerStartsDump {
    return { starts: [...this.starts], workloads: [...this.workloads] };
  }
}

function bound(map: Map<string, unknown>): void {
  if (map.size < containerCountMax) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}

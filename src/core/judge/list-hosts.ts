/**
 * Holds the nodes that a person named an SBOM for: their own processes are judged like containers.
 * In: facts, names given by hand. Out: one container fact a node that was named.
 * Must never list a node that nobody named: its processes are no container's.
 */
import { hostKey } from "../observe/container-key.ts";
import type { ContainerFact, CoverageFact } from "../observe/fact.ts";
import { earliest } from "../observe/merge-facts.ts";

/** `host` is every node. **Order**: of `coverage`. */
export function listHosts(
  coverage: readonly CoverageFact[],
  names: readonly string[],
): readonly ContainerFact[] {
  const nodes = Map.groupBy(coverage, ({ node }) => node);
  return [...nodes]
    .filter(([node]) => names.some((name) => ["host", node, hostKey(node)].includes(name)))
    .map(([node, facts]) => toHost(node, facts));
}

/** A node runs for longer than anybody watches it. */
function toHost(node: string, coverage: readonly CoverageFact[]): ContainerFact {
  const unnamed = { namespace: "", pod: "", podUid: "", workloadKind: "", workload: "" };
  return {
    kind: "container",
    container: hostKey(node),
    node,
    cluster: "",
    containerId: "",
    ...unnamed,
    ...{ containerName: "", imageName: "", imageId: "" },
    firstSeenUs: coverage.reduce((first, { sinceUs }) => earliest(first, sinceUs), 0),
    lastSeenUs: coverage.reduce((last, { untilUs }) => Math.max(last, untilUs), 0),
    startedUs: 0,
    fromStart: false,
    ended: false,
    dumped: false,
  };
}

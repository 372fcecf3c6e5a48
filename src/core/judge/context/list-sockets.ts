/**
 * Holds which sockets listen where: in containers, and on nodes themselves.
 * In: facts. Out: listening ports, nodes as workloads.
 */
import { isHostKey, isNetworkKey, nodeOfHostKey } from "../../observe/container-key.ts";
import type { ContainerKey, Workload } from "../../observe/fact.ts";
import type { FactSet } from "../../observe/fact-set.ts";
import type { EvidenceBook } from "../evidence-book.ts";
import type { ListeningPort } from "./workload-context.ts";

/** Nodes whose own processes were seen to talk or to listen. */
export function listNetworkedHosts(facts: FactSet): ReadonlyMap<ContainerKey, Workload> {
  const clusters = new Map<string, string>();
  for (const { node, cluster } of facts.containers) if (cluster !== "") clusters.set(node, cluster);
  return new Map(
    facts.networked
      .filter((key) => isHostKey(key) && !isNetworkKey(key))
      .map((key) => {
        const name = nodeOfHostKey(key);
        const cluster = clusters.get(name) ?? "";
        return [key, { cluster, namespace: "", kind: "Host", name, container: "" }];
      }),
  );
}

/** Of a container or host, with their evidence. **Order**: by protocol, port, address. */
export function listPorts(
  facts: FactSet,
  evidence: EvidenceBook,
): (container: ContainerKey) => readonly ListeningPort[] {
  return (container) =>
    facts.listens(container).map((fact) => {
      const { port, protocol, address, binaries } = fact;
      return { port, protocol, address, binaries, evidence: [evidence.addListen(fact)] };
    });
}

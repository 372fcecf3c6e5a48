/**
 * Holds the operation `ps`: the containers of a recording or a state, or the process tree of one.
 * In: events, or the state of a daemon; the name of a container. Out: its processes, each with its
 * class and the reason.
 */

import * as z from "zod";
import { ProblemLog } from "../core/event/problem.ts";
import { containerKey, hostKey, isHostKey } from "../core/observe/container-key.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import type { SeenContainer } from "./describe-event-file.ts";
import { findContainer } from "./list-containers.ts";
import { type Look, listProcesses, type ProcessesOfOne } from "./list-processes.ts";
import { loadCluster } from "./load-cluster.ts";
import type { Operation } from "./operation.ts";
import { pastSourceFields, resolvePastSources } from "./past-sources.ts";
import { collectProbeCommands } from "./probe-commands.ts";
import { canReadAgain } from "./read-text.ts";
import { seenContainers } from "./see-containers.ts";

const input = z.strictObject({
  container: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe("Container, pod or workload name, namespace/name, or id prefix; host for the host"),
  ...pastSourceFields,
});

export interface PsOutput extends ProcessesOfOne {
  /** null when no container was asked for: then `containers` lists them. */
  readonly container: SeenContainer | null;
  readonly containers: readonly SeenContainer[];
}

export const ps: Operation<z.infer<typeof input>, PsOutput> = {
  name: "ps",
  summary: "list containers, or the processes of one with their class",
  description:
    "Without a name lists the containers that the events or the state of a daemon show. With one " +
    "shows its process tree: which processes are the service itself, and which are probes, " +
    "people, package managers or the container runtime, each with the reason for its class.",
  effect: "read",
  input,
  run: async ({ container, ...given }, context) => {
    const problems = new ProblemLog();
    const sources = await resolvePastSources(given, context);
    const { identities } = await loadCluster(sources, context, problems);
    const probeCommands = collectProbeCommands(identities, context.settings, problems);
    const look: Look = { sources, identities, probeCommands, problems, context };
    if (container === undefined) {
      const containers = await seenContainers(look);
      return { container: null, containers, processes: [], leftOutCount: 0 };
    }
    const target = await findTarget(container, look);
    const { id } = target;
    const processes = await listProcesses(isHostKey(id) ? id : containerKey(id), look);
    return { container: target, containers: [target], ...processes };
  },
};

/** Names are known only after the events were read once; a whole id and the host need no pass. */
async function findTarget(name: string, look: Look): Promise<SeenContainer> {
  if (name === "host") return unnamed(hostKey(""));
  if (isHostKey(name)) return unnamed(name);
  const { sources, context } = look;
  if (sources.state !== "" || (await canReadAgain(context.files, sources.events))) {
    return findContainer(await seenContainers(look), name);
  }
  if (/^[0-9a-f]{31,64}$/.test(name)) return unnamed(name);
  throw new WaggleError(
    "usage",
    "Standard input or a pipe can be read only once, so a container in it must be given by its " +
      "whole id.",
  );
}

function unnamed(id: string): SeenContainer {
  const names = { namespace: "", pod: "", workload: "", container: "", image: "" };
  return { id, ...names, eventCount: 0, from: null, to: null };
}

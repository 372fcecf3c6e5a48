/**
 * Holds who a container is: what the given container lists say of a container seen in events.
 * In: container facts and identities from files. Out: one merged identity, the running image.
 * Must never take a short prefix that fits two containers for either of them.
 */

import type { ContainerIdentity } from "../inventory/image.ts";
import { isHostKey } from "../observe/container-key.ts";
import type { ContainerFact, Workload } from "../observe/fact.ts";
import { digestOf, parseReference } from "./image-reference.ts";
import type { RunningImage } from "./match-image.ts";

/** What every tool prints of an id. */
const prefixLengthMin = 12;

export interface FoundIdentity {
  readonly identity: ContainerIdentity | undefined;
  /** Two files that disagree on the image of one container; "" when none do. */
  readonly conflict: string;
}

export type IdentityFinder = (container: ContainerFact) => FoundIdentity;

/** **Cost**: a look-up per container. */
export function createIdentityFinder(identities: readonly ContainerIdentity[]): IdentityFinder {
  const prefixOf = ({ containerId }: ContainerIdentity) => containerId.slice(0, prefixLengthMin);
  const hasId = (one: ContainerIdentity) => prefixOf(one).length === prefixLengthMin;
  const byPrefix = Map.groupBy(identities.filter(hasId), prefixOf);
  const unnumbered = identities.filter((one) => !hasId(one) && one.pod !== "");
  const byPod = Map.groupBy(unnumbered, (one) => podKey(one.namespace, one.pod, one.name));
  return (container) => {
    const id = longestId(container);
    const near = byPrefix.get(id.slice(0, prefixLengthMin)) ?? [];
    const fitting = near.filter(({ containerId }) => isSameId(containerId, id));
    const { namespace, pod, containerName } = container;
    const named = pod === "" ? [] : (byPod.get(podKey(namespace, pod, containerName)) ?? []);
    return merge(fitting.length > 0 ? fitting : named);
  };
}

function longestId({ containerId, container }: ContainerFact): string {
  return containerId.length >= container.length ? containerId : container;
}

function isSameId(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function podKey(namespace: string, pod: string, name: string): string {
  return JSON.stringify([namespace, pod, name]);
}

/** Later files fill what earlier ones leave empty. */
function merge(found: readonly ContainerIdentity[]): FoundIdentity {
  const [first, ...others] = found;
  if (first === undefined) return { identity: undefined, conflict: "" };
  const ids = new Set(found.map(({ containerId }) => containerId.slice(0, 64)));
  const longest = [...ids].sort((a, b) => b.length - a.length)[0] ?? "";
  if ([...ids].some((id) => !longest.startsWith(id))) {
    return { identity: undefined, conflict: "its short id fits several listed containers" };
  }
  const digests = new Set(found.map((one) => one.imageDigest).filter((one) => one !== ""));
  const conflict =
    digests.size > 1 ? `its image is listed as ${[...digests].sort().join(" and as ")}` : "";
  return { identity: others.reduce(fill, first), conflict };
}

function fill(known: ContainerIdentity, more: ContainerIdentity): ContainerIdentity {
  const text = (a: string, b: string) => (a === "" ? b : a);
  const list = (a: readonly string[], b: readonly string[]) => (a.length === 0 ? b : a);
  return {
    input: known.input,
    containerId:
      known.containerId.length >= more.containerId.length ? known.containerId : more.containerId,
    name: text(known.name, more.name),
    namespace: text(known.namespace, more.namespace),
    pod: text(known.pod, more.pod),
    podUid: text(known.podUid, more.podUid),
    workloadKind: text(known.workloadKind, more.workloadKind),
    workload: text(known.workload, more.workload),
    imageReference: text(known.imageReference, more.imageReference),
    imageDigest: text(known.imageDigest, more.imageDigest),
    imageId: text(known.imageId, more.imageId),
    privileged: known.privileged ?? more.privileged,
    hostPid: known.hostPid ?? more.hostPid,
    hostNetwork: known.hostNetwork ?? more.hostNetwork,
    uid: known.uid ?? more.uid,
    addedCapabilities: list(known.addedCapabilities, more.addedCapabilities),
    hostMounts: list(known.hostMounts, more.hostMounts),
    mountPaths: list(known.mountPaths, more.mountPaths),
    probeCommands: list(known.probeCommands, more.probeCommands),
    startedUs: known.startedUs === 0 ? more.startedUs : known.startedUs,
  };
}

/** Stable owner of a container; the container itself where nobody names one. */
export function workloadOf(
  container: ContainerFact,
  identity: ContainerIdentity | undefined,
): Workload {
  const { cluster, node } = container;
  if (isHostKey(container.container)) {
    return { cluster, namespace: "", kind: "Host", name: node, container: "" };
  }
  const namespace = container.namespace || identity?.namespace || "";
  const pod = container.pod || identity?.pod || "";
  const name = container.workload || identity?.workload || pod;
  const kind = container.workloadKind || identity?.workloadKind || (pod === "" ? "" : "Pod");
  const own = container.containerName || identity?.name || "";
  if (name !== "") return { cluster, namespace, kind: kind || "Container", name, container: own };
  const id = longestId(container).slice(0, prefixLengthMin);
  return { cluster, namespace, kind: "Container", name: own || id, container: own || id };
}

/** What runs, by all that events and lists say of it. */
export function runningImage(
  container: ContainerFact,
  identity: ContainerIdentity | undefined,
): RunningImage {
  const texts = [container.imageId, identity?.imageDigest ?? ""];
  const digests = new Set(texts.map(digestOf).filter((one) => one !== ""));
  const named = [container.imageName, identity?.imageReference ?? ""].filter((one) => one !== "");
  const references = [...named, container.imageId].map(parseReference);
  for (const { digest } of references) if (digest !== "") digests.add(digest);
  return {
    digests: [...digests],
    imageIds: [digestOf(identity?.imageId ?? "")].filter((one) => one !== ""),
    references: references.filter(
      ({ repository, baseName }) => repository !== "" || baseName !== "",
    ),
  };
}

/**
 * Holds the containers of a recording, or of the state of a daemon, by the names that people call
 * them.
 * In: what was read of the events, or facts; identities from files. Out: containers; the one meant.
 * Must never guess: several that fit are an error that lists them.
 */

import { compareText } from "../core/event/compare-text.ts";
import { formatTime } from "../core/event/format-time.ts";
import type { ContainerIdentity } from "../core/inventory/image.ts";
import { containerKey, isHostKey } from "../core/observe/container-key.ts";
import type { ContainerFact, ContainerKey } from "../core/observe/fact.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { describeEventFile, type SeenContainer } from "./describe-event-file.ts";
import { nearestName } from "./nearest-name.ts";
import { isCalled } from "./probe-commands.ts";
import type { Recording } from "./read-recording.ts";

/** **Order**: by namespace, pod, container, id. Names of files fill in what the events lack. */
export function listContainers(
  recording: Recording,
  identities: readonly ContainerIdentity[],
): readonly SeenContainer[] {
  const byKey = new Map<ContainerKey, SeenContainer>();
  for (const input of recording.inputs) {
    for (const one of describeEventFile(input).containers) {
      const key = containerKey(one.id);
      const known = byKey.get(key);
      byKey.set(key, known === undefined ? complete(one, identities) : add(known, one));
    }
  }
  return sortByName([...byKey.values()]);
}

/** **Order**: as `listContainers`. How many events there were is not known. */
export function containersOfFacts(
  facts: Iterable<ContainerFact>,
  identities: readonly ContainerIdentity[],
): readonly SeenContainer[] {
  const seen = [...facts].filter(({ container }) => !isHostKey(container));
  return sortByName(
    seen.map((fact) => {
      const { container, containerId, namespace, pod, workload, containerName, imageName } = fact;
      const one = {
        id: containerId === "" ? container : containerId,
        ...{ namespace, pod, workload, container: containerName, image: imageName },
        ...{ eventCount: -1, from: formatTime(fact.firstSeenUs), to: formatTime(fact.lastSeenUs) },
      };
      return complete(one, identities);
    }),
  );
}

function sortByName(containers: readonly SeenContainer[]): readonly SeenContainer[] {
  const nameOf = (one: SeenContainer) => JSON.stringify([one.namespace, one.pod, one.container]);
  return containers.toSorted(
    (a, b) => compareText(nameOf(a), nameOf(b)) || compareText(a.id, b.id),
  );
}

function complete(one: SeenContainer, identities: readonly ContainerIdentity[]): SeenContainer {
  if (one.pod !== "") return one;
  const identity = identities.find(
    ({ containerId }) => containerId.startsWith(one.id) || one.id.startsWith(containerId),
  );
  if (identity === undefined) return one;
  const { namespace, pod, workload, name, imageReference } = identity;
  return { ...one, namespace, pod, workload, container: name, image: imageReference };
}

function add(a: SeenContainer, b: SeenContainer): SeenContainer {
  const named = a.pod !== "" || a.container !== "" ? a : b;
  const times = (one: string | null, other: string | null, sign: 1 | -1): string | null => {
    if (one === null || other === null) return one ?? other;
    return (one < other ? 1 : -1) * sign > 0 ? one : other;
  };
  return {
    ...named,
    id: a.id.length >= b.id.length ? a.id : b.id,
    eventCount: a.eventCount + b.eventCount,
    from: times(a.from, b.from, 1),
    to: times(a.to, b.to, -1),
  };
}

/** **Errors**: throws `not-found` with the nearest name, or with all that fit when several do. */
export function findContainer(containers: readonly SeenContainer[], name: string): SeenContainer {
  const called = (one: SeenContainer) =>
    `${one.namespace}/${one.pod}/${one.container}` === name ||
    isCalled({ ...one, containerId: one.id, name: one.container }, name) ||
    containerKey(one.id) === containerKey(name);
  const meant = containers.filter(called);
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only;
  if (meant.length > 1) {
    const ids = meant.slice(0, 8).map((one) => `${one.id.slice(0, 12)} (${one.pod})`);
    const text = `"${name}" is the name of ${meant.length} containers; give the id of one: `;
    throw new WaggleError("not-found", `${text}${ids.join(", ")}.`);
  }
  const near = nearestName(name, new Set(containers.flatMap(namesOf)));
  const hint = near === undefined ? "`waggle ps` without a name lists them" : `near: ${near}`;
  throw new WaggleError(
    "not-found",
    `No container "${name}" among the ${containers.length} of these events; ${hint}.`,
  );
}

function namesOf({ namespace, pod, container, workload }: SeenContainer): readonly string[] {
  const names = [container, workload, pod].filter((name) => name !== "");
  const spaced = names.map((name) => `${namespace}/${name}`);
  return namespace === "" ? names : [...names, ...spaced];
}

/**
 * Holds which containers a person means by a name.
 * In: containers that were seen, a name. Out: those that are meant.
 */
import type { ContainerFact } from "../../core/observe/fact.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

/**
 * By container id or its start, pod, workload, name, or with its namespace; "host" is none of them.
 * **Errors**: throws `not-found`.
 */
export function findContainers(
  all: readonly ContainerFact[],
  name: string,
): readonly ContainerFact[] {
  if (name === "host") return [];
  const found = all.filter((one) => namesOf(one).includes(name) || isIdOf(name, one));
  if (found.length > 0) return found;
  const known = [...new Set(all.map((one) => one.workload || one.container.slice(0, 12)))];
  const listed = known.slice(0, 20).map((one) => JSON.stringify(one));
  throw new WaggleError(
    "not-found",
    `No container is called ${JSON.stringify(name)}; seen were: ${listed.join(", ") || "none"}.`,
  );
}

function namesOf({ namespace, pod, workload, containerName }: ContainerFact): readonly string[] {
  const names = [pod, workload, containerName].filter((one) => one !== "");
  return [...names, ...names.map((one) => `${namespace}/${one}`)];
}

function isIdOf(name: string, { containerId }: ContainerFact): boolean {
  return /^[0-9a-f]{4,64}$/.test(name) && containerId.startsWith(name);
}

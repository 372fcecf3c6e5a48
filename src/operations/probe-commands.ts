/**
 * Holds which commands are health checks: those that cluster objects declare and those that the
 * configuration names. In: identities, configuration. Out: commands by container.
 * Must never guess: a name that no container has is a problem, not a pattern.
 */

import type { ProblemLog } from "../core/event/problem.ts";
import type { ContainerIdentity } from "../core/inventory/image.ts";
import { containerKey } from "../core/observe/container-key.ts";
import type { ContainerKey } from "../core/observe/fact.ts";
import type { Settings } from "./operation.ts";

/** **Shape**: by container key; a command of the configuration without a container is of all. */
export function collectProbeCommands(
  identities: readonly ContainerIdentity[],
  settings: Settings,
  problems: ProblemLog,
): ReadonlyMap<ContainerKey, readonly string[]> {
  const commands = new Map<ContainerKey, string[]>();
  const add = (identity: ContainerIdentity, added: readonly string[]): void => {
    const key = containerKey(identity.containerId);
    if (added.length > 0) commands.set(key, [...(commands.get(key) ?? []), ...added]);
  };
  for (const identity of identities) add(identity, identity.probeCommands);
  for (const { container, command } of settings.config.probes ?? []) {
    const meant = identities.filter((one) => container === undefined || isCalled(one, container));
    for (const identity of meant) add(identity, [command]);
    if (meant.length > 0) continue;
    problems.add({
      code: "probe-without-container",
      weight: "notice",
      message:
        `A probe of the configuration is for "${container ?? ""}", and neither --k8s nor ` +
        "--containers lists such a container; it had no effect.",
      place: { input: settings.file, offset: -1, line: 0 },
    });
  }
  return commands;
}

/** By id or its prefix of at least six digits, container, pod or workload name. */
export function isCalled(
  one: Pick<ContainerIdentity, "containerId" | "name" | "pod" | "workload" | "namespace">,
  name: string,
): boolean {
  const names = [one.name, one.pod, one.workload];
  const spaced = names.flatMap((each) => [each, `${one.namespace}/${each}`]);
  if (name !== "" && spaced.includes(name)) return true;
  return name.length >= 6 && /^[0-9a-f]+$/.test(name) && one.containerId.startsWith(name);
}

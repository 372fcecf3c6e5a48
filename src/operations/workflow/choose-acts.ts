/**
 * Holds which acts a sensor tells of, and the inputs that such sensors share.
 * In: acts of a run, a container. Out: those that are meant, and how containers are called.
 */
import * as z from "zod";
import { isHostKey } from "../../core/observe/container-key.ts";
import type { ContainerFact } from "../../core/observe/fact.ts";
import { findContainers } from "../detect/find-containers.ts";
import type { SeenActs } from "./sight.ts";

export const sinceField = z
  .string()
  .max(100)
  .optional()
  .describe(
    "From when on: an ISO time, or 30m, 2h before the last event; all of a recording, the last " +
      "hour of an archive when left out",
  );

export const containerField = z
  .string()
  .min(1)
  .max(1000)
  .optional()
  .describe("Only this one: container id, pod, workload, namespace/workload, or host");

/** Says of each container key whether it is meant. **Errors**: throws `not-found`. */
export function wantsContainer(
  containers: readonly ContainerFact[],
  name: string | undefined,
): (key: string) => boolean {
  if (name === undefined) return () => true;
  const keys = new Set(findContainers(containers, name).map(({ container }) => container));
  return (key) => (name === "host" ? isHostKey(key) : keys.has(key));
}

/** `namespace/pod/container` by key; the key itself where nothing is known. */
export function namePlaces({ containers }: SeenActs): (key: string) => string {
  const names = new Map(
    containers.map((one) => {
      const parts = [one.namespace, one.pod || one.workload, one.containerName];
      return [one.container, parts.filter((part) => part !== "").join("/")] as const;
    }),
  );
  return (key) => names.get(key) || key;
}

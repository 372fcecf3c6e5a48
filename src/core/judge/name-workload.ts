/**
 * Holds what a workload is called before a person.
 * In: a workload. Out: its name, untrusted text.
 */
import type { Workload } from "../observe/fact.ts";

/** `shop/api`, with the container where it has another name; what kind of thing it is where odd. */
export function nameWorkload({ namespace, kind, name, container }: Workload): string {
  if (kind === "Image") return `${name} (never seen running)`;
  const owner = namespace === "" ? name : `${namespace}/${name}`;
  return container === "" || container === name ? owner : `${owner}/${container}`;
}

/** Each once; of more than six the first five and how many more. */
export function nameWorkloads(workloads: readonly Workload[]): string {
  const names = [...new Set(workloads.map(nameWorkload))];
  const shown = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  return shown.join(", ");
}

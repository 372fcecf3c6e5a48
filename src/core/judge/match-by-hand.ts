/**
 * Holds how a name that a person gave (`--sbom NAME=FILE`) is joined to containers.
 * In: a name and a container. Out: how closely it names it.
 * Must never match a part of a name, but for prefixes of container ids.
 */

import type { ContainerIdentity } from "../inventory/image.ts";
import { isHostKey } from "../observe/container-key.ts";
import type { ContainerFact } from "../observe/fact.ts";
import { isSameReference, parseReference } from "./image-reference.ts";
import type { RunningImage } from "./match-image.ts";

const idPrefixLengthMin = 6;

export interface NamedContainer {
  readonly container: ContainerFact;
  readonly identity: ContainerIdentity | undefined;
}

export interface NamedInput {
  readonly name: string;
  readonly input: string;
}

export interface NameRefusal {
  readonly given: NamedInput;
  readonly reason: string;
}

export interface Assignment<Named> {
  inputOf(one: Named): string | undefined;
  /** Names that were not used, and why. */
  readonly refusals: readonly NameRefusal[];
}

/** A name counts for the containers that it names most closely, if they run one image. */
export function assignByHand<Named extends NamedContainer & { readonly running: RunningImage }>(
  given: readonly NamedInput[],
  containers: readonly Named[],
): Assignment<Named> {
  const best = new Map<Named, { readonly closeness: number; readonly input: string }>();
  const refusals: NameRefusal[] = [];
  for (const one of given) {
    const { closeness, named } = closest(one.name, containers);
    const reason = refuse(named, closeness);
    if (reason !== "") refusals.push({ given: one, reason });
    for (const container of reason === "" ? named : []) {
      const known = best.get(container);
      if (known !== undefined && known.closeness === closeness && known.input !== one.input) {
        refusals.push({ given: one, reason: "another file is named for the same container" });
      } else if (known === undefined || closeness < known.closeness) {
        best.set(container, { closeness, input: one.input });
      }
    }
  }
  return { inputOf: (one) => best.get(one)?.input, refusals };
}

function closest<Named extends NamedContainer>(
  name: string,
  containers: readonly Named[],
): { readonly closeness: number; readonly named: readonly Named[] } {
  let closeness = Number.POSITIVE_INFINITY;
  let named: Named[] = [];
  for (const container of containers) {
    const found = closenessOf(name, container) ?? Number.POSITIVE_INFINITY;
    if (found < closeness) named = [];
    if (found <= closeness && Number.isFinite(found)) named.push(container);
    closeness = Math.min(closeness, found);
  }
  return { closeness, named };
}

function refuse(named: readonly { readonly running: RunningImage }[], closeness: number): string {
  if (named.length === 0) return "no container seen has that id, name, pod, workload or image";
  if (named.length > 1 && closeness === 0) return "several container ids begin with it";
  const images = new Set(
    named.map(({ running }) => running.digests[0] ?? running.references[0]?.repository ?? ""),
  );
  return images.size > 1 ? "it names containers of different images" : "";
}

/** The closer the name, the lower; undefined when it does not name the container. */
function closenessOf(name: string, one: NamedContainer): number | undefined {
  const ways = [isId, isContainerName, isPod, isWorkload, isImage];
  const closeness = ways.findIndex((way) => way(name, one));
  return closeness < 0 ? undefined : closeness;
}

function isId(name: string, { container, identity }: NamedContainer): boolean {
  if (isHostKey(container.container)) {
    return name === "host" || name === container.node || name === container.container;
  }
  if (name.length < idPrefixLengthMin || !/^[0-9a-f]+$/.test(name)) return false;
  const ids = [container.containerId, container.container, identity?.containerId ?? ""];
  // Events may carry only the first digits of the full id that the person gave.
  return ids.some((id) => id !== "" && (id.startsWith(name) || name.startsWith(id)));
}

function isContainerName(name: string, { container, identity }: NamedContainer): boolean {
  return name === container.containerName || name === identity?.name;
}

function isPod(name: string, { container, identity }: NamedContainer): boolean {
  const pods = [container, identity].filter((one) => one !== undefined && one.pod !== "");
  return pods.some((one) => name === one?.pod || name === `${one?.namespace}/${one?.pod}`);
}

function isWorkload(name: string, { container, identity }: NamedContainer): boolean {
  const owners = [container, identity].filter((one) => one !== undefined && one.workload !== "");
  return owners.some((one) =>
    [one?.workload, `${one?.namespace}/${one?.workload}`, `${one?.workloadKind}/${one?.workload}`]
      .map((known) => known?.toLowerCase())
      .includes(name.toLowerCase()),
  );
}

function isImage(name: string, { container, identity }: NamedContainer): boolean {
  const wanted = parseReference(name);
  const texts = [container.imageName, container.imageId, identity?.imageReference ?? ""];
  return texts
    .filter((text) => text !== "")
    .map(parseReference)
    .some((image) => {
      if (isSameReference(wanted, image)) return true;
      if (wanted.digest !== "") return wanted.digest === image.digest;
      if (wanted.tag !== "") return false;
      return (
        name === image.baseName ||
        (wanted.repository !== "" && wanted.repository === image.repository)
      );
    });
}

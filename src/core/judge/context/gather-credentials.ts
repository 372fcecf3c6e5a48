/**
 * Holds which credentials lie ready in a workload: those that its objects give it, and those that
 * its processes were seen to read.
 * In: a place, objects, uses of files. Out: credentials by name; never a value.
 */
import { compareText } from "../../event/compare-text.ts";
import type { FactSet } from "../../observe/fact-set.ts";
import type { ClusterView } from "../cluster/cluster-view.ts";
import type { Place } from "./context-scene.ts";
import { credentialOf } from "./credential-files.ts";
import type { Credential } from "./workload-context.ts";

export interface CredentialSources {
  readonly cluster: ClusterView;
  readonly facts: FactSet;
  /** It was seen to talk to the metadata service of a cloud. */
  readonly hasMetadata: boolean;
}

const countMax = 50;

/** **Order**: powerful ones first, then by kind and name. */
export function gatherCredentials(
  place: Place,
  { cluster, facts, hasMetadata }: CredentialSources,
): readonly Credential[] {
  const found = new Map<string, Credential>();
  const add = (one: Credential) => {
    const key = JSON.stringify([one.kind, one.name]);
    if (!found.has(key)) found.set(key, one);
  };
  for (const pod of place.pods.slice(0, 1)) {
    for (const one of cluster.credentialsOf(pod, place.workload.container)) add(one);
  }
  const kinds = new Set([...found.values()].map(({ kind }) => kind));
  for (const one of readBy(place, facts)) {
    // Objects name the account; the file alone only shows that there is one.
    if (one.kind === "service-account" && kinds.has(one.kind)) continue;
    add({ ...one, rights: [], powerful: one.kind === "host-file" });
  }
  if (hasMetadata) {
    const name = "metadata service";
    add({ kind: "cloud-metadata", name, rights: [], powerful: false });
  }
  return [...found.values()].sort(compareCredentials).slice(0, countMax);
}

function readBy(place: Place, facts: FactSet): readonly Pick<Credential, "kind" | "name">[] {
  return place.containers.flatMap(({ join, privileges }) => {
    const mounts = privileges
      .filter(({ privilege, source }) => privilege === "host-mount" && source !== "denied")
      .map(({ detail }) => detail);
    return facts
      .fileUses(join.container.container)
      .filter(({ actor, how }) => (actor === "service" || actor === "startup") && how === "read")
      .map(({ path }) => credentialOf(path, mounts))
      .filter((one) => one !== undefined)
      .map((one) => (one.name === "" ? { ...one, name: "token of the pod" } : one));
  });
}

function compareCredentials(a: Credential, b: Credential): number {
  return (
    Number(b.powerful) - Number(a.powerful) ||
    compareText(a.kind, b.kind) ||
    compareText(a.name, b.name)
  );
}

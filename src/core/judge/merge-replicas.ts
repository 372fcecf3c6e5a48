/**
 * Holds how the containers of one workload that run one image become one judged image.
 * In: judged containers. Out: usage of every package, privileges and matches, merged.
 * Must never let one replica hide what another used or may do.
 */
import type { Sbom } from "../inventory/image.ts";
import { createLayerFinder, originOf } from "./image-origin.ts";
import type { JudgedContainer } from "./judge-container.ts";
import type { JudgedImage, JudgedPackage } from "./judged-image.ts";
import { mergeUsages } from "./merge-usage.ts";
import { packageRef } from "./package-ref.ts";
import type { Privilege } from "./verdict.ts";

/** **Shape**: at least one container, all of one workload and image. */
export function mergeReplicas(replicas: readonly JudgedContainer[]): JudgedImage {
  const [first] = replicas;
  if (first === undefined) throw new Error("a group of replicas has at least one container");
  const { join } = first;
  const sbom = replicas.find((one) => one.join.sbom !== undefined)?.join.sbom;
  const scan = replicas.find((one) => one.join.scan !== undefined)?.join.scan;
  return {
    image: join.image,
    workload: join.workload,
    packages: sbom === undefined ? [] : mergePackages(sbom, replicas),
    matches: scan?.matches ?? [],
    privileges: mergePrivileges(replicas.flatMap((one) => one.privileges)),
    privileged: replicas.some((one) => one.privileged),
    observedUs: Math.max(0, ...replicas.map((one) => one.observedUs)),
    context: undefined,
    origin: originOf(sbom, scan),
    missing:
      sbom === undefined
        ? `no SBOM was joined to the container (${join.note === "" ? "none fits" : join.note})`
        : "the SBOM of the image does not list the package that the scan names",
  };
}

function mergePackages(sbom: Sbom, replicas: readonly JudgedContainer[]): readonly JudgedPackage[] {
  const layerOf = createLayerFinder(sbom);
  return sbom.packages.map((one) => {
    const usages = replicas.flatMap(({ usages: all }) => {
      const usage = all.get(one.id);
      return usage === undefined ? [] : [usage];
    });
    const source = one.source === "" ? one.name : one.source;
    const isBlank = replicas.some(({ blanks }) => blanks.has(one.id));
    return {
      ref: packageRef(one),
      source,
      usage: mergeUsages(usages),
      isBlank,
      layer: layerOf(one),
    };
  });
}

function mergePrivileges(all: readonly Privilege[]): readonly Privilege[] {
  const merged = new Map<string, Privilege>();
  for (const one of all) {
    const key = JSON.stringify([one.privilege, one.detail, one.source]);
    const known = merged.get(key);
    const evidence = [...new Set([...(known?.evidence ?? []), ...one.evidence])];
    merged.set(key, { ...one, evidence });
  }
  return [...merged.values()];
}

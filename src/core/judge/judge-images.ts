/**
 * Holds how containers and their inventory become judged images: usage of every package, privileges
 * and coverage of every container, replicas of one workload merged.
 * In: joins, facts, scans. Out: judged images, package verdicts, coverage summaries.
 * Must never leave out a container or a scan: what found no partner is listed as unknown.
 */
import type { ProblemLog } from "../event/problem.ts";
import type { Sbom, Scan } from "../inventory/image.ts";
import { declaredPrivileges } from "../observe/declared-privileges.ts";
import type { PrivilegeFact, Workload } from "../observe/fact.ts";
import type { FactSet } from "../observe/fact-set.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import type { ImageJoin } from "./join-images.ts";
import { type JudgedContainer, judgeContainer } from "./judge-container.ts";
import type { JudgedImage, JudgedPackage } from "./judged-image.ts";
import { mergeUsages } from "./merge-usage.ts";
import { compareText, packageRef } from "./package-ref.ts";
import type { Privilege } from "./verdict.ts";

export interface JudgeImagesOptions {
  readonly facts: FactSet;
  readonly joins: readonly ImageJoin[];
  readonly scans: readonly Scan[];
  readonly minimumWindowUs: number;
  readonly evidence: EvidenceBook;
  readonly problems: ProblemLog;
}

export interface JudgedImages {
  readonly images: readonly JudgedImage[];
  readonly containers: readonly JudgedContainer[];
}

/** **Order**: by workload, then image; containers by id. Evidence ids follow that order. */
export function judgeImages(options: JudgeImagesOptions): JudgedImages {
  const joins = [...options.joins].sort(compareJoins);
  const judge = judgeContainer(options);
  const containers = joins.map((join) => judge(join, privilegesOf(join, options.facts)));
  const groups = new Map<string, JudgedContainer[]>();
  for (const one of containers) {
    const { workload, image } = one.join;
    const key = JSON.stringify([
      workloadKey(workload),
      image.digest === "" ? image.reference : image.digest,
    ]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  const observed = [...groups.values()].map(mergeReplicas);
  return { images: [...observed, ...unobservedImages(options)], containers };
}

function compareJoins(a: ImageJoin, b: ImageJoin): number {
  return (
    compareText(workloadKey(a.workload), workloadKey(b.workload)) ||
    compareText(a.image.reference, b.image.reference) ||
    compareText(a.image.digest, b.image.digest) ||
    compareText(a.container.container, b.container.container)
  );
}

export function workloadKey(workload: Workload): string {
  const { cluster, namespace, kind, name, container } = workload;
  return JSON.stringify([cluster, namespace, kind, name, container]);
}

/** Seen ones, and what the container's object or listing declares. */
function privilegesOf(join: ImageJoin, facts: FactSet): readonly PrivilegeFact[] {
  const seen = facts.privileges(join.container.container);
  if (join.identity === undefined) return seen;
  const keyOf = ({ privilege, detail, source }: PrivilegeFact) =>
    `${source}/${privilege}/${detail}`;
  const known = new Set(seen.map(keyOf));
  const { container } = join.container;
  const declared = declaredPrivileges(join.identity).map((fact) => ({ ...fact, container }));
  return [...seen, ...declared.filter((fact) => !known.has(keyOf(fact)))];
}

function mergeReplicas(replicas: readonly JudgedContainer[]): JudgedImage {
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
    missing:
      sbom === undefined
        ? `no SBOM was joined to the container (${join.note === "" ? "none fits" : join.note})`
        : "the SBOM of the image does not list the package that the scan names",
  };
}

function mergePackages(sbom: Sbom, replicas: readonly JudgedContainer[]): readonly JudgedPackage[] {
  return sbom.packages.map((one) => {
    const usages = replicas.flatMap(({ usages: all }) => {
      const usage = all.get(one.id);
      return usage === undefined ? [] : [usage];
    });
    const source = one.source === "" ? one.name : one.source;
    const isBlank = replicas.some(({ blanks }) => blanks.has(one.id));
    return { ref: packageRef(one), source, usage: mergeUsages(usages), isBlank };
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

/** Scans whose image no container runs: their findings are listed, use unknown. */
function unobservedImages({ joins, scans, problems }: JudgeImagesOptions): readonly JudgedImage[] {
  const joined = new Set(joins.flatMap((join) => (join.scan === undefined ? [] : [join.scan])));
  const seen = new Set([...joined].map(scanKey));
  const images: JudgedImage[] = [];
  const left = scans.filter((scan) => !joined.has(scan));
  for (const scan of left.sort((a, b) => compareText(a.input, b.input))) {
    const key = scanKey(scan);
    if (seen.has(key)) {
      problems.add({
        code: "scan-of-same-image",
        weight: "notice",
        message: "Another scan of the same image is used; this one is left out.",
        place: { input: scan.input, offset: -1, line: 0 },
      });
      continue;
    }
    seen.add(key);
    images.push(unobservedImage(scan));
  }
  return images;
}

function scanKey({ identity, input }: Scan): string {
  const { imageId, manifestDigest } = identity;
  return imageId || manifestDigest || `input:${input}`;
}

function unobservedImage({ identity, input, matches }: Scan): JudgedImage {
  const reference = identity.tags[0] ?? (identity.name === "" ? input : identity.name);
  return {
    image: { reference, digest: identity.manifestDigest },
    workload: { cluster: "", namespace: "", kind: "Image", name: reference, container: "" },
    packages: [],
    matches,
    privileges: [],
    privileged: false,
    observedUs: 0,
    missing: "no container was seen to run this image",
  };
}

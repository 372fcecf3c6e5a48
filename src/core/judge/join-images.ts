/**
 * Holds how containers find the SBOM and scan of their image: by hand, digest, id or name.
 * In: container facts, container lists, SBOMs, scans. Out: one join per container, with its way.
 * Must never guess: what is ambiguous, contradicts itself or is missing is said and left unjoined.
 */

import type { ProblemLog } from "../event/problem.ts";
import type { ContainerIdentity, Sbom, Scan } from "../inventory/image.ts";
import { isHostKey } from "../observe/container-key.ts";
import type { ContainerFact, Workload } from "../observe/fact.ts";
import { type Choice, chooseDocument } from "./choose-document.ts";
import { createIdentityFinder, runningImage, workloadOf } from "./find-identity.ts";
import { reportJoins, reportNames } from "./join-problems.ts";
import { joinScans } from "./join-scans.ts";
import { assignByHand } from "./match-by-hand.ts";
import { type MatchWay, matchImage, type RunningImage } from "./match-image.ts";
import type { ImageRef } from "./verdict.ts";

export interface ImageJoin {
  readonly container: ContainerFact;
  readonly identity: ContainerIdentity | undefined;
  readonly workload: Workload;
  readonly image: ImageRef;
  readonly sbom: Sbom | undefined;
  readonly scan: Scan | undefined;
  readonly by: "by-hand" | MatchWay | "none";
  /** Why nothing was joined, or what is doubtful about the join; "" when there is nothing. */
  readonly note: string;
}

export interface JoinOptions {
  readonly containers: readonly ContainerFact[];
  readonly identities: readonly ContainerIdentity[];
  readonly sboms: readonly Sbom[];
  readonly scans: readonly Scan[];
  /** What the user named: a container id or prefix, container, pod, workload or image name. */
  readonly byHand: readonly { readonly name: string; readonly input: string }[];
  readonly problems: ProblemLog;
}

/** **Order**: of `containers`. Problems name what was not joined and what to do. */
export function joinImages(options: JoinOptions): readonly ImageJoin[] {
  const find = createIdentityFinder(options.identities);
  const named = options.containers.map((container) => {
    const { identity, conflict } = find(container);
    const running = learnImageIds(runningImage(container, identity), options);
    return { container, identity, running, conflict };
  });
  const { inputOf, refusals } = assignByHand(options.byHand, named);
  reportNames(refusals, options.problems);
  const scanOf = joinScans(options.sboms, options.scans);
  const told = named.map((one) => joinContainer({ ...one, input: inputOf(one) }, options, scanOf));
  const paired = new Set([...scanOf.values()].map(({ found }) => found));
  reportJoins(told, { ...options, scans: options.scans.filter((scan) => !paired.has(scan)) });
  return told.map(({ join }) => join);
}

interface Asked {
  readonly container: ContainerFact;
  readonly identity: ContainerIdentity | undefined;
  readonly running: RunningImage;
  readonly conflict: string;
  /** Input that the user named for it; undefined when none. */
  readonly input: string | undefined;
}

interface ToldJoin {
  readonly join: ImageJoin;
  readonly sbomNote: string;
  readonly scanNote: string;
}

type PairedScans = ReadonlyMap<Sbom, Choice<Scan>>;

function joinContainer(asked: Asked, options: JoinOptions, scanOf: PairedScans): ToldJoin {
  const { container, identity, running } = asked;
  const { found: sbom, by, note } = chooseSbom(asked, options.sboms);
  const scanned = chooseScan({ asked, sbom, scans: options.scans }, scanOf);
  const scan = scanned.found;
  const sbomNote = [asked.conflict, note].filter((one) => one !== "").join("; ");
  const workload = workloadOf(container, identity);
  const image = imageOf(running, asked, sbom ?? scan);
  const all = [sbomNote, scanned.note].filter((one) => one !== "").join("; ");
  const join = { container, identity, workload, image, sbom, scan, by, note: all };
  return { join, sbomNote, scanNote: scanned.note };
}

function chooseSbom(asked: Asked, sboms: readonly Sbom[]): Choice<Sbom> {
  const { input, running, container } = asked;
  const byHand = input === undefined ? undefined : sboms.find((one) => one.input === input);
  if (byHand !== undefined) {
    const { contradiction } = matchImage(running, byHand.identity);
    return { found: byHand, by: "by-hand", note: contradiction };
  }
  if (isHostKey(container.container)) {
    return { found: undefined, by: "none", note: "a host; name its SBOM by hand if there is one" };
  }
  return chooseDocument(running, sboms, preferSbom);
}

/** Of several SBOMs of one image the one that says most. */
function preferSbom(a: Sbom, b: Sbom): number {
  return (
    Number(b.hasLocations) - Number(a.hasLocations) ||
    Number(b.hasAllFiles) - Number(a.hasAllFiles) ||
    b.packages.length - a.packages.length
  );
}

interface ScanQuestion {
  readonly asked: Asked;
  readonly sbom: Sbom | undefined;
  readonly scans: readonly Scan[];
}

const noChoice: Choice<Scan> = { found: undefined, by: "none", note: "" };

/** A scan without its SBOM still names what is vulnerable; use stays unknown then. */
function chooseScan({ asked, sbom, scans }: ScanQuestion, scanOf: PairedScans): Choice<Scan> {
  if (sbom !== undefined) return scanOf.get(sbom) ?? noChoice;
  const byHand = scans.find((one) => one.input === asked.input);
  if (byHand !== undefined) return { found: byHand, by: "by-hand", note: "" };
  if (isHostKey(asked.container.container)) return noChoice;
  const { found, by } = chooseDocument(asked.running, scans, preferScan);
  return { found, by, note: found === undefined ? "" : "the scan's SBOM was not given" };
}

function preferScan(a: Scan, b: Scan): number {
  return a.databaseBuilt < b.databaseBuilt ? 1 : a.databaseBuilt > b.databaseBuilt ? -1 : 0;
}

/**
 * A document that names the manifest that runs also tells its config: so an archive of the same
 * image, whose manifest differs, is known by it.
 */
function learnImageIds(running: RunningImage, { sboms, scans }: JoinOptions): RunningImage {
  const learned = [...sboms, ...scans]
    .map(({ identity }) => identity)
    .filter(({ manifestDigest }) => running.digests.includes(manifestDigest))
    .map(({ imageId }) => imageId)
    .filter((imageId) => imageId !== "");
  return { ...running, imageIds: [...new Set([...running.imageIds, ...learned])] };
}

function imageOf(
  running: RunningImage,
  { container, identity }: Asked,
  scanned: Sbom | Scan | undefined,
): ImageRef {
  const named = [container.imageName, identity?.imageReference ?? ""];
  const fromScan = [scanned?.identity.tags[0] ?? "", scanned?.identity.name ?? ""];
  const reference = [...named, ...fromScan].find((one) => one !== "") ?? "";
  const digest = running.digests[0] ?? scanned?.identity.manifestDigest ?? "";
  return { reference, digest };
}

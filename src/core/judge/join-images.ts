/**
 * Holds how containers find their image's SBOM and scan: by hand, digest, image id, reference, name.
 * In: container facts, container lists, SBOMs, scans. Out: one join per container, with its way.
 * Must never guess: what is ambiguous, contradicts itself or is missing is said and left unjoined.
 */
import type { ProblemLog } from "../event/problem.ts";
import type { ContainerIdentity, Sbom, Scan } from "../inventory/image.ts";
import type { ContainerFact, Workload } from "../observe/fact.ts";
import { type Choice, chooseDocument } from "./choose-document.ts";
import { createIdentityFinder, runningImage, workloadOf } from "./find-identity.ts";
import { reportJoins, reportNames } from "./join-problems.ts";
import { joinScan } from "./join-scans.ts";
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
  /** Why nothing was joined, or what is doubtful about the join; "" when there is nothing to say. */
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
    return { container, identity, running: runningImage(container, identity), conflict };
  });
  const { inputOf, refusals } = assignByHand(options.byHand, named);
  reportNames(refusals, options.problems);
  const scanOf = rememberScans(options.scans);
  const joins = named.map((one) => joinContainer({ ...one, input: inputOf(one) }, options, scanOf));
  reportJoins(joins, options);
  return joins;
}

interface Asked {
  readonly container: ContainerFact;
  readonly identity: ContainerIdentity | undefined;
  readonly running: RunningImage;
  readonly conflict: string;
  /** Input that the user named for it; undefined when none. */
  readonly input: string | undefined;
}

type ScanFinder = (sbom: Sbom) => Choice<Scan>;

function joinContainer(asked: Asked, { sboms, scans }: JoinOptions, scanOf: ScanFinder): ImageJoin {
  const { container, identity, running } = asked;
  const { found: sbom, by, note } = chooseSbom(asked, sboms);
  const scanned = chooseScan({ asked, sbom, scans }, scanOf);
  const scan = scanned.found;
  const notes = [asked.conflict, note, scanned.note].filter((one) => one !== "");
  return {
    container,
    identity,
    workload: workloadOf(container, identity),
    image: imageOf(running, asked, sbom ?? scan),
    sbom,
    scan,
    by: sbom === undefined ? scanned.by : by,
    note: notes.join("; "),
  };
}

function chooseSbom(asked: Asked, sboms: readonly Sbom[]): Choice<Sbom> {
  const { input, running, container } = asked;
  const byHand = input === undefined ? undefined : sboms.find((one) => one.input === input);
  if (byHand !== undefined) {
    const { contradiction } = matchImage(running, byHand.identity);
    return { found: byHand, by: "by-hand", note: contradiction };
  }
  if (container.container.startsWith("host:")) {
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

/** A scan without its SBOM still names what is vulnerable; use stays unknown then. */
function chooseScan({ asked, sbom, scans }: ScanQuestion, scanOf: ScanFinder): Choice<Scan> {
  if (sbom !== undefined) return scanOf(sbom);
  const byHand = scans.find((one) => one.input === asked.input);
  if (byHand !== undefined) return { found: byHand, by: "by-hand", note: "" };
  if (asked.container.container.startsWith("host:")) {
    return { found: undefined, by: "none", note: "" };
  }
  const { found, by } = chooseDocument(asked.running, scans, preferScan);
  return { found, by, note: found === undefined ? "" : "the scan's SBOM was not given" };
}

function preferScan(a: Scan, b: Scan): number {
  return a.databaseBuilt < b.databaseBuilt ? 1 : a.databaseBuilt > b.databaseBuilt ? -1 : 0;
}

/** Containers of one image ask for the same scan: matches are gone through once per SBOM. */
function rememberScans(scans: readonly Scan[]): ScanFinder {
  const known = new Map<Sbom, Choice<Scan>>();
  return (sbom) => {
    const before = known.get(sbom);
    if (before !== undefined) return before;
    const joined = joinScan(sbom, scans);
    known.set(sbom, joined);
    return joined;
  };
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

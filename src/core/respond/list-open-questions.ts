/**
 * Holds which questions of a report a policy could still decide.
 * In: findings, coverage, SBOMs, and what else will watch. Out: open questions, and those that no
 * policy decides. Must never count what our own compiled policies watch as seen by others: the
 * question would close, the policy go, and the question come back.
 */
import { compareText } from "../event/compare-text.ts";
import { baseName } from "../inventory/container-path.ts";
import type { Sbom } from "../inventory/image.ts";
import { createSbomIndex, type IndexedSbom } from "../judge/sbom-index.ts";
import type { CoverageSummary, Finding, ImageRef, PackageRef, Usage } from "../judge/verdict.ts";
import { type CodeFile, createWatchers, type Watchers } from "../judge/watch-files.ts";
import { workloadKey } from "../judge/workload-key.ts";
import type { ContainerFact, CoverageFact, Sensor, Workload } from "../observe/fact.ts";
import type { PolicyScope } from "../observe/tracing-policy.ts";
import { findOwnedTrees } from "./find-owned-trees.ts";
import type { LeftOut, OpenQuestion } from "./open-question.ts";
import { isCompiledName } from "./policy-document.ts";

export interface QuestionSources {
  readonly findings: readonly Finding[];
  readonly coverage: readonly CoverageSummary[];
  readonly sboms: readonly Sbom[];
  /** Of policies that will be loaded beside those that the report knows. */
  readonly scopes: readonly PolicyScope[];
}

export interface OpenQuestions {
  /** **Order**: most urgent first, then by image and package. */
  readonly questions: readonly OpenQuestion[];
  readonly leftOut: readonly LeftOut[];
}

interface Draft {
  readonly about: PackageRef;
  readonly image: ImageRef;
  readonly summary: CoverageSummary;
  rank: number;
  findingCount: number;
  readonly workloads: Set<string>;
  readonly containers: Set<string>;
  readonly watchers: Watchers[];
}

export function listOpenQuestions(sources: QuestionSources): OpenQuestions {
  const index = createSbomIndex();
  const leftOut = new Map<string, LeftOut>();
  const drafts = collectDrafts(sources, leftOut);
  const groups = Map.groupBy(drafts.values(), ({ summary }) => summary.sbom);
  const questions = [...groups].flatMap(([input, group]) => {
    const sbom = findSbom(input, sources.sboms);
    if (sbom !== undefined) return answerGroup(group, index(sbom), leftOut);
    for (const draft of group) passOver(leftOut, draft, "no SBOM of its image is at hand");
    return [];
  });
  return {
    questions: questions.sort(compareQuestions),
    leftOut: [...leftOut.values()].sort(compareNames),
  };
}

/** A saved report names its SBOMs as they were called then: they may lie elsewhere now. */
function findSbom(input: string, sboms: readonly Sbom[]): Sbom | undefined {
  if (input === "") return undefined;
  const named = sboms.find((sbom) => sbom.input === input);
  const alike = sboms.filter((sbom) => baseName(sbom.input) === baseName(input));
  return named ?? (alike.length === 1 ? alike[0] : undefined);
}

/** One a package of an image, whatever runs it. */
function collectDrafts(
  { findings, coverage, scopes }: QuestionSources,
  leftOut: Map<string, LeftOut>,
): ReadonlyMap<string, Draft> {
  const drafts = new Map<string, Draft>();
  const placeOf = (workload: Workload, image: ImageRef) =>
    JSON.stringify([workloadKey(workload), image.digest || image.reference]);
  const running = Map.groupBy(coverage, (one) => placeOf(one.workload, one.image));
  const watchersOf = new Map(coverage.map((one) => [one, watchersBeside(one, scopes)] as const));
  for (const finding of findings) {
    const containers = running.get(placeOf(finding.workload, finding.image)) ?? [];
    for (const { package: about, usage } of finding.packages) {
      if (usage.state === "in-use") continue;
      const [summary] = containers;
      const why = summary === undefined ? "nothing was seen to run its image" : undecidable(usage);
      if (summary === undefined || why !== "") {
        passOver(leftOut, { about, image: finding.image }, why);
        continue;
      }
      const key = JSON.stringify([summary.sbom, finding.image.digest, about.id, about.location]);
      const draft = drafts.get(key) ?? newDraft(about, finding.image, summary);
      drafts.set(key, draft);
      draft.rank = Math.min(draft.rank, finding.rank);
      draft.findingCount += 1;
      for (const one of containers) {
        if (draft.containers.has(one.containerId)) continue;
        draft.containers.add(one.containerId);
        draft.workloads.add(nameOf(one.workload));
        const watchers = watchersOf.get(one);
        if (watchers !== undefined) draft.watchers.push(watchers);
      }
    }
  }
  return drafts;
}

/** Once an archive is open, what of it is used shows only inside of the process. */
function undecidable({ level }: Usage): string {
  return level === "archive-opened" ? "its archive is open: no policy sees what in it is used" : "";
}

function newDraft(about: PackageRef, image: ImageRef, summary: CoverageSummary): Draft {
  const counts = { rank: Number.MAX_SAFE_INTEGER, findingCount: 0 };
  const sets = { workloads: new Set<string>(), containers: new Set<string>() };
  return { about, image, summary, ...counts, ...sets, watchers: [] };
}

function nameOf({ namespace, name }: Workload): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

function answerGroup(
  group: readonly Draft[],
  { owners }: IndexedSbom,
  leftOut: Map<string, LeftOut>,
): readonly OpenQuestion[] {
  const asked = group.map((draft) => {
    const files = owners.codeFilesOf(draft.about.id);
    // A container in which nobody watches is enough: the same paths decide for all of them.
    const open = files.filter((file) =>
      draft.watchers.some((watchers) => watchers.see(file).kind !== "yes"),
    );
    return { draft, files, open };
  });
  const trees = findOwnedTrees(
    owners,
    asked.flatMap(({ open }) => open.map(({ path }) => path)),
  );
  return asked.flatMap(({ draft, files, open }) => {
    if (open.length > 0) return [questionOf(draft, open, trees.of(draft.about.id, pathsOf(open)))];
    const why =
      files.length === 0
        ? "no file of it is known whose use would show"
        : "other sensors watch all of its files already: time or losses keep it open";
    passOver(leftOut, draft, why, files.length);
    return [];
  });
}

function pathsOf(files: readonly CodeFile[]): readonly string[] {
  return files.map(({ path }) => path);
}

function questionOf(
  { about, image, rank, findingCount, workloads, containers }: Draft,
  files: readonly CodeFile[],
  trees: readonly string[],
): OpenQuestion {
  return {
    package: about.name,
    version: about.version,
    type: about.type,
    image: image.reference || image.digest,
    workloads: [...workloads].sort(),
    containers: [...containers].sort(),
    rank,
    findingCount,
    files: [...files].sort((a, b) => compareText(a.path, b.path)),
    trees,
  };
}

function passOver(
  leftOut: Map<string, LeftOut>,
  { about, image }: Pick<Draft, "about" | "image">,
  why: string,
  fileCount = 0,
): void {
  const names = { package: about.name, version: about.version };
  const one = { ...names, image: image.reference || image.digest, why, fileCount, example: "" };
  leftOut.set(JSON.stringify(one), one);
}

/** What would see a use from now on, our compiled policies left aside. */
function watchersBeside(summary: CoverageSummary, scopes: readonly PolicyScope[]): Watchers {
  const stated = summary.sensors
    .filter(({ policy }) => !isCompiledName(policy))
    .map((one) => coverageFact(summary.node, { ...one, sensor: one.sensor as Sensor }));
  const planned = scopes.map(({ sensor, policy, paths, limits }) =>
    coverageFact(summary.node, { sensor, policy, pathPrefixes: paths, limits, eventCount: 1 }),
  );
  const base: Watching = {
    ...{ sensor: "exec", policy: "", eventCount: 1 },
    ...{ pathPrefixes: [""], limits: [] },
  };
  return createWatchers({
    container: containerFact(summary),
    sensors: [...stated, ...planned, coverageFact(summary.node, base)],
    startUs: 0,
    losses: new Map(),
  });
}

type Watching = Pick<
  CoverageFact,
  "sensor" | "policy" | "pathPrefixes" | "limits" | "eventCount"
> & { readonly basis?: CoverageFact["basis"] };

function coverageFact(node: string, watching: Watching): CoverageFact {
  const span = { sinceUs: 0, untilUs: 0 };
  return { kind: "coverage", node, ...span, ...watching, basis: watching.basis ?? "stated" };
}

/** Only its namespace is asked for: when it started does not matter to what comes. */
function containerFact({ workload, containerId, node, image }: CoverageSummary): ContainerFact {
  return {
    kind: "container",
    container: containerId,
    node,
    cluster: workload.cluster,
    containerId,
    namespace: workload.namespace,
    pod: "",
    podUid: "",
    workloadKind: workload.kind,
    workload: workload.name,
    containerName: workload.container,
    imageName: image.reference,
    imageId: image.digest,
    firstSeenUs: 0,
    lastSeenUs: 0,
    startedUs: 0,
    fromStart: false,
    ended: false,
    dumped: false,
  };
}

function compareQuestions(a: OpenQuestion, b: OpenQuestion): number {
  return a.rank - b.rank || compareNames(a, b) || compareText(a.type, b.type);
}

type Named = Pick<LeftOut, "image" | "package" | "version">;

function compareNames(a: Named, b: Named): number {
  return (
    compareText(a.image, b.image) ||
    compareText(a.package, b.package) ||
    compareText(a.version, b.version)
  );
}

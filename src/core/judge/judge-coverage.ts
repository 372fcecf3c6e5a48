/**
 * Holds what could be seen of one container: the gate that every "not observed" must pass.
 * In: the container, coverage and losses of all nodes. Out: a grade for any set of files.
 * Must never say good where one use of one of the files could have gone unseen.
 */
import { isDetectLoss } from "../observe/detect/detect-losses.ts";
import type { ContainerFact, CoverageFact, LossFact } from "../observe/fact.ts";
import { policyOfLoss } from "../observe/loss-counters.ts";
import { judgeWatch } from "./judge-watch.ts";
import type { CoverageGrade } from "./verdict.ts";
import { type CodeFile, createWatchers, type Sight } from "./watch-files.ts";

export type { CodeFile };

export interface Grade {
  readonly grade: CoverageGrade;
  /** Short sentences; empty under "good". */
  readonly reasons: readonly string[];
}

export interface ContainerCoverage {
  /** Those that concern the container. */
  readonly sensors: readonly CoverageFact[];
  readonly losses: readonly LossFact[];
  /**
   * **Unit**: microseconds; until when it was watched: its end, or the last of its sensors. A quiet
   * container is watched as long as they are.
   */
  readonly untilUs: number;
  /** As of `Watchers`. **Cost**: some lookups. */
  seesMapping(path: string, timeUs: number): boolean;
  /**
   * What absence of any use of these files means. "none": no sensor could have seen a use of any
   * of them, or there are none. "good": each use of each would have been seen, from the start of
   * the container, without losses, for long enough or until its end. "partial": all between.
   * **Cost**: some lookups a file.
   */
  grade(files: readonly CodeFile[]): Grade;
}

export interface ContainerCoverageOptions {
  readonly container: ContainerFact;
  readonly coverage: readonly CoverageFact[];
  readonly losses: readonly LossFact[];
  /** **Unit**: microseconds. */
  readonly minimumWindowUs: number;
}

export function createContainerCoverage(options: ContainerCoverageOptions): ContainerCoverage {
  const { container, coverage, minimumWindowUs } = options;
  const sensors = coverage.filter((fact) => isNodeOf(fact.node, container, coverage));
  const startUs = container.startedUs > 0 ? container.startedUs : container.firstSeenUs;
  const endUs = container.ended
    ? container.lastSeenUs
    : sensors.reduce((latest, fact) => Math.max(latest, fact.untilUs), container.lastSeenUs);
  const span = { startUs, endUs };
  const losses = options.losses.filter((loss) => concerns(loss, { container, coverage, span }));
  const { forAll, byPolicy } = splitByPolicy(lossesInside(losses, span));
  const watchers = createWatchers({ container, sensors, startUs, losses: byPolicy });
  const doubts = judgeWatch({ container, losses: forAll, sensors, span, minimumWindowUs });
  const { see, seesMapping } = watchers;
  const grade = (files: readonly CodeFile[]): Grade => gradeFiles(files, see, doubts);
  return { sensors, losses, untilUs: endUs, seesMapping, grade };
}

interface Span {
  readonly startUs: number;
  readonly endUs: number;
}

/** A loss that only touches the end of what is judged took nothing from it. */
function lossesInside(losses: readonly LossFact[], span: Span): readonly LossFact[] {
  return losses.filter(
    ({ sinceUs, untilUs }) =>
      (sinceUs === 0 && untilUs === 0) || (sinceUs < span.endUs && untilUs > span.startUs),
  );
}

/** Losses of one policy weaken only what it alone watches. */
function splitByPolicy(losses: readonly LossFact[]): {
  readonly forAll: readonly LossFact[];
  readonly byPolicy: ReadonlyMap<string, LossFact>;
} {
  const byPolicy = new Map<string, LossFact>();
  for (const loss of losses) {
    const policy = policyOfLoss(loss.reason);
    if (policy !== undefined && !byPolicy.has(policy)) byPolicy.set(policy, loss);
  }
  return { forAll: losses.filter(({ reason }) => policyOfLoss(reason) === undefined), byPolicy };
}

/** Inputs of one node may leave out its name. */
function isNodeOf(
  node: string,
  container: ContainerFact,
  coverage: readonly CoverageFact[],
): boolean {
  if (node === container.node) return true;
  if (container.node !== "") return false;
  return coverage.every((fact) => fact.node === node);
}

function concerns(
  loss: LossFact,
  about: {
    readonly container: ContainerFact;
    readonly coverage: readonly CoverageFact[];
    readonly span: Span;
  },
): boolean {
  const { container, coverage, span } = about;
  if (loss.container !== "" && loss.container !== container.container) return false;
  if (loss.node !== "" && !isNodeOf(loss.node, container, coverage)) return false;
  if (hidesNoUse.has(loss.reason) || isDetectLoss(loss)) return false;
  if (loss.sinceUs === 0 && loss.untilUs === 0) return true;
  if (loss.sinceUs > span.endUs || loss.untilUs < span.startUs) return false;
  const policy = policyOfLoss(loss.reason);
  return policy === undefined || coverage.some((fact) => fact.policy === policy && isShown(fact));
}

/** Losses of rights, of writings and of habits: no use of the image's files is lost with them. */
const hidesNoUse: ReadonlySet<string> = new Set([
  "privilege-eviction",
  "write-eviction",
  "flow-eviction",
  "profile-eviction",
]);

/** Those of sockets are shown, though no use of a file is lost with them. */
function isShown({ sensor }: CoverageFact): boolean {
  return sensor === "open" || sensor === "mmap" || sensor === "network";
}

const reasonCountMax = 8;
const pathLengthMax = 200;

function gradeFiles(
  files: readonly CodeFile[],
  see: (file: CodeFile) => Sight,
  doubts: readonly string[],
): Grade {
  if (files.length === 0) {
    return { grade: "none", reasons: ["no file of it is known whose use would show"] };
  }
  const weak = new Set<string>();
  const unseen = new Set<string>();
  let unseenCount = 0;
  let example = "";
  for (const file of files) {
    const sight = see(file);
    if (sight.kind === "partly") weak.add(sight.why);
    if (sight.kind !== "no") continue;
    unseenCount += 1;
    unseen.add(sight.why);
    example = unseenCount === 1 || file.path < example ? file.path : example;
  }
  const shown = `for example ${example.slice(0, pathLengthMax)}`;
  const hidden = [...unseen].sort().map((why) => `${why}, ${shown}`);
  if (unseenCount === files.length) return { grade: "none", reasons: hidden };
  const part = `${unseenCount} of its ${files.length} files could not be seen in use`;
  const reasons = [
    ...(unseenCount > 0 ? [`${part}: ${hidden.join("; ")}`] : []),
    ...[...weak].sort(),
    ...doubts,
  ];
  if (reasons.length === 0) return { grade: "good", reasons: [] };
  return { grade: "partial", reasons: reasons.slice(0, reasonCountMax) };
}

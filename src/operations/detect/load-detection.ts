/**
 * Holds the loading of detection: the rules that come with the program, and those of the user.
 * In: files and directories. Out: detectors, what each rule says of itself, problems with file and
 * line. Must never leave out a rule without a word.
 */
import { ProblemLog, type ProblemReport } from "../../core/event/problem.ts";
import type { Detector } from "../../core/observe/detect/detector.ts";
import type { RuleHead, RuleListing } from "../../core/observe/detect/rule.ts";
import { selectRules } from "../../core/observe/detect/select-rules.ts";
import {
  createNoveltyDetector,
  type NoveltyOptions,
} from "../../core/observe/profile/novelty-detector.ts";
import { createSequenceDetector } from "../../core/observe/sequence/sequence-detector.ts";
import { createSigmaDetector } from "../../core/observe/sigma/sigma-detector.ts";
import type { OperationContext } from "../operation.ts";
import { readRuleFiles } from "./load-rules.ts";
import { parseRules, type RuleFileProblem } from "./parse-rules.ts";
import { parseSequences } from "./parse-sequences.ts";
import type { RuleFile } from "./parsed-rules.ts";

export interface DetectionRequest {
  /** Files and directories of the user, with all that is below them. */
  readonly directories: readonly string[];
  /** False: only those of the user. True when left out. */
  readonly withShipped?: boolean;
  /** Rules that are to speak; all when left out. */
  readonly only?: (head: RuleHead) => boolean;
  /** Profiles are learned, and what is new is told, only where this is given. */
  readonly novelty?: NoveltyOptions;
}

export interface LoadedDetection {
  readonly detectors: readonly Detector<unknown>[];
  /** Also those that cannot run here. */
  readonly listings: readonly RuleListing[];
  readonly problems: readonly ProblemReport[];
}

/** **Errors**: what is wrong with rules are values; `WaggleError` for names that are not there. */
export async function loadDetection(
  { directories, withShipped = true, only, novelty }: DetectionRequest,
  { files, outside }: Pick<OperationContext, "files" | "outside">,
): Promise<LoadedDetection> {
  const { rules } = outside.shipped;
  const names = [...(withShipped && rules !== "" ? [rules] : []), ...directories];
  const log = new ProblemLog();
  const all = await readRuleFiles(files, { names, problems: log, shipped: rules });
  const sequences = parseSequences(all.filter(isSequence));
  const sigma = parseRules(all.filter((file) => !isSequence(file)));
  const made: readonly Detector<unknown>[] = [
    createSigmaDetector(sigma.set) as Detector<unknown>,
    createSequenceDetector(sequences.rules) as Detector<unknown>,
    ...(novelty === undefined ? [] : [createNoveltyDetector(novelty) as Detector<unknown>]),
  ];
  const detectors = only === undefined ? made : made.map((one) => selectRules(one, only));
  return {
    detectors: detectors.filter(({ listings }) => listings.length > 0),
    listings: detectors.flatMap(({ listings }) => listings),
    problems: [
      ...[...sigma.problems, ...sequences.problems].map(tell),
      ...log.list().map(({ first, ...problem }) => ({ ...problem, place: first })),
    ],
  };
}

/** Sigma knows no steps; a file is of one kind. */
function isSequence({ text }: RuleFile): boolean {
  return /^steps:/m.test(text);
}

function tell({ message, source, place }: RuleFileProblem): ProblemReport {
  return {
    code: "rule-wrong",
    weight: "doubtful",
    message,
    place: { input: source, offset: -1, line: place.line },
  };
}

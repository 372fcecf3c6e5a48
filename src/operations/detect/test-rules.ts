/**
 * Holds trying rules on the cases beside them.
 * In: directories of rules. Out: one result a case; rules that lack cases.
 */
import type { ProblemLog } from "../../core/event/problem.ts";
import { createContainers } from "../../core/observe/container.ts";
import { decodeCases } from "../../core/observe/detect/decode-cases.ts";
import { createDetection } from "../../core/observe/detect/detection.ts";
import type { Family, RuleHead } from "../../core/observe/detect/rule.ts";
import { type CaseResult, runCases } from "../../core/observe/detect/run-cases.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import { createObserver } from "../../engine/observe-events.ts";
import type { OperationContext } from "../operation.ts";
import { type LoadedDetection, loadDetection } from "./load-detection.ts";
import { readCaseFiles, stemOf } from "./read-case-files.ts";

export interface RuleTest {
  readonly results: readonly CaseResult[];
  /** Ids of rules without a matching, or without a quiet case. */
  readonly uncovered: readonly string[];
}

interface TestRequest {
  readonly directories: readonly string[];
  readonly isMeant: (head: { readonly family: Family }) => boolean;
}

/** **Cost**: each case is a run of its own over the rules of its file. */
export async function testRules(
  { directories, isMeant }: TestRequest,
  context: OperationContext,
  problems: ProblemLog,
): Promise<RuleTest> {
  const loaded = await loadDetection({ directories, only: isMeant }, context);
  const files = await readCaseFiles(directories, context, problems);
  const results: CaseResult[] = [];
  const uncovered: string[] = [];
  const heads = loaded.listings.map(({ head }) => head);
  for (const [source, ofFile] of Map.groupBy(heads, (head) => head.source)) {
    const file = files.get(stemOf(source));
    if (file === undefined) {
      uncovered.push(...ofFile.map(({ id }) => id));
      continue;
    }
    const cases = decodeCases(file.plain);
    for (const { path, message } of cases.problems) {
      const place = { input: file.name, offset: -1, line: 0 };
      problems.add({
        code: "case-wrong",
        weight: "unreadable",
        message: `${path}: ${message}`,
        place,
      });
    }
    const first = ofFile[0]?.id ?? "";
    const made = runCases(first, cases, detectWith(loaded));
    results.push(...made);
    uncovered.push(...ofFile.filter((head) => !isCovered(head, made)).map(({ id }) => id));
  }
  return { results, uncovered };
}

function isCovered({ id }: RuleHead, results: readonly CaseResult[]): boolean {
  const kinds = new Set(results.filter(({ rule }) => rule === id).map(({ kind }) => kind));
  return kinds.has("matching") && kinds.has("quiet");
}

function detectWith({ detectors }: LoadedDetection): Parameters<typeof runCases>[2] {
  return (events) => {
    const facts = new FactSet();
    const folds = [createContainers(), createDetection({ detectors })];
    const observer = createObserver({ folds, emit: (fact) => facts.add(fact) });
    for (const event of events) observer.observe(event);
    observer.finish();
    return facts.detected.flatMap((key) => facts.signals(key));
  };
}

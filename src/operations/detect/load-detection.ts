/**
 * Holds the loading of detection: the rules that come with the program, and those of the user.
 * In: directories. Out: detectors, what each rule says of itself, problems with file and line.
 */
import type { ProblemReport } from "../../core/event/problem.ts";
import type { Detector } from "../../core/observe/detect/detector.ts";
import type { RuleListing } from "../../core/observe/detect/rule.ts";
import { compileSequence } from "../../core/observe/sequence/compile-sequence.ts";
import { createSequenceDetector } from "../../core/observe/sequence/sequence-detector.ts";
import type { OperationContext } from "../operation.ts";

export interface LoadedDetection {
  readonly detectors: readonly Detector<unknown>[];
  readonly listings: readonly RuleListing[];
  readonly problems: readonly ProblemReport[];
}

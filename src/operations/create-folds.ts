/**
 * Holds the list of folds that a report stands on.
 * In: what tracing policies watch. Out: fresh folds. A new fold is one line here.
 */
import { createContainers } from "../core/observe/container.ts";
import { createCoverage } from "../core/observe/coverage.ts";
import { createDetection } from "../core/observe/detect/detection.ts";
import type { DetectionOptions } from "../core/observe/detect/detection-state.ts";
import type { Detector } from "../core/observe/detect/detector.ts";
import { createFileUse } from "../core/observe/file-use.ts";
import { createFlows } from "../core/observe/flow.ts";
import type { Fold } from "../core/observe/fold.ts";
import { createPrivileges } from "../core/observe/privilege.ts";
import type { PolicyScope } from "../core/observe/tracing-policy.ts";

/** Detection takes part where there are detectors. */
export function createFolds(
  policies: readonly PolicyScope[],
  detectors: readonly Detector<unknown>[] = [],
  own: Pick<DetectionOptions, "isOwnAct"> = {},
): readonly Fold<unknown>[] {
  return [
    createContainers(),
    createFileUse(),
    createFlows(),
    createPrivileges(),
    createCoverage({ policies }),
    ...(detectors.length > 0 ? [createDetection({ detectors, ...own })] : []),
  ];
}

/**
 * Holds the list of folds that a report stands on.
 * In: what tracing policies watch. Out: fresh folds. A new fold is one line here.
 */
import { createContainers } from "../core/observe/container.ts";
import { createCoverage } from "../core/observe/coverage.ts";
import { createFileUse } from "../core/observe/file-use.ts";
import { createFlows } from "../core/observe/flow.ts";
import type { Fold } from "../core/observe/fold.ts";
import { createPrivileges } from "../core/observe/privilege.ts";
import type { PolicyScope } from "../core/observe/tracing-policy.ts";

export function createFolds(policies: readonly PolicyScope[]): readonly Fold<unknown>[] {
  return [
    createContainers(),
    createFileUse(),
    createFlows(),
    createPrivileges(),
    createCoverage({ policies }),
  ];
}

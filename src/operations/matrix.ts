/**
 * Holds the operation `matrix`: which techniques detection covers, what it would take to cover
 * more, and what this kind of sensor never sees.
 * In: rules; events or a state, if hits are to be counted. Out: one row a technique.
 */
import * as z from "zod";
import type { Problem } from "../core/event/problem.ts";
import { ProblemLog } from "../core/event/problem.ts";
import { buildMatrix, type DetectionMatrix } from "../core/judge/matrix/build-matrix.ts";
import type { SignalFact } from "../core/observe/detect/detect-fact.ts";
import { attackVersion } from "../core/observe/detect/techniques.ts";
import { loadDetection } from "./detect/load-detection.ts";
import { observeIncidents } from "./detect/observe-incidents.ts";
import { rulesField } from "./detect/past-fields.ts";
import type { Operation } from "./operation.ts";
import { sourceFields } from "./sources.ts";

const input = z.strictObject({ ...sourceFields, ...rulesField });

export interface MatrixOutput extends DetectionMatrix {
  readonly attackVersion: string;
  /** False: nothing was read, and hits are not counted. */
  readonly hasHits: boolean;
  readonly problems: readonly Problem[];
}

export const matrix: Operation<z.infer<typeof input>, MatrixOutput> = {
  name: "matrix",
  summary: "show which attack techniques are covered",
  description:
    "Shows the Threat Matrix for Kubernetes and ATT&CK: techniques that rules cover, those that " +
    "wait for a tracing policy, and those that this kind of sensor does not see. With events or " +
    "a state, signals are counted.",
  effect: "read",
  input,
  run: async ({ rules: directories = [], ...sources }, context) => {
    const problems = new ProblemLog();
    const hasHits = sources.events !== undefined || sources.state !== undefined;
    let signals: readonly SignalFact[] = [];
    const { listings, problems: found } = await loadDetection({ directories }, context);
    for (const problem of found) problems.add(problem);
    if (hasHits) {
      const observed = await observeIncidents({ sources, rules: directories }, context);
      signals = observed.detected.signals;
    }
    const built = buildMatrix(listings, signals);
    return { ...built, attackVersion, hasHits, problems: problems.list() };
  },
};

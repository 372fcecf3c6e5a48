/**
 * Holds the operation `timeline`: what one container did, act by act.
 * In: events of a recording, or the archive of a daemon; the name of a container, pod or workload.
 * Out: lines in order of time; what rules say of them beside.
 */
import * as z from "zod";
import { formatTime } from "../core/event/format-time.ts";
import { type Problem, ProblemLog } from "../core/event/problem.ts";
import { isHostKey } from "../core/observe/container-key.ts";
import type { SignalFact } from "../core/observe/detect/detect-fact.ts";
import { type ActLine, recordActs } from "../core/observe/detect/record-acts.ts";
import type { ContainerFact } from "../core/observe/fact.ts";
import { detectPast } from "./detect/detect-past.ts";
import { findContainers } from "./detect/find-containers.ts";
import { loadDetection } from "./detect/load-detection.ts";
import { pastFields } from "./detect/past-fields.ts";
import type { Operation } from "./operation.ts";

const input = z.strictObject({
  container: z
    .string()
    .min(1)
    .max(1000)
    .describe("Container id or its start, pod, workload, namespace/workload, or host"),
  ...pastFields,
});

export interface TimelineOutput {
  /** Those that are meant; of a host none. */
  readonly containers: readonly ContainerFact[];
  /** ISO 8601 UTC; null unknown. */
  readonly from: string | null;
  readonly to: string | null;
  /** **Order**: by time. */
  readonly lines: readonly ActLine[];
  readonly signals: readonly SignalFact[];
  /** Acts that found no place. */
  readonly omittedCount: number;
  /** Names of inputs, at the index that citations carry. */
  readonly inputNames: readonly string[];
  readonly problems: readonly Problem[];
}

export const timeline: Operation<z.infer<typeof input>, TimelineOutput> = {
  name: "timeline",
  summary: "show what a container did, act by act",
  description:
    "Lists programs, connections, files and rights of one container in order of time, with what " +
    "rules say of them: from a recording, or from the archive of a daemon.",
  effect: "read",
  input,
  run: async ({ container, rules, ...where }, context) => {
    const problems = new ProblemLog();
    const { detectors, problems: found } = await loadDetection(
      { directories: rules ?? [] },
      context,
    );
    for (const problem of found) problems.add(problem);
    const recorder = recordActs({ wants: () => true });
    const { facts, signals, past } = await detectPast(
      { where, detectors: [...detectors, recorder.detector] },
      context,
      problems,
    );
    const meant = findContainers([...facts.containers], container);
    const { lines, omittedCount } = recorder.record();
    const keys = new Set(meant.map((one) => one.container));
    const isMeant = (key: string) => (container === "host" ? isHostKey(key) : keys.has(key));
    return {
      containers: meant,
      from: formatTime(past.fromUs),
      to: formatTime(past.toUs),
      lines: lines.filter((line) => isMeant(line.container)),
      signals: signals.filter((signal) => isMeant(signal.container)),
      omittedCount,
      inputNames: past.inputNames,
      problems: problems.list(),
    };
  },
};

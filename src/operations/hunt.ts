/**
 * Holds the operation `hunt`: whether a rule would have matched in the past.
 * In: a rule by id, family or file; a recording, or the archive of a daemon. Out: its matches.
 */
import * as z from "zod";
import { formatTime } from "../core/event/format-time.ts";
import { type Problem, ProblemLog } from "../core/event/problem.ts";
import type { ProcessFact, SignalFact } from "../core/observe/detect/detect-fact.ts";
import type { RuleListing } from "../core/observe/detect/rule.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { detectPast } from "./detect/detect-past.ts";
import { loadDetection } from "./detect/load-detection.ts";
import { pastFields } from "./detect/past-fields.ts";
import { nearestName } from "./nearest-name.ts";
import type { Operation } from "./operation.ts";

const input = z.strictObject({
  rule: z
    .string()
    .min(1)
    .max(1000)
    .describe("Id or title of a rule, a family of rules, or a file or directory with rules"),
  ...pastFields,
});

export interface HuntOutput {
  /** Those that were looked for. */
  readonly rules: readonly RuleListing[];
  /** **Order**: by time. */
  readonly signals: readonly SignalFact[];
  /** Processes of the matches, and those above them. */
  readonly processes: readonly ProcessFact[];
  /** ISO 8601 UTC; null unknown. */
  readonly from: string | null;
  readonly to: string | null;
  readonly eventCount: number;
  readonly inputNames: readonly string[];
  readonly problems: readonly Problem[];
}

export const hunt: Operation<z.infer<typeof input>, HuntOutput> = {
  name: "hunt",
  summary: "look for a rule in the past",
  description:
    "Runs one rule, a family or a file of rules over a recording, or over the archive of raw " +
    "events that a daemon keeps, and lists what it would have told.",
  effect: "read",
  input,
  run: async ({ rule, rules, ...where }, context) => {
    const problems = new ProblemLog();
    const directories = rules ?? [];
    const isPath = /[/\\]|\.ya?ml$/.test(rule);
    const detection = await loadDetection(
      isPath
        ? { directories: [rule], withShipped: false }
        : {
            directories,
            only: ({ id, title, family }) => [id, title, family as string].includes(rule),
          },
      context,
    );
    for (const problem of detection.problems) problems.add(problem);
    const { detectors, listings } = detection;
    if (listings.length === 0) throw await noSuchRule({ rule, directories, isPath }, context);
    const { signals, processes, past } = await detectPast({ where, detectors }, context, problems);
    return {
      rules: listings,
      signals,
      processes,
      from: formatTime(past.fromUs),
      to: formatTime(past.toUs),
      eventCount: past.eventCount,
      inputNames: past.inputNames,
      problems: problems.list(),
    };
  },
};

interface Asked {
  readonly rule: string;
  readonly directories: readonly string[];
  readonly isPath: boolean;
}

async function noSuchRule(
  { rule, directories, isPath }: Asked,
  context: Parameters<typeof loadDetection>[1],
): Promise<WaggleError> {
  const quoted = JSON.stringify(rule);
  if (isPath) return new WaggleError("not-found", `${quoted} holds no rule that can be read.`);
  const { listings } = await loadDetection({ directories }, context);
  const near = nearestName(
    rule,
    listings.map(({ head }) => head.id),
  );
  const hint = near === undefined ? "`waggle rules` lists them" : `did you mean ${near}`;
  return new WaggleError("not-found", `No rule, title or family is called ${quoted}; ${hint}.`);
}

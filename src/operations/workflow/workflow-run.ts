/**
 * Holds the record of a run: one document that says what was asked, what each step did, and what
 * came of it; enough to run it again.
 * In: JSON of a file. Out: the record, checked. Must grow compatibly: fields are added, never
 * changed.
 */
import * as z from "zod";
import { type ErrorCode, errorCodes } from "../../ports/waggle-error.ts";

export const runSchemaVersion = "1.0.0";

const text = z.string();
const time = z.string().nullable();

const stepRun = z.object({
  id: text,
  uses: text,
  type: z.enum(["sensor", "agent", "action"]),
  status: z.enum(["succeeded", "failed", "skipped"]),
  /** ISO 8601 UTC; null: it never began. */
  startedAt: time,
  endedAt: time,
  tryCount: z.number(),
  /** Of what it was given, templates filled; "" where it never came to that. */
  withSha256: text,
  output: z.unknown(),
  outputSha256: text,
  /** One line that tells the output. */
  summary: text,
  error: z
    .object({ code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]), message: text })
    .nullable(),
  /** Why it was skipped; "" else. */
  because: text,
  /** Its failure fails neither the run nor others. */
  tolerated: z.boolean(),
});

const workflowRun = z.object({
  kind: z.literal("waggle-workflow-run"),
  schemaVersion: text,
  id: text,
  workflow: z.object({ name: text, source: text, sha256: text, text }),
  /** What started it, and what that said. */
  trigger: z.looseObject({ kind: text }),
  /** Where its sensors looked. */
  sources: z.looseObject({}),
  dryRun: z.boolean(),
  inputs: z.record(text, z.unknown()),
  startedAt: time,
  endedAt: time,
  status: z.enum(["succeeded", "failed"]),
  /** What its condition `found` says; null without one, or where it could not be told. */
  found: z.boolean().nullable(),
  outputs: z.record(text, z.unknown()),
  /** Troubles with `found` and `outputs`. */
  notes: z.array(text),
  /** **Order**: as the workflow lists them. */
  steps: z.array(stepRun),
});

export type StepRun = Readonly<z.infer<typeof stepRun>>;
type RunShape = Readonly<z.infer<typeof workflowRun>>;
export type WorkflowRun = Omit<RunShape, "steps"> & { readonly steps: readonly StepRun[] };

/** undefined where it is none. */
export function readRun(value: unknown): WorkflowRun | undefined {
  const result = workflowRun.safeParse(value);
  return result.success ? result.data : undefined;
}

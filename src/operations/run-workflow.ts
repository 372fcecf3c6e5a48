/**
 * Holds the operation `run-workflow`, and the inputs that it shares with `workflow run`.
 * In: a workflow by name or file, its inputs, where its sensors look. Out: the record of the run.
 */
import * as z from "zod";
import type { Problem } from "../core/event/problem.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { rulesField } from "./detect/past-fields.ts";
import type { Operation, OperationContext } from "./operation.ts";
import { sourceFields } from "./sources.ts";
import { keepRun } from "./workflow/keep-run.ts";
import { findWorkflow } from "./workflow/load-workflows.ts";
import { readInputs, splitWords } from "./workflow/read-inputs.ts";
import { runWorkflow } from "./workflow/run-workflow.ts";
import type { Workflow } from "./workflow/workflow.ts";
import type { WorkflowRun } from "./workflow/workflow-run.ts";

const { since: _since, until: _until, ...whereFields } = sourceFields;

const workflowsField = {
  workflows: z
    .array(z.string().min(1))
    .max(100)
    .optional()
    .describe("Directories or files of more workflows; they win over shipped ones of their name"),
};

const triggerKinds = ["command", "manual", "incident", "schedule", "webhook"] as const;
type TriggerKind = (typeof triggerKinds)[number];

export const runWorkflowFields = {
  input: z
    .array(z.string().min(1).max(20_000))
    .max(50)
    .optional()
    .describe("Input of the workflow as key=value; `workflow show` lists them"),
  since: z
    .string()
    .max(100)
    .optional()
    .describe("From when on: 1h, 2d before the last event, or an ISO time; the same as since=…"),
  dryRun: z
    .boolean()
    .optional()
    .describe("Change nothing outside: say what would be sent and written"),
  out: z.string().min(1).max(4096).optional().describe("File for the record of the run, JSON"),
  trigger: z.enum(triggerKinds).optional().describe("What starts it; command when left out"),
  ...workflowsField,
  ...whereFields,
  ...rulesField,
};

const fieldsSchema = z.strictObject(runWorkflowFields);
export type RunWorkflowInput = z.infer<typeof fieldsSchema>;

export interface WorkflowRunOutput {
  readonly run: WorkflowRun;
  /** Where its record lies; "" nowhere. */
  readonly recordFile: string;
  readonly problems: readonly Problem[];
}

const input = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(4096)
    .describe("Name of the workflow, flow.NAME, or a YAML file that holds one"),
  ...runWorkflowFields,
});

export const runWorkflowOperation: Operation<z.infer<typeof input>, WorkflowRunOutput> = {
  name: "run-workflow",
  summary: "run a workflow: sensors look, an agent judges, actions follow",
  description:
    "Runs a workflow over a recording, or over the state of a daemon: security_forensics looks " +
    "for intrusions, says what happened with evidence, and tells people. The run is recorded in " +
    "the state directory or with --out. Exit status 10: incidents were found.",
  effect: "write",
  input,
  run: ({ name, ...given }, context) => startWorkflow(name, given, context),
};

/**
 * Failures of steps are in the record. **Errors**: throws `usage`, `not-found`, `config-invalid`.
 */
export async function startWorkflow(
  name: string,
  given: RunWorkflowInput,
  context: OperationContext,
): Promise<WorkflowRunOutput> {
  const { input: words = [], since, dryRun = false, out = "", trigger = "command" } = given;
  const { workflows = [], rules = [], ...rest } = given;
  const workflow = await findWorkflow(name, workflows, context);
  refuseTrigger(workflow, trigger);
  const said = { ...splitWords(words), ...(since === undefined ? {} : { since }) };
  const { input: _i, since: _s, dryRun: _d, out: _o, trigger: _t, ...sources } = rest;
  const state =
    sources.state ?? (sources.events === undefined ? context.settings.config.state : "");
  const run = await runWorkflow(
    {
      ...{ workflow, inputs: readInputs(workflow, said), trigger: { kind: trigger } },
      ...{ sources, rules, state: state ?? "", dryRun },
    },
    context,
  );
  const recordFile = await keepRun(run, { out, state: state ?? "" }, context.files);
  return { run, recordFile, problems: [] };
}

function refuseTrigger({ name, triggers }: Workflow, kind: TriggerKind): void {
  const known = triggerKinds.filter((one) => triggers[one] !== undefined);
  // Whoever types a command may also start what is meant to be started by hand.
  const isMeant = known.includes(kind) || (kind === "command" && known.includes("manual"));
  if (isMeant) return;
  throw new WaggleError("usage", `${name} is not started by ${kind}, but by ${known.join(", ")}.`);
}

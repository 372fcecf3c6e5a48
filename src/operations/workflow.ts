/**
 * Holds the operation `workflow`: which workflows there are, whether they are right, running them,
 * and the runs of before.
 * In: an action, a name. Out: by action.
 */
import * as z from "zod";
import { WaggleError } from "../ports/waggle-error.ts";
import { stateOf } from "./live/state-field.ts";
import type { Operation, OperationContext } from "./operation.ts";
import {
  type RunWorkflowInput,
  runWorkflowFields,
  startWorkflow,
  type WorkflowRunOutput,
} from "./run-workflow.ts";
import { type KeptRun, listRuns, loadRun, readRunFile } from "./workflow/keep-run.ts";
import { findWorkflow, loadWorkflows, readWorkflowFile } from "./workflow/load-workflows.ts";
import type { WorkflowFileProblem } from "./workflow/parse-workflow.ts";
import { type ReplayedRun, replayRun } from "./workflow/replay-run.ts";
import type { StepUseInfo } from "./workflow/step-use.ts";
import { stepUses } from "./workflow/step-uses.ts";
import type { Workflow } from "./workflow/workflow.ts";
import type { WorkflowRun } from "./workflow/workflow-run.ts";

const workflowActions = ["run", "list", "show", "validate", "runs", "replay"] as const;

const input = z.strictObject({
  action: z
    .enum(workflowActions)
    .describe(
      "run one; list them and what steps may use; show one; validate a file or all; runs: those " +
        "that were recorded; replay: run a recorded one again, over what its sensors saw",
    ),
  name: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe("Workflow by name or file; of replay: id of a run, or its file"),
  ...runWorkflowFields,
});

export type WorkflowOutput =
  | ({ readonly action: "run" } & WorkflowRunOutput)
  | {
      readonly action: "list";
      readonly workflows: readonly ListedWorkflow[];
      readonly uses: readonly ListedUse[];
      readonly problems: readonly WorkflowFileProblem[];
    }
  | { readonly action: "show"; readonly workflow: ListedWorkflow; readonly text: string }
  | {
      readonly action: "validate";
      readonly names: readonly string[];
      readonly problems: readonly WorkflowFileProblem[];
    }
  | { readonly action: "runs"; readonly runs: readonly ListedRun[] }
  | ({ readonly action: "replay" } & ReplayedRun);

export interface ListedWorkflow {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  readonly triggers: readonly string[];
  readonly inputs: Workflow["inputs"];
  readonly steps: readonly {
    readonly id: string;
    readonly type: string;
    readonly uses: string;
    readonly waitsFor: readonly string[];
  }[];
}

export type ListedUse = Pick<StepUseInfo, "name" | "type" | "summary"> & {
  /** Key of `with` → what it says. */
  readonly keys: Readonly<Record<string, string>>;
};

export type ListedRun = KeptRun &
  Pick<WorkflowRun, "startedAt" | "status" | "found"> & {
    readonly workflow: string;
  };

export const workflow: Operation<z.infer<typeof input>, WorkflowOutput> = {
  name: "workflow",
  summary: "run, list, check and replay workflows of sensors, agents and actions",
  description:
    "A workflow is a YAML file of steps: sensors look at events, incidents and findings, an " +
    "agent judges, actions tell people and write files. Steps run side by side. Each run is " +
    "recorded, and a recorded run can be replayed: the same result from the same observations.",
  effect: "write",
  input,
  run: ({ action, name, ...given }, context) => actions[action](name, given, context),
};

type Act = (
  name: string | undefined,
  given: RunWorkflowInput,
  context: OperationContext,
) => Promise<WorkflowOutput>;

const actions: Readonly<Record<(typeof workflowActions)[number], Act>> = {
  run: async (name, given, context) => ({
    action: "run",
    ...(await startWorkflow(need(name, "workflow"), given, context)),
  }),
  list: async (_name, { workflows = [] }, context) => {
    const loaded = await loadWorkflows(workflows, context);
    const listed = loaded.workflows.map(describe);
    const uses = stepUses.map(describeUse);
    return { action: "list", workflows: listed, uses, problems: loaded.problems };
  },
  show: async (name, { workflows = [] }, context) => {
    const found = await findWorkflow(need(name, "workflow"), workflows, context);
    return { action: "show", workflow: describe(found), text: found.text };
  },
  validate: async (name, { workflows = [] }, context) => {
    const isFile = name !== undefined && /[/\\]|\.ya?ml$/i.test(name);
    if (isFile) {
      const { workflow: read, problems } = await readWorkflowFile(name, context);
      return { action: "validate", names: read === undefined ? [] : [read.name], problems };
    }
    if (name !== undefined) {
      const found = await findWorkflow(name, workflows, context);
      return { action: "validate", names: [found.name], problems: [] };
    }
    const { workflows: all, problems } = await loadWorkflows(workflows, context);
    return { action: "validate", names: all.map((one) => one.name), problems };
  },
  runs: async (_name, { state }, context) => {
    const kept = await listRuns(stateOf(state, context), context.files);
    const runs: ListedRun[] = [];
    for (const one of kept.slice(0, listedCountMax)) {
      const run = await readRunFile(one.file, context.files);
      const { startedAt, status, found } = run;
      runs.push({ ...one, workflow: run.workflow.name, startedAt, status, found });
    }
    return { action: "runs", runs };
  },
  replay: async (name, { state }, context) => {
    const directory = state ?? context.settings.config.state ?? "";
    const before = await loadRun(need(name, "run"), directory, context.files);
    return { action: "replay", ...(await replayRun(before, context)) };
  },
};

const listedCountMax = 50;

function need(name: string | undefined, what: string): string {
  if (name !== undefined) return name;
  throw new WaggleError("usage", `Which ${what}? \`waggle workflow list\` and runs name them.`);
}

function describe({ name, description, source, triggers, inputs, steps }: Workflow) {
  return {
    ...{ name, description, source, inputs },
    triggers: Object.entries(triggers).flatMap(([kind, one]) => (one === undefined ? [] : [kind])),
    steps: steps.map(({ id, use, waitsFor }) => ({
      ...{ id, type: use.type, uses: use.name, waitsFor },
    })),
  };
}

function describeUse({ name, type, summary, input: given }: StepUseInfo): ListedUse {
  const shape: Readonly<Record<string, z.ZodType>> = given.shape;
  const keys = Object.entries(shape).map(([key, schema]) => [key, schema.description ?? ""]);
  return { name, type, summary, keys: Object.fromEntries(keys) };
}

/**
 * Holds how the command line shows workflows and their runs.
 * In: the output of the operations `workflow` and `run-workflow`. Out: text, or JSON.
 */
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import type { WorkflowRunOutput } from "../../operations/run-workflow.ts";
import type { WorkflowRun } from "../../operations/workflow/workflow-run.ts";
import type { WorkflowOutput } from "../../operations/workflow.ts";
import { errorCodes } from "../../ports/waggle-error.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";
import { renderRun } from "./render-run.ts";
import {
  renderChecked,
  renderReplay,
  renderRuns,
  renderWorkflow,
  renderWorkflowList,
} from "./render-workflows.ts";
import { safeLines } from "./screen.ts";
import { sourceMetavars } from "./source-metavars.ts";

const metavars = {
  ...sourceMetavars,
  ...{ input: "key=value", out: "file", trigger: "kind", state: "directory" },
  ...{ workflows: "directory", rules: "directory" },
};

export const runWorkflowPresentation: Presentation<WorkflowRunOutput> = {
  positionals: [{ key: "name", metavar: "workflow", required: true }],
  metavars,
  examples: [
    {
      line: "waggle run-workflow security_forensics --events events.jsonl",
      says: "Was there an attack, what happened, what now",
    },
    {
      line: "waggle run-workflow security_forensics --state /var/lib/waggle --since 1h --dry-run",
      says: "The last hour of the daemon; say who would be told",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: renderRunOutput(output, view),
    notices: [],
    exitStatus: statusOf(output.run),
  }),
};

function renderRunOutput({ run, recordFile }: WorkflowRunOutput, view: View) {
  return view.format === "json" ? renderJson(run) : renderRun(run, recordFile, view);
}

/** What failed is told before what was found; 10 is for whoever waits for the answer. */
function statusOf({ status, steps, found, trigger }: WorkflowRun): number {
  if (status === "failed") {
    const failed = steps.find((one) => one.status === "failed" && !one.tolerated);
    return errorCodes[failed?.error?.code ?? "workflow-failed"].exit;
  }
  const isAwaited = trigger.kind === "command" || trigger.kind === "manual";
  return found === true && isAwaited ? exitStatus.failOn : exitStatus.done;
}

export const workflowPresentation: Presentation<WorkflowOutput> = {
  positionals: [
    { key: "action", metavar: "run|list|show|validate|runs|replay", required: true },
    { key: "name", metavar: "name", required: false },
  ],
  metavars,
  examples: [
    {
      line: "waggle workflow run flow.security_forensics --events events.jsonl",
      says: "Run one",
    },
    { line: "waggle workflow list", says: "Which there are, and what steps may use" },
    { line: "waggle workflow validate mine.yaml", says: "Check a file of your own" },
    {
      line: "waggle workflow replay run.json",
      says: "Judge again what a recorded run saw: the same result",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: render(output, view),
    notices: [],
    exitStatus: statusOfOutput(output),
  }),
};

function statusOfOutput(output: WorkflowOutput): number {
  if (output.action === "run") return statusOf(output.run);
  if (output.action === "replay") {
    return output.differences.length > 0 ? errorCodes["workflow-failed"].exit : exitStatus.done;
  }
  const isWrong = output.action === "validate" && output.problems.length > 0;
  return isWrong ? errorCodes["config-invalid"].exit : exitStatus.done;
}

function render(output: WorkflowOutput, view: View): TerminalText | Generator<string> {
  if (output.action === "run") return renderRunOutput(output, view);
  if (view.format === "json") return renderJson(output);
  const paint = createPaint(view.color);
  switch (output.action) {
    case "list":
      return renderWorkflowList(output, view, paint);
    case "show":
      return joinTerminal([
        ...renderWorkflow(output.workflow, paint),
        terminal``,
        safeLines(output.text),
      ]);
    case "validate":
      return renderChecked(output, paint);
    case "runs":
      return renderRuns(output, view);
    case "replay":
      return renderReplay(output, paint);
  }
}

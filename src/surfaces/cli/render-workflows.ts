/**
 * Holds how the command line shows workflows, mistakes in them, and runs of before.
 * In: the output of the operation `workflow`. Out: terminal text.
 */
import {
  joinTerminal,
  type Paint,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { plural } from "../../core/report/text-layout.ts";
import type { ListedWorkflow, WorkflowOutput } from "../../operations/workflow.ts";
import type { View } from "./presentation.ts";
import { textTable } from "./text-table.ts";

type Of<Action> = Extract<WorkflowOutput, { readonly action: Action }>;

export function renderWorkflowList(
  { workflows, uses, problems }: Of<"list">,
  view: View,
  paint: Paint,
): TerminalText {
  const columns = [
    { align: "left", widthMax: 26 },
    { align: "left", widthMax: 30 },
    { align: "left", widthMax: 0, linesMax: 4 },
  ] as const;
  const rows = workflows.map((one) => [one.name, one.triggers.join(", "), one.description]);
  const useRows = uses.map((one) => [one.name, one.type, one.summary]);
  return joinTerminal([
    ...textTable(columns, [["WORKFLOW", "STARTED BY", "WHAT"], ...rows], view.width),
    terminal``,
    ...textTable(columns, [["USES", "TYPE", "WHAT"], ...useRows], view.width),
    ...problems.map(({ message }) => paint("red", message)),
  ]);
}

export function renderWorkflow(
  { name, description, source, triggers, inputs, steps }: ListedWorkflow,
  paint: Paint,
): readonly TerminalText[] {
  return [
    terminal`${paint("bold", name)}  ${source}`,
    terminal`${description}`,
    terminal`Started by: ${triggers.join(", ")}`,
    ...Object.entries(inputs).map(
      ([key, { type = "text", description: says = "", default: is }]) => {
        const usual = is === undefined ? "" : `, ${JSON.stringify(is)} when left out`;
        return terminal`  --input ${key}=${type}  ${says}${usual}`;
      },
    ),
    ...steps.map(({ id, type, uses, waitsFor }) => {
      const after = waitsFor.length === 0 ? "" : `, after ${waitsFor.join(", ")}`;
      return terminal`  ${id}  ${type} ${uses}${after}`;
    }),
  ];
}

export function renderChecked({ names, problems }: Of<"validate">, paint: Paint): TerminalText {
  const wrong = problems.map(({ message }) => paint("red", message));
  const right = names.length === 0 ? [] : [terminal`Right: ${names.join(", ")}`];
  return joinTerminal([...wrong, ...right]);
}

export function renderRuns({ runs }: Of<"runs">, view: View): TerminalText {
  if (runs.length === 0) return terminal`No run is recorded here.`;
  const columns = [
    { align: "left", widthMax: 80 },
    { align: "left", widthMax: 0 },
  ] as const;
  // The id tells when and which.
  const rows = runs.map(({ id, status, found }) => {
    return [id, `${status}${found === true ? ", found" : ""}`];
  });
  return joinTerminal(textTable(columns, [["RUN", "CAME TO"], ...rows], view.width));
}

export function renderReplay({ run, differences }: Of<"replay">, paint: Paint): TerminalText {
  if (differences.length === 0) {
    const steps = plural(run.steps.length, "step");
    return terminal`${paint("green", "The same result")}: ${run.workflow.name}, ${steps}`;
  }
  return joinTerminal([
    paint("bold red", `Another result: ${run.workflow.name}`),
    ...differences.map(({ step, what }) => terminal`  ${step === "" ? "the run" : step}: ${what}`),
  ]);
}

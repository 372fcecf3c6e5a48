/**
 * Holds how the command line shows the run of a workflow: what was found first, then its steps.
 * In: the record of a run. Out: terminal text.
 * Must never print what steps gave but through `terminal`.
 */
import { levels } from "../../core/observe/detect/rule.ts";
import { phases, phaseTitles } from "../../core/report/incident/describe-incident.ts";
import {
  createPaint,
  interpolatedLengthMax,
  joinTerminal,
  type Paint,
  type Style,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { padEnd, plural, wrap } from "../../core/report/text-layout.ts";
import type {
  Classification,
  ClassifyOutput,
  EvidenceItem,
} from "../../operations/workflow/classification.ts";
import type { StepRun, WorkflowRun } from "../../operations/workflow/workflow-run.ts";
import type { View } from "./presentation.ts";

const shownCount = 10;
const evidenceCount = 4;
const actionCount = 8;

interface Page {
  readonly width: number;
  readonly paint: Paint;
}

/** `recordFile` "" says that nothing keeps the run. */
export function renderRun(run: WorkflowRun, recordFile: string, view: View): TerminalText {
  const page = { width: Math.max(60, view.width), paint: createPaint(view.color) };
  const judged = run.steps.flatMap((step) =>
    step.uses === "classify" && step.status === "succeeded" ? [step.output as ClassifyOutput] : [],
  );
  const top = view.top > 0 ? view.top : shownCount;
  const sections = [
    [renderHead(run, page)],
    ...judged.flatMap((one) => renderJudgement(one, top, page)),
    renderSteps(run, page),
    recordFile === ""
      ? [page.paint("dim", "This run is not kept: --out FILE or --state DIRECTORY keep it.")]
      : [terminal`Record: ${recordFile}`],
  ];
  return joinTerminal(
    sections.map((lines) => joinTerminal(lines)),
    terminal`\n\n`,
  );
}

function renderHead(
  { workflow, status, found, dryRun }: WorkflowRun,
  { paint }: Page,
): TerminalText {
  const mark = status === "failed" ? paint("bold red", "FAILED") : paint("green", "done");
  const told = found === null ? "" : found ? ": something was found" : ": nothing was found";
  const dry = dryRun ? " (dry run: nothing outside was changed)" : "";
  return terminal`${paint("bold", workflow.name)}  ${mark}${told}${dry}`;
}

function renderJudgement(
  output: ClassifyOutput,
  top: number,
  page: Page,
): readonly (readonly TerminalText[])[] {
  if (output.verdict === "no-incident") return [renderQuiet(output, page)];
  const { incidents } = output;
  const shown = incidents.slice(0, top).map((one, at) => renderOne(one, at + 1, page));
  const left = incidents.length - top;
  const more = left > 0 ? [[page.paint("dim", `${plural(left, "more incident")}: --top`)]] : [];
  return [...shown, ...more];
}

function renderQuiet({ root_cause, confidence, doubts }: ClassifyOutput, page: Page) {
  const sure = [confidence, ...doubts.slice(0, 3)].join("; ");
  return [
    page.paint("green", "No incident"),
    ...field("looked at", root_cause, page),
    ...field("sure", sure, page),
  ];
}

const severityStyles: Readonly<Record<string, Style>> = {
  critical: "bold red",
  high: "red",
  medium: "yellow",
};

function renderOne(one: Classification, at: number, page: Page): readonly TerminalText[] {
  const { severity, headline, confidence, doubts, incident, story, not_seen } = one;
  const label = page.paint(severityStyles[severity] ?? "plain", severity.toUpperCase());
  const [doubt] = doubts;
  // The first sentence is the cause; which rules matched stands in the evidence.
  const then = story.slice(1).filter((sentence) => /^\d\d:/.test(sentence));
  return [
    terminal`${at}. ${label}  ${page.paint("bold", headline)}`,
    ...field("where", one.affected_component, page),
    ...field("when", sayWhen(one), page),
    ...field("cause", one.root_cause, page),
    ...then.flatMap((text, index) => field(index === 0 ? "then" : "", text, page)),
    ...renderEvidence(one, page),
    ...renderActions(one, page),
    ...not_seen.slice(0, 2).flatMap((text, index) => {
      return field(index === 0 ? "not seen" : "", text, page);
    }),
    ...field("sure", doubt === undefined ? confidence : `${confidence}; but: ${doubt}`, page),
    ...field("id", `${incident}   (waggle incident ${incident.slice(0, 8)} tells it whole)`, page),
  ];
}

function sayWhen({ first_seen: first, last_seen: last }: Classification): string {
  if (first === null || last === null) return "unknown";
  return `${first.slice(0, 10)} ${first.slice(11, 19)} to ${last.slice(11, 19)} UTC`;
}

/** The gravest, in order of time. */
function renderEvidence({ evidence }: Classification, page: Page): readonly TerminalText[] {
  const gravest = evidence.toSorted((a, b) => gravity(b) - gravity(a)).slice(0, evidenceCount);
  const shown = evidence.filter((item) => gravest.includes(item));
  const left = evidence.length - shown.length;
  return [
    ...shown.flatMap((item, index) => {
      const time = item.time?.slice(11, 19) ?? "no time ";
      const [cited] = item.citations;
      const command = item.command === "" ? "" : ` · ${item.command} (pid ${item.pid})`;
      const place = `[${cited?.input ?? ""}:${cited?.offset ?? ""}]`;
      return [
        ...field(index === 0 ? "evidence" : "", `${time} ${item.text}${command}`, page),
        page.paint("dim", terminal`               ${place}`),
      ];
    }),
    ...(left > 0 ? field("", `and ${plural(left, "more item")} (--format json)`, page) : []),
  ];
}

function gravity({ level }: EvidenceItem): number {
  return level === "" ? -1 : levels.indexOf(level);
}

/**
 * One of each phase at least: whoever stops it alone meets it again. What preserves comes before
 * the rest, for what is told to replace or delete destroys it.
 */
function renderActions({ actions }: Classification, page: Page): readonly TerminalText[] {
  const first = phases.flatMap((phase) => actions.find((one) => one.phase === phase) ?? []);
  const others = actions
    .filter((one) => !first.includes(one))
    .toSorted((a, b) => Number(b.phase === "preserve") - Number(a.phase === "preserve"));
  const chosen = new Set([...first, ...others.slice(0, actionCount - first.length)]);
  const shown = actions.filter((one) => chosen.has(one));
  const left = actions.length - shown.length;
  return [
    ...shown.flatMap(({ phase, text, command }, index) => [
      ...field(index === 0 ? "do" : "", `${phaseTitles[phase]}: ${text}`, page),
      ...renderCommand(command, page),
    ]),
    ...(left > 0 ? field("", `and ${plural(left, "more action")}`, page) : []),
  ];
}

/** Whole or not at all: half a command may do something else. */
function renderCommand(command: string, { paint }: Page): readonly TerminalText[] {
  const isShown = command !== "" && command.length <= interpolatedLengthMax;
  return isShown ? [terminal`                 ${paint("cyan", `$ ${command}`)}`] : [];
}

function field(name: string, text: string, { width, paint }: Page): readonly TerminalText[] {
  return wrap(text, width - 15, 6).map((line, at) => {
    return terminal`    ${paint("dim", padEnd(at === 0 ? name : "", 11))}${line}`;
  });
}

const statusStyles: Readonly<Record<StepRun["status"], Style>> = {
  succeeded: "green",
  failed: "bold red",
  skipped: "dim",
};

function renderSteps({ steps, notes }: WorkflowRun, page: Page): readonly TerminalText[] {
  const { paint, width } = page;
  const idWidth = Math.min(24, Math.max(...steps.map(({ id }) => id.length)));
  const lines = steps.flatMap((step) => {
    const told = step.error?.message ?? (step.because === "" ? step.summary : step.because);
    const status = paint(statusStyles[step.status], padEnd(step.status, 9));
    const [first = "", ...rest] = wrap(told, width - idWidth - 15, 3);
    const indent = " ".repeat(idWidth + 13);
    return [
      terminal`  ${padEnd(step.id, idWidth)}  ${status}  ${first}`,
      ...rest.map((line) => terminal`${indent}${line}`),
    ];
  });
  return [
    paint("bold", "STEPS"),
    ...lines,
    ...notes.map((note) => terminal`  ${paint("yellow", note)}`),
  ];
}

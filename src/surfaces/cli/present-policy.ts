/**
 * Holds how the command line shows policies: what is wanted and why, and what each server has.
 * In: the output of the operation `policy`. Out: text or JSON.
 * Must never print what a server says, or the name of a package, raw.
 */
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type Paint,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { formatCount } from "../../core/report/text-layout.ts";
import type { StepResult } from "../../operations/live/apply-policies.ts";
import type { NodePolicies } from "../../operations/live/visit-nodes.ts";
import type { PolicyOutput } from "../../operations/policy.ts";
import { errorCodes } from "../../ports/waggle-error.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";
import { sourceMetavars } from "./source-metavars.ts";
import { textTable } from "./text-table.ts";

export const policyPresentation: Presentation<PolicyOutput> = {
  positionals: [{ key: "action", metavar: "action", required: true }],
  metavars: {
    ...{ ...sourceMetavars, tetragon: "address", to: "dir", set: "name", state: "dir" },
    ...{ tlsCa: "file", tlsCert: "file", tlsKey: "file", tlsServerName: "name" },
  },
  examples: [
    {
      line: "waggle policy plan --report report.json --tetragon unix:///run/tetragon/tetragon.sock",
      says: "What would change on a server, and why",
    },
    {
      line: "waggle policy apply --report report.json --to policies --yes",
      says: "As files, for kubectl apply",
    },
    {
      line: "waggle policy status --tetragon localhost:54321",
      says: "What is loaded, what failed, and whether anything enforces",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : renderPolicy(output, view),
    notices: noticesOf(output),
    exitStatus: statusOf(output),
  }),
};

function noticesOf({ action, isApplied, isCompiled }: PolicyOutput): readonly TerminalText[] {
  const isDry = !isApplied && (action === "apply" || action === "clean");
  const isBlind = !isCompiled && (action === "apply" || action === "plan");
  return [
    ...(isDry ? [terminal`Nothing was changed: this is the plan. Add --yes to do it.`] : []),
    ...(isBlind
      ? [terminal`No report and no events were given: only policies that ship are planned.`]
      : []),
  ];
}

function statusOf({ nodes, isBeside }: PolicyOutput): number {
  if (isBeside) return exitStatus.done;
  if (nodes.some(({ trouble }) => trouble !== "")) return errorCodes["connection-failed"].exit;
  const hasFailed = nodes.some(({ steps }) => steps.some(({ outcome }) => outcome === "failed"));
  return hasFailed ? errorCodes["tetragon-refused"].exit : exitStatus.done;
}

function renderPolicy(output: PolicyOutput, view: View): TerminalText {
  const paint = createPaint(view.color);
  const isWanting = output.action === "plan" || output.action === "apply";
  const parts = [
    ...(isWanting ? [renderWanted(output, paint, view)] : []),
    ...(output.watched.length > 0 ? [renderWatched(output, paint, view)] : []),
    ...(output.leftOut.length > 0 ? [renderLeftOut(output, paint, view)] : []),
    ...(output.files.length > 0 ? [renderFiles(output, paint)] : []),
    ...output.nodes.map((node) => renderNode(node, output, { paint, view })),
  ];
  return joinTerminal(parts, terminal`\n\n`);
}

function renderWanted({ wanted }: PolicyOutput, paint: Paint, { width }: View): TerminalText {
  const total = wanted.reduce((sum, one) => sum + one.kernelMemoryBytes, 0);
  const rows = wanted.map((one) => [
    one.document.name,
    one.origin,
    kilobytes(one.kernelMemoryBytes),
    one.why,
  ]);
  const count = formatCount(wanted.length);
  const head = terminal`${count} policies wanted, about ${kilobytes(total)} of kernel memory`;
  return joinTerminal([terminal`${paint("bold", head)}`, ...indented(tableOf(rows, width))]);
}

function tableOf(rows: readonly (readonly string[])[], width: number): readonly TerminalText[] {
  const columns = [
    { align: "left", widthMax: 46 },
    { align: "left", widthMax: 10 },
    { align: "right", widthMax: 10 },
    { align: "left", widthMax: 0, linesMax: 3 },
  ] as const;
  return textTable(columns, rows, width - 2);
}

function indented(lines: readonly TerminalText[]): readonly TerminalText[] {
  return lines.map((line) => terminal`  ${line}`);
}

function kilobytes(bytes: number): string {
  return `${formatCount(Math.ceil(bytes / 1000))} KB`;
}

const listedCount = 20;

function renderWatched({ watched }: PolicyOutput, paint: Paint, view: View): TerminalText {
  const top = view.top > 0 ? view.top : listedCount;
  const rows = watched.slice(0, top).map(({ question, valueCount }) => {
    const { package: name, version, image, workloads, files } = question;
    const where = `${workloads.slice(0, 3).join(", ")} (${image})`;
    return [`${name} ${version}`, `${files.length} files`, `+${valueCount}`, where];
  });
  const count = formatCount(watched.length);
  const head = terminal`${count} open questions that they decide, most urgent first`;
  return joinTerminal([
    paint("bold", head),
    ...indented(tableOf(rows, view.width)),
    ...more(watched.length - rows.length, paint),
  ]);
}

function renderLeftOut({ leftOut }: PolicyOutput, paint: Paint, view: View): TerminalText {
  const reasons = [...Map.groupBy(leftOut, ({ why }) => why)];
  const rows = reasons.map(([why, group]) => {
    const names = group.slice(0, 3).map((one) => `${one.package} ${one.version}`);
    const others = group.length > 3 ? `, and ${group.length - 3} more` : "";
    return [`${group.length}`, why, names.join(", ") + others];
  });
  const columns = [
    { align: "right", widthMax: 8 },
    { align: "left", widthMax: 64 },
    { align: "left", widthMax: 0, linesMax: 2 },
  ] as const;
  const head = terminal`${formatCount(leftOut.length)} that no policy is made for`;
  const table = textTable(columns, rows, view.width - 2);
  return joinTerminal([paint("bold", head), ...indented(table)]);
}

function more(count: number, paint: Paint): readonly TerminalText[] {
  return count > 0 ? [paint("dim", terminal`  ${formatCount(count)} more: --top shows them`)] : [];
}

function renderFiles({ files, isApplied }: PolicyOutput, paint: Paint): TerminalText {
  const head = isApplied ? terminal`Written` : terminal`Would be written`;
  return joinTerminal([paint("bold", head), ...files.map((name) => terminal`  ${name}`)]);
}

interface Drawing {
  readonly paint: Paint;
  readonly view: View;
}

function renderNode(
  node: NodePolicies,
  { action }: PolicyOutput,
  { paint, view }: Drawing,
): TerminalText {
  const name = node.node === "" ? node.address : `${node.node} (${node.address})`;
  if (node.trouble !== "") {
    return joinTerminal([paint("bold", name), terminal`  ${paint("red", node.trouble)}`]);
  }
  const head = terminal`${paint("bold", name)}  Tetragon ${node.version || "?"}`;
  const body = action === "status" ? renderLoaded(node, view) : renderSteps(node, paint);
  return joinTerminal([head, ...body]);
}

function renderSteps({ steps, foreignCount }: NodePolicies, paint: Paint): TerminalText[] {
  const kept = steps.filter(({ kind }) => kind === "keep").length;
  const shown = steps.filter(({ kind }) => kind !== "keep");
  const counts = [kept, foreignCount].map(formatCount);
  const others = `${counts[0]} stay as they are; ${counts[1]} of others are not touched`;
  return [
    ...shown.map((step) => terminal`  ${verbOf(step, paint)} ${step.name}  ${reasonOf(step)}`),
    terminal`  ${paint("dim", others)}`,
  ];
}

function verbOf({ kind, outcome }: StepResult, paint: Paint): TerminalText {
  if (outcome === "failed") return paint("red", kind === "failed" ? "broken" : `${kind} failed`);
  if (outcome === "left") return paint("yellow", `${kind} left`);
  const word = kind === "add" ? "+" : kind === "delete" ? "-" : kind;
  return outcome === "done" ? paint("green", `${word} done`) : paint("plain", word);
}

function reasonOf({ why, said }: StepResult): string {
  return said === "" ? why : `${why} ${said}`;
}

function renderLoaded({ loaded, foreignCount }: NodePolicies, view: View): TerminalText[] {
  const own = loaded.filter(({ isOurs }) => isOurs);
  const rows = loaded.map((one) => [
    one.namespace === "" ? one.name : `${one.namespace}/${one.name}`,
    one.state,
    one.kernelMemoryBytes > 0 ? kilobytes(one.kernelMemoryBytes) : "",
    [
      one.isOurs ? "of waggle" : "of others",
      one.mode === "enforce" ? "ENFORCES" : "",
      one.postedCount >= 0 ? `${formatCount(one.postedCount)} events` : "",
      one.error,
    ]
      .filter((text) => text !== "")
      .join(", "),
  ]);
  const broken = own.filter(({ error, state }) => error !== "" || /error/.test(state)).length;
  const enforcing = loaded.filter(({ mode }) => mode === "enforce").length;
  const counts = [
    `${formatCount(own.length)} of waggle, ${formatCount(broken)} of them in error`,
    `${formatCount(foreignCount)} of others`,
    `${formatCount(enforcing)} enforcing`,
  ];
  return [terminal`  ${counts.join("; ")}`, ...indented(tableOf(rows, view.width))];
}

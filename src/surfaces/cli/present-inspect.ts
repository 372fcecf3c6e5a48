/**
 * Holds how the command line shows an inspection.
 * In: the output of the operation `inspect`. Out: a page of text, or JSON.
 * Must never leave out a problem: what does not fit is counted.
 */

import type { Problem } from "../../core/event/problem.ts";
import { renderJson } from "../../core/report/render-json.ts";
import type { InputSummary } from "../../core/report/report.ts";
import {
  createPaint,
  joinTerminal,
  type Paint,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { fitPath, wrap } from "../../core/report/text-layout.ts";
import type { EventFile, SeenContainer } from "../../operations/describe-event-file.ts";
import type { Inspection, LossSummary, SensorSummary } from "../../operations/inspect.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";
import { textTable } from "./text-table.ts";

export const inspectPresentation: Presentation<Inspection> = {
  positionals: [{ key: "files", metavar: "file", required: true }],
  metavars: { since: "time", until: "time" },
  examples: [
    {
      line: "waggle inspect tetragon.log",
      says: "What a recording holds, and what is wrong with it",
    },
    {
      line: "waggle inspect events.jsonl.xz policies/ metrics-*.txt --format json",
      says: "The same with what could be seen and what was lost, as JSON",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: false,
  hasTime: false,
  show: (inspection, view) => ({
    document: view.format === "json" ? renderJson(inspection) : renderInspection(inspection, view),
    notices: [],
    exitStatus: exitStatus.done,
  }),
};

interface Sheet {
  readonly paint: Paint;
  readonly width: number;
  /** Rows of one list. */
  readonly top: number;
}

export function renderInspection(inspection: Inspection, view: View): TerminalText {
  const top = view.top > 0 ? view.top : 12;
  const sheet = { paint: createPaint(view.color), width: view.width, top };
  const sections = [
    ...inspection.eventFiles.map((file) => renderFile(file, sheet)),
    renderDocuments(inspection.documents, sheet),
    renderSensors(inspection.sensors, sheet),
    renderLosses(inspection.losses, sheet),
    renderProblems(inspection.problems, sheet),
  ];
  return joinTerminal(
    sections.filter((lines) => lines.length > 0).map((lines) => joinTerminal(lines)),
    terminal`\n\n`,
  );
}

function renderFile(file: EventFile, sheet: Sheet): readonly TerminalText[] {
  const { paint } = sheet;
  const packed = file.compression === "plain" ? "" : ` · ${file.compression}`;
  const size = file.sizeBytes < 0 ? "" : ` · ${formatSize(file.sizeBytes)}`;
  const lines = [
    terminal`${paint("bold", file.name)}  ${file.format}${packed}${size}`,
    terminal`  ${count(file.eventCount)} events${others(file)}`,
  ];
  if (file.from !== null) {
    const seconds = file.to === null ? 0 : (Date.parse(file.to) - Date.parse(file.from)) / 1000;
    lines.push(terminal`  ${file.from} to ${file.to ?? ""} (${formatSeconds(seconds)})`);
  }
  if (file.cut !== null) lines.push(terminal`  ${paint("yellow", `cut: ${file.cut}`)}`);
  const types = file.types.map(({ name, count: many }) => `${name} ${count(many)}`);
  lines.push(terminal`  types      ${types.slice(0, 20).join(", ")}`);
  const policies = file.policies.map(({ name, count: many }) => `${name} ${count(many)}`);
  if (policies.length > 0) lines.push(terminal`  policies   ${policies.slice(0, 20).join(", ")}`);
  const nodes = file.nodes.map(({ name, disorderSecondsMax }) => {
    const late = disorderSecondsMax > 1 ? ` (up to ${formatSeconds(disorderSecondsMax)} late)` : "";
    return `${name === "" ? "(unnamed)" : name}${late}`;
  });
  lines.push(terminal`  nodes      ${nodes.slice(0, 20).join(", ")}`);
  lines.push(...renderContainers(file, sheet));
  return lines;
}

function others(file: EventFile): string {
  const parts: string[] = [];
  if (file.duplicateCount > 0) parts.push(`${count(file.duplicateCount)} duplicates left out`);
  if (file.unreadableCount > 0) parts.push(`${count(file.unreadableCount)} records unreadable`);
  if (file.outsideCount > 0) parts.push(`${count(file.outsideCount)} outside of the time asked`);
  return parts.length === 0 ? "" : `; ${parts.join(", ")}`;
}

function renderContainers(file: EventFile, sheet: Sheet): readonly TerminalText[] {
  const onHost =
    file.hostEventCount > 0 ? `, ${count(file.hostEventCount)} events of the host` : "";
  const shown = file.containers.slice(0, sheet.top);
  const rest = file.containers.length - shown.length;
  const rows = shown.map((one) => [
    one.id.slice(0, 12),
    nameContainer(one),
    one.image,
    count(one.eventCount),
  ]);
  const columns = [
    { align: "left", widthMax: 12 },
    { align: "left", widthMax: 44 },
    { align: "left", widthMax: 0 },
    { align: "right", widthMax: 12 },
  ] as const;
  return [
    terminal`  containers ${file.containers.length}${onHost}`,
    ...textTable(columns, rows, sheet.width - 4).map((line) => terminal`    ${line}`),
    ...(rest > 0 ? [terminal`    and ${rest} more: --top ${file.containers.length}`] : []),
  ];
}

function nameContainer(one: SeenContainer): string {
  if (one.pod === "") return one.container === "" ? "(no pod)" : one.container;
  return `${one.namespace}/${one.pod}/${one.container}`;
}

function renderDocuments(documents: readonly InputSummary[], sheet: Sheet): TerminalText[] {
  if (documents.length === 0) return [];
  return [
    terminal`${sheet.paint("bold", "Documents")}`,
    ...documents.flatMap((one) => renderDocument(one, sheet)),
  ];
}

function renderDocument(one: InputSummary, { paint, width }: Sheet): readonly TerminalText[] {
  const details = Object.entries(one.details)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key} ${value}`);
  const what = `${one.role} (${one.format}), ${sizeOf(one)}`;
  const name = fitPath(one.name, Math.max(20, width - what.length - 4));
  return [
    terminal`  ${name}  ${what}`,
    ...wrap(details.join(" · "), width - 6, 4).map((line) => terminal`      ${paint("dim", line)}`),
  ];
}

const contents: Readonly<Record<string, readonly [one: string, many: string]>> = {
  sbom: ["package", "packages"],
  vulnerabilities: ["match", "matches"],
  policies: ["hook", "hooks"],
  kubernetes: ["container", "containers"],
  containers: ["container", "containers"],
  processes: ["process", "processes"],
  metrics: ["snapshot", "snapshots"],
  kev: ["entry", "entries"],
  epss: ["score", "scores"],
  report: ["finding", "findings"],
};

function sizeOf({ role, count: many }: InputSummary): string {
  const [one, several] = (Object.hasOwn(contents, role) ? contents[role] : undefined) ?? ["", ""];
  return `${count(many)} ${many === 1 ? one : several}`.trim();
}

function renderSensors(sensors: readonly SensorSummary[], sheet: Sheet): TerminalText[] {
  if (sensors.length === 0) return [];
  const rows = sensors.map((one) => [
    one.node === "" ? "(unnamed)" : one.node,
    one.sensor,
    one.policy === "" ? "(base)" : one.policy,
    one.basis,
    count(one.eventCount),
    describeScope(one),
  ]);
  const columns = [
    { align: "left", widthMax: 24 },
    { align: "left", widthMax: 8 },
    { align: "left", widthMax: 28 },
    { align: "left", widthMax: 8 },
    { align: "right", widthMax: 10 },
    { align: "left", widthMax: 0, linesMax: 6 },
  ] as const;
  const lines = textTable(columns, rows.slice(0, sheet.top * 2), sheet.width - 2);
  return [terminal`${sheet.paint("bold", "Sensors")}`, ...indent(lines)];
}

function describeScope({ pathPrefixes, limits }: SensorSummary): string {
  const everything = pathPrefixes.includes("");
  const paths = everything || pathPrefixes.length === 0 ? [] : [pathPrefixes.join(" ")];
  return [...paths, ...limits].join("; ");
}

function renderLosses(losses: readonly LossSummary[], sheet: Sheet): TerminalText[] {
  if (losses.length === 0) return [];
  const rows = losses.map((one) => [
    one.reason,
    one.count === 0 ? "" : count(one.count),
    one.from ?? "",
    one.detail,
  ]);
  const columns = [
    { align: "left", widthMax: 20 },
    { align: "right", widthMax: 10 },
    { align: "left", widthMax: 27 },
    { align: "left", widthMax: 0, linesMax: 4 },
  ] as const;
  const rest = losses.length - sheet.top;
  return [
    terminal`${sheet.paint("bold", "Lost, or maybe lost")}`,
    ...indent(textTable(columns, rows.slice(0, sheet.top), sheet.width - 2)),
    ...(rest > 0 ? [terminal`  and ${rest} more: --top ${losses.length}`] : []),
  ];
}

function renderProblems(problems: readonly Problem[], sheet: Sheet): TerminalText[] {
  if (problems.length === 0) return [terminal`No problems.`];
  const shown = problems.slice(0, sheet.top);
  const rest = problems.length - shown.length;
  return [
    terminal`${sheet.paint("bold", "Problems")}`,
    ...shown.flatMap((problem) => renderProblem(problem, sheet)),
    ...(rest > 0 ? [terminal`  and ${rest} more kinds: --top ${problems.length}`] : []),
  ];
}

function renderProblem(problem: Problem, { paint }: Sheet): readonly TerminalText[] {
  const { input, offset, line } = problem.first;
  const at = [
    ...(input === "" ? [] : [input]),
    ...(line > 0 ? [`line ${line}`] : []),
    ...(offset >= 0 ? [`byte ${offset}`] : []),
  ];
  const style = problem.weight === "notice" ? "dim" : "yellow";
  const times = problem.count > 1 ? ` ×${count(problem.count)}` : "";
  return [
    terminal`  ${paint(style, problem.weight)} ${problem.code}${times}: ${problem.message}`,
    ...(at.length === 0 ? [] : [terminal`      first at ${at.join(", ")}`]),
  ];
}

function indent(lines: readonly TerminalText[]): TerminalText[] {
  return lines.map((line) => terminal`  ${line}`);
}

function count(value: number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

function formatSize(bytes: number): string {
  if (bytes < 10_000) return `${bytes} B`;
  if (bytes < 10_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${Math.round(bytes / 1_000_000)} MB`;
}

function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/**
 * Holds how the command line shows containers and the process tree of one.
 * In: the output of the operation `ps`. Out: text, or JSON.
 * Must never print a command line raw.
 */
import { isHostKey } from "../../core/observe/container-key.ts";
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type Paint,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { formatCount } from "../../core/report/text-layout.ts";
import type { SeenContainer } from "../../operations/describe-event-file.ts";
import type { ShownProcess } from "../../operations/list-processes.ts";
import type { PsOutput } from "../../operations/ps.ts";
import { exitStatus } from "./exit-status.ts";
import { foldEqual } from "./fold-equal.ts";
import type { Presentation, View } from "./presentation.ts";
import { textTable } from "./text-table.ts";

export const psPresentation: Presentation<PsOutput> = {
  positionals: [{ key: "container", metavar: "container", required: false }],
  metavars: {
    state: "dir",
    events: "file",
    k8s: "file",
    containers: "file",
    since: "time",
    until: "time",
  },
  examples: [
    { line: "waggle ps --events tetragon.log", says: "Which containers a recording shows" },
    {
      line: "waggle ps web/nginx --events tetragon.log",
      says: "The processes of one, each with its class and why it has it",
    },
    {
      line: "waggle ps web/nginx --state /var/lib/waggle --since 1h",
      says: "The same of the last hour that a daemon saw",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : renderPs(output, view),
    notices: [],
    exitStatus: exitStatus.done,
  }),
};

export function renderPs(output: PsOutput, view: View): TerminalText {
  const paint = createPaint(view.color);
  if (output.container === null) return renderContainers(output.containers, view);
  const top = view.top > 0 ? view.top : 200;
  const lines = foldEqual(output.processes);
  const shown = lines.slice(0, top);
  const rest = lines.length - shown.length;
  const more = rest > 0 ? [`${rest} more lines: --top ${lines.length}`] : [];
  if (output.leftOutCount > 0) more.push(`${output.leftOutCount} processes were not kept`);
  return joinTerminal([
    terminal`${paint("bold", nameOf(output.container))}  ${output.container.image}`,
    ...shown.map((process) => renderProcess(process, paint, view.width)),
    ...more.map((text) => terminal`${paint("dim", text)}`),
  ]);
}

function renderContainers(containers: readonly SeenContainer[], view: View): TerminalText {
  if (containers.length === 0) return terminal`No process of a container was seen.`;
  const top = view.top > 0 ? view.top : 100;
  const rows = containers
    .slice(0, top)
    .map((one) => [
      one.id.slice(0, 12),
      nameOf(one),
      one.image,
      one.eventCount < 0 ? "" : formatCount(one.eventCount),
      (one.from ?? "").slice(0, 19).replace("T", " "),
    ]);
  const columns = [
    { align: "left", widthMax: 12 },
    { align: "left", widthMax: 44 },
    { align: "left", widthMax: 0 },
    { align: "right", widthMax: 10 },
    { align: "left", widthMax: 19 },
  ] as const;
  const head = ["ID", "CONTAINER", "IMAGE", "EVENTS", "FIRST SEEN (UTC)"];
  const rest = containers.length - rows.length;
  return joinTerminal([
    ...textTable(columns, [head, ...rows], view.width),
    ...(rest > 0 ? [terminal`and ${rest} more: --top ${containers.length}`] : []),
  ]);
}

function nameOf(one: SeenContainer): string {
  if (isHostKey(one.id)) return one.id.replace(/:$/, "");
  const name = one.container === "" ? one.id.slice(0, 12) : one.container;
  return one.pod === "" ? name : `${one.namespace}/${one.pod}/${one.container}`;
}

/** `pid`, class and command line at the depth of the process, then why it has its class. */
function renderProcess(process: ShownProcess, paint: Paint, width: number): TerminalText {
  const depth = Math.min(process.depth, 12);
  const command = `${process.binary} ${process.arguments}`.trim();
  const branch = depth === 0 ? "" : `${"  ".repeat(depth - 1)}└ `;
  const room = Math.max(20, width - 26 - branch.length);
  const shown = command.length > room ? `${command.slice(0, room - 1)}…` : command;
  const pid = String(process.pid).padStart(8);
  const style = process.actor === "service" ? "green" : "cyan";
  const indent = " ".repeat(25 + branch.length);
  const reason = [process.actorReason, ...remarks(process)].join(", ");
  return terminal`${pid} ${paint(style, process.actor.padEnd(15))} ${branch}${shown}
${indent}${paint("dim", reason)}`;
}

function remarks({ fromProc, isFork, sameCount, exit }: ShownProcess): readonly string[] {
  return [
    ...(fromProc ? ["ran before the sensor"] : []),
    ...(isFork ? ["fork"] : []),
    ...(sameCount > 1 ? [`${sameCount} alike`] : []),
    ...(exit === null ? [] : ["ended"]),
  ];
}

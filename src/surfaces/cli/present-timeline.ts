/**
 * Holds how the command line shows what a container did.
 * In: the output of the operation `timeline`. Out: text, or JSON.
 */
import { formatTime } from "../../core/event/format-time.ts";
import type { ActLine } from "../../core/observe/detect/record-acts.ts";
import { formatBytes } from "../../core/report/render-flows.ts";
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type Paint,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { fit, formatCount, plural } from "../../core/report/text-layout.ts";
import type { TimelineOutput } from "../../operations/timeline.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";

export const timelinePresentation: Presentation<TimelineOutput> = {
  positionals: [{ key: "container", metavar: "container", required: true }],
  metavars: {
    state: "directory",
    events: "file",
    since: "time",
    until: "time",
    rules: "directory",
  },
  examples: [
    { line: "waggle timeline web/nginx --events events.jsonl", says: "From a recording" },
    {
      line: "waggle timeline df154edb --state /var/lib/waggle --since 1h",
      says: "The last hour of one container, from the archive",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : render(output, view),
    notices: output.problems.map(({ message }) => terminal`${message}`).slice(0, 20),
    exitStatus: exitStatus.done,
  }),
};

const shownCount = 500;

function render(output: TimelineOutput, view: View): TerminalText {
  const { lines, signals, omittedCount } = output;
  const paint = createPaint(view.color);
  const shown = lines.slice(-(view.top > 0 ? view.top : shownCount));
  const marks = marksOf(signals);
  const rest = lines.length - shown.length;
  const span = `${shortTime(output.from)} to ${shortTime(output.to)} UTC`;
  return joinTerminal([
    ...output.containers.map((one) => {
      const name = [one.namespace, one.pod || one.workload].filter((part) => part !== "").join("/");
      return terminal`${paint("bold", name || one.container)}  ${one.imageName}  ${one.container}`;
    }),
    terminal`${plural(lines.length, "act")}, ${plural(signals.length, "signal")}, ${span}`,
    ...(rest > 0 ? [terminal`${paint("dim", `${rest} earlier ones: --top ${lines.length}`)}`] : []),
    ...shown.flatMap((line) => renderLine(line, { view, paint, marks })),
    ...(omittedCount > 0
      ? [terminal`${formatCount(omittedCount)} acts found no place: ask for a shorter time.`]
      : []),
  ]);
}

type Marks = ReadonlyMap<string, readonly string[]>;

/** Titles of rules by process: told at its first line. */
function marksOf(signals: TimelineOutput["signals"]): Map<string, readonly string[]> {
  const marks = new Map<string, readonly string[]>();
  for (const { process, level, title } of signals) {
    marks.set(process, [...(marks.get(process) ?? []), `${level}: ${title}`]);
  }
  return marks;
}

function renderLine(
  line: ActLine,
  { view, paint, marks }: { readonly view: View; readonly paint: Paint; readonly marks: Marks },
): readonly TerminalText[] {
  const time = formatTime(line.timeUs)?.slice(11, 23) ?? "no time     ";
  const name = line.binary.slice(line.binary.lastIndexOf("/") + 1);
  const who = line.kind === "exec" ? String(line.pid) : `${line.pid} ${fit(name, 16)}`;
  const more = [
    ...(line.detail === "" ? [] : [line.detail]),
    ...(line.bytes > 0 ? [formatBytes(line.bytes)] : []),
    ...(line.count > 1 ? [`${formatCount(line.count)} times`] : []),
    ...(line.kind === "exec" && line.actor !== "service" ? [line.actor] : []),
  ];
  const room = Math.max(40, view.width - 40);
  const told = terminal`${time}  ${line.kind.padEnd(9)} ${who}  ${fit(line.object, room)}`;
  const signs = line.kind === "exec" ? (marks.get(line.process) ?? []) : [];
  return [
    more.length === 0 ? told : terminal`${told}  ${paint("dim", more.join(", "))}`,
    ...signs.map((sign) => terminal`              ${paint("red", `▲ ${sign}`)}`),
  ];
}

function shortTime(time: string | null): string {
  return (time ?? "unknown").slice(0, 19).replace("T", " ");
}

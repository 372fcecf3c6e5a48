/**
 * Holds how the command line shows what a rule would have told in the past.
 * In: the output of the operation `hunt`. Out: text, or JSON.
 */
import { formatTime } from "../../core/event/format-time.ts";
import type { ProcessFact, SignalFact } from "../../core/observe/detect/detect-fact.ts";
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { fit, formatCount, plural } from "../../core/report/text-layout.ts";
import type { HuntOutput } from "../../operations/hunt.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";

export const huntPresentation: Presentation<HuntOutput> = {
  positionals: [{ key: "rule", metavar: "rule", required: true }],
  metavars: {
    state: "directory",
    events: "file",
    since: "time",
    until: "time",
    rules: "directory",
  },
  examples: [
    {
      line: "waggle hunt reverse-shell --state /var/lib/waggle --since 24h",
      says: "A family of rules over the last day",
    },
    { line: "waggle hunt ./new-rule.yml --events events.jsonl", says: "A rule you are writing" },
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

const shownCount = 100;

function render(output: HuntOutput, view: View): TerminalText {
  const { rules, signals, eventCount } = output;
  const paint = createPaint(view.color);
  const shown = signals.slice(0, view.top > 0 ? view.top : shownCount);
  const rest = signals.length - shown.length;
  const processes = new Map(output.processes.map((one) => [one.process, one]));
  const waiting = rules.filter(({ evaluable }) => evaluable.state !== "yes");
  const times = `${short(output.from)} to ${short(output.to)} UTC`;
  const span = `${formatCount(eventCount)} events, ${times}`;
  const found = `${plural(signals.length, "match", "matches")} of ${plural(rules.length, "rule")}`;
  return joinTerminal([
    terminal`${paint("bold", found)} in ${span}`,
    ...waiting.map(({ head, evaluable }) => {
      const why = evaluable.state === "yes" ? "" : evaluable.why;
      return terminal`${paint("yellow", "!")} ${head.id}: ${why}`;
    }),
    ...shown.flatMap((signal) => renderSignal(signal, processes, view)),
    ...(rest > 0 ? [terminal`and ${rest} more: --top ${signals.length}`] : []),
  ]);
}

function renderSignal(
  signal: SignalFact,
  processes: ReadonlyMap<string, ProcessFact>,
  view: View,
): readonly TerminalText[] {
  const { workload, container, because, count } = signal;
  const place = workload === undefined ? container : `${workload.namespace}/${workload.name}`;
  const process = processes.get(signal.process);
  const command = process === undefined ? "" : `${process.binary} ${process.arguments}`.trim();
  const times = count > 1 ? `, ${formatCount(count)} times` : "";
  const room = Math.max(40, view.width - 4);
  return [
    terminal`${short(formatTime(signal.firstSeenUs))}  ${signal.rule}  ${place}${times}`,
    terminal`    ${fit(command, room)}`,
    ...because.map((line) => terminal`    ${fit(line, room)}`),
  ];
}

function short(time: string | null): string {
  return (time ?? "unknown").slice(0, 19).replace("T", " ");
}

/**
 * Holds how the command line shows how a daemon is.
 * In: the output of the operation `status`. Out: text, or JSON. What is wrong is said, and is
 * no failure of asking.
 */
import { formatTime } from "../../core/event/format-time.ts";
import { formatBytes } from "../../core/report/render-flows.ts";
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type Paint,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { formatCount, plural } from "../../core/report/text-layout.ts";
import type { DaemonStatus } from "../../operations/live/status-pages.ts";
import type { StateStatus, StatusOutput } from "../../operations/status.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation } from "./presentation.ts";

export const statusPresentation: Presentation<StatusOutput> = {
  positionals: [],
  metavars: { address: "host:port", state: "directory" },
  examples: [
    { line: "waggle status", says: "What the running waggle is connected to, and what fails" },
    { line: "waggle status --state /var/lib/waggle", says: "What its directory holds" },
  ],
  formats: ["text", "json"],
  hasTop: false,
  hasConfig: false,
  hasTime: false,
  show: (output, view) => {
    const { daemon, state } = output;
    const paint = createPaint(view.color);
    const text = joinTerminal([
      ...(daemon === null ? [] : renderDaemon(daemon, paint)),
      ...(state === null ? [] : renderState(state)),
    ]);
    const document = view.format === "json" ? renderJson(output) : text;
    return { document, notices: [], exitStatus: exitStatus.done };
  },
};

function renderDaemon(daemon: DaemonStatus, paint: Paint): readonly TerminalText[] {
  const { startedUs, eventCount, openFactCount, writtenFactCount } = daemon;
  const bad = daemon.parts.filter(({ ok }) => !ok);
  const head = bad.length === 0 ? "all is well" : tellBad(bad.length);
  const facts = `${formatCount(openFactCount)} open, ${formatCount(writtenFactCount)} written`;
  const reports = `${formatCount(daemon.reportCount)} reports since the start`;
  return [
    terminal`${paint(bad.length === 0 ? "green" : "red", head)}`,
    terminal`running since  ${formatTime(startedUs) ?? "unknown"}`,
    terminal`events         ${formatCount(eventCount)}, latest ${latest(daemon)}`,
    terminal`facts          ${facts}`,
    terminal`store          ${formatBytes(daemon.storeBytes)}, ${reports}`,
    ...tellForgotten(daemon.forgotten, "since the start"),
    terminal`incidents      ${tellIncidents(daemon)}`,
    ...daemon.routes.map(renderRoute),
    ...tellLeftOut(daemon),
    terminal`sources`,
    ...daemon.sources.map((source) => renderSource(source, paint)),
    ...bad.map((part) => renderBad(part, paint)),
  ];
}

/** What is long over and was dropped; nothing when nothing was. */
function tellForgotten(
  counts: readonly { readonly kind: string; readonly count: number }[],
  since: string,
): readonly TerminalText[] {
  const parts = counts.filter(({ count }) => count > 0);
  const told = parts.map(({ kind, count }) => plural(count, kind.replace(/s$/, ""))).join(", ");
  return told === "" ? [] : [terminal`forgotten      ${told} ${since}`];
}

function tellIncidents({ openIncidents }: DaemonStatus): string {
  const parts = openIncidents.map(({ severity, count }) => `${count} ${severity}`);
  return parts.length === 0 ? "none open" : `open: ${parts.join(", ")}`;
}

/** Of what is left out as a rule nothing: the first habits of a container, some of its replicas. */
const leftOutWords: ReadonlyMap<string, string> = new Map([
  ["incident-facts", "fact of detection or of places"],
  ["place-facts", "fact of what containers are"],
  ["place-workloads", "workload with signals"],
]);

function tellLeftOut({ leftOut }: DaemonStatus): readonly TerminalText[] {
  const told = leftOut.flatMap(({ reason, count }) => {
    const [first = "", ...rest] = leftOutWords.get(reason)?.split(" ") ?? [];
    return first === "" ? [] : [[plural(count, first), ...rest].join(" ")];
  });
  return told.length === 0 ? [] : [terminal`left out       ${told.join(", ")}: bounds were met`];
}

function renderRoute({ name, sent, waiting, dead }: DaemonStatus["routes"][number]): TerminalText {
  const [told, wait, lost] = [sent, waiting, dead].map(formatCount);
  const counts = `${told} told, ${wait} wait, ${lost} dead`;
  return terminal`  route ${name}  ${counts}`;
}

function tellBad(count: number): string {
  return count === 1 ? "1 part does not work" : `${count} parts do not work`;
}

function renderSource(source: DaemonStatus["sources"][number], paint: Paint): TerminalText {
  const { name, state, detail, eventCount, lostCount, reconnectCount } = source;
  const shown = paint(state === "connected" ? "green" : "red", state.padEnd(10));
  const events = `${formatCount(eventCount)} events, ${formatCount(lostCount)} lost`;
  const reconnects = `${formatCount(reconnectCount)} reconnects`;
  return terminal`  ${shown} ${name}  ${events}, ${reconnects} ${detail}`;
}

function renderBad(one: DaemonStatus["parts"][number], paint: Paint): TerminalText {
  const since = formatTime(one.sinceUs) ?? "unknown";
  return terminal`${paint("red", "fails")} ${one.part} since ${since}: ${one.detail}`;
}

function latest({ latestEventUs, nowUs }: DaemonStatus): string {
  const time = formatTime(latestEventUs);
  if (time === null) return "none yet";
  const seconds = Math.max(0, Math.round((nowUs - latestEventUs) / 1e6));
  return seconds < 3600 ? `${seconds} s ago` : time;
}

function renderState(state: StateStatus): readonly TerminalText[] {
  const rows = Object.entries(state.rowCounts).map(([table, count]) => `${count} ${table}`);
  const from = formatTime(state.fromUs) ?? "never";
  const to = formatTime(state.toUs) ?? "never";
  const { counts, findingsBeforeUs } = state.forgotten;
  const forgotten = Object.entries(counts).map(([kind, count]) => ({ kind, count }));
  const ended = formatTime(findingsBeforeUs);
  const before =
    ended === null ? "" : `; findings that ended before ${ended.slice(0, 10)} are gone`;
  return [
    terminal`state          ${state.directory}, ${formatBytes(state.sizeBytes)}`,
    terminal`events         ${formatCount(state.eventCount)} from ${from} to ${to}`,
    terminal`containers     ${formatCount(state.containerCount)}`,
    terminal`losses         ${formatCount(state.lossCount)}`,
    terminal`rows           ${rows.join(", ")}`,
    terminal`latest report  ${formatTime(state.latestReportUs) ?? "none yet"}`,
    ...tellForgotten(forgotten, `so far${before}`),
  ];
}

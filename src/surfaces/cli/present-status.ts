/**
 * Holds how the command line shows how a daemon is.
 * In: the output of the operation `status`. Out: text, or JSON; status 1 when something is wrong.
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
import { formatCount } from "../../core/report/text-layout.ts";
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
  const bad = daemon.parts.filter(({ ok }) => !ok);
  const head = bad.length === 0 ? "all is well" : `${bad.length} parts do not work`;
  return [
    terminal`${paint(bad.length === 0 ? "green" : "red", head)}`,
    terminal`running since  ${formatTime(daemon.startedUs) ?? "unknown"}`,
    terminal`events         ${formatCount(daemon.eventCount)}, latest ${latest(daemon)}`,
    terminal`facts          ${formatCount(daemon.openFactCount)} open, ${formatCount(daemon.writtenFactCount)} written`,
    terminal`store          ${formatBytes(daemon.storeBytes)}, ${formatCount(daemon.reportCount)} reports since the start`,
    terminal`sources`,
    ...daemon.sources.map(
      (one) =>
        terminal`  ${paint(one.state === "connected" ? "green" : "red", one.state.padEnd(10))} ${one.name}  ${formatCount(one.eventCount)} events, ${formatCount(one.lostCount)} lost, ${formatCount(one.reconnectCount)} reconnects ${one.detail}`,
    ),
    ...bad.map(
      ({ part, detail, sinceUs }) =>
        terminal`${paint("red", "fails")} ${part} since ${formatTime(sinceUs) ?? "unknown"}: ${detail}`,
    ),
  ];
}

function latest({ latestEventUs, nowUs }: DaemonStatus): string {
  const time = formatTime(latestEventUs);
  if (time === null) return "none yet";
  const seconds = Math.max(0, Math.round((nowUs - latestEventUs) / 1e6));
  return seconds < 3600 ? `${seconds} s ago` : time;
}

function renderState(state: StateStatus): readonly TerminalText[] {
  const rows = Object.entries(state.rowCounts).map(([table, count]) => `${count} ${table}`);
  return [
    terminal`state          ${state.directory}, ${formatBytes(state.sizeBytes)}`,
    terminal`events         ${formatCount(state.eventCount)} from ${formatTime(state.fromUs) ?? "never"} to ${formatTime(state.toUs) ?? "never"}`,
    terminal`containers     ${formatCount(state.containerCount)}`,
    terminal`losses         ${formatCount(state.lossCount)}`,
    terminal`rows           ${rows.join(", ")}`,
    terminal`latest report  ${formatTime(state.latestReportUs) ?? "none yet"}`,
  ];
}

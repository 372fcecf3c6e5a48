/**
 * Holds how the command line shows the archive and what was taken out of it.
 * In: the output of the operation `archive`. Out: text, or JSON; damage as notices.
 */

import { formatBytes } from "../../core/report/render-flows.ts";
import { renderJson } from "../../core/report/render-json.ts";
import { joinTerminal, type TerminalText, terminal } from "../../core/report/safe-text.ts";
import { formatCount, plural } from "../../core/report/text-layout.ts";
import type { ArchiveOutput, ArchiveSpan } from "../../operations/archive.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";
import { textTable } from "./text-table.ts";

export const archivePresentation: Presentation<ArchiveOutput> = {
  positionals: [{ key: "action", metavar: "ls|export", required: true }],
  metavars: {
    state: "directory",
    to: "file",
    since: "time",
    until: "time",
    container: "id",
    execId: "id",
    source: "name",
  },
  examples: [
    {
      line: "waggle archive ls --state /var/lib/waggle",
      says: "From when to when raw events are kept",
    },
    {
      line: "waggle archive export --state /var/lib/waggle --since 2h --to events.jsonl",
      says: "The last two hours as a file for any other command",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : render(output, view),
    notices: output.segments.flatMap(({ name, damage }) =>
      damage === undefined ? [] : [terminal`Segment ${name} is damaged: ${damage}.`],
    ),
    exitStatus: exitStatus.done,
  }),
};

function render(output: ArchiveOutput, view: View): TerminalText {
  return output.exported === null ? renderSegments(output, view) : renderFiles(output.exported);
}

function renderSegments(output: ArchiveOutput, view: View): TerminalText {
  const { segments, state, recordCount, sizeBytes } = output;
  if (segments.length === 0) return terminal`No event is archived in ${state}.`;
  const top = view.top > 0 ? view.top : 100;
  const shown = segments.slice(-top);
  const rows = shown.map((one) => [
    one.firstSequence,
    formatCount(one.recordCount),
    formatBytes(one.sizeBytes),
    formatBytes(one.plainBytes),
    ...describeSpan(one),
  ]);
  const columns = [
    { align: "right", widthMax: 16 },
    { align: "right", widthMax: 14 },
    { align: "right", widthMax: 8 },
    { align: "right", widthMax: 8 },
    { align: "left", widthMax: 19 },
    { align: "left", widthMax: 19 },
  ] as const;
  const head = ["FROM RECORD", "RECORDS", "STORED", "PLAIN", "FROM (UTC)", "TO (UTC)"];
  const rest = segments.length - shown.length;
  const [from, to] = describeSpan(output);
  const total = `${plural(recordCount, "record")} in ${plural(segments.length, "segment")}`;
  return joinTerminal([
    ...(rest > 0 ? [terminal`${plural(rest, "older segment")}: --top ${segments.length}`] : []),
    ...textTable(columns, [head, ...rows], view.width),
    terminal``,
    terminal`${total}, ${formatBytes(sizeBytes)}, ${from} to ${to}`,
  ]);
}

function describeSpan({ from, to }: ArchiveSpan): readonly [string, string] {
  const show = (time: string | null) => (time ?? "–").slice(0, 19).replace("T", " ");
  return [show(from), show(to)];
}

const formatNames = { jsonl: "JSON lines", protobuf: "protobuf stream" } as const;

function renderFiles(files: NonNullable<ArchiveOutput["exported"]>): TerminalText {
  const names = files.map(({ name }) => name).join(" ");
  return joinTerminal([
    ...files.map(({ name, format, recordCount, sizeBytes }) => {
      const what = `${plural(recordCount, "event")}, ${formatBytes(sizeBytes)}`;
      return terminal`${name}  ${formatNames[format]}, ${what}`;
    }),
    terminal``,
    terminal`next: waggle inspect ${names}`,
  ]);
}

/**
 * Holds how the command line shows that a note was kept.
 * In: the output of the operation `note`. Out: text, or JSON.
 */
import { renderJson } from "../../core/report/render-json.ts";
import { joinTerminal, type TerminalText, terminal } from "../../core/report/safe-text.ts";
import type { NoteOutput } from "../../operations/note.ts";
import { describeTracked } from "./describe-finding.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation } from "./presentation.ts";

export const notePresentation: Presentation<NoteOutput> = {
  positionals: [
    { key: "finding", metavar: "finding", required: false },
    { key: "place", metavar: "place", required: false },
  ],
  metavars: { state: "directory", package: "name", text: "text", by: "name", revoke: "id" },
  examples: [
    {
      line:
        "waggle note CVE-2022-0778 shop/web --by Kim " +
        '--text "TLS ends at the proxy; ask team edge" --state /var/lib/waggle',
      says: "Words for whoever looks next; waggle history shows them",
    },
    {
      line: "waggle note --revoke n-0123456789abcdef --by Kim --state /var/lib/waggle",
      says: "Withdraw them",
    },
  ],
  formats: ["text", "json"],
  hasTop: false,
  hasConfig: true,
  hasTime: true,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : renderNoted(output),
    notices: [],
    exitStatus: exitStatus.done,
  }),
};

function renderNoted({ note, finding, revokes, isQueued }: NoteOutput): TerminalText {
  const queued = isQueued
    ? [terminal`A daemon holds the state directory: it takes this in by itself.`]
    : [];
  const said =
    finding === null
      ? terminal`${note.by} withdrew ${revokes}.`
      : terminal`Kept with ${describeTracked(finding)}. To withdraw it: --revoke ${note.id}`;
  return joinTerminal([said, ...queued]);
}

/**
 * Holds how the command line shows that a finding was signed.
 * In: the output of the operation `accept`. Out: text, or JSON.
 */
import { renderJson } from "../../core/report/render-json.ts";
import { joinTerminal, type TerminalText, terminal } from "../../core/report/safe-text.ts";
import { plural } from "../../core/report/text-layout.ts";
import type { AcceptOutput } from "../../operations/accept.ts";
import { describeTracked } from "./describe-finding.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation } from "./presentation.ts";

export const acceptPresentation: Presentation<AcceptOutput> = {
  positionals: [
    { key: "finding", metavar: "finding", required: false },
    { key: "place", metavar: "place", required: false },
  ],
  metavars: {
    state: "directory",
    package: "name",
    reason: "text",
    until: "day",
    by: "name",
    status: "status",
    justification: "why",
    scope: "where",
    revoke: "id",
  },
  examples: [
    {
      line:
        "waggle accept CVE-2022-0778 shop/web --by Kim --until 2026-12-31 " +
        '--reason "behind the proxy" --state /var/lib/waggle',
      says: "Carry the risk until a day; every report shows it",
    },
    {
      line: "waggle accept --revoke n-0123456789abcdef --by Kim --state /var/lib/waggle",
      says: "Withdraw it",
    },
  ],
  formats: ["text", "json"],
  hasTop: false,
  hasConfig: true,
  hasTime: true,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : renderAccept(output),
    notices: [],
    exitStatus: exitStatus.done,
  }),
};

function renderAccept({
  note,
  finding,
  revokes,
  findingCount,
  isQueued,
}: AcceptOutput): TerminalText {
  const { decision, by, id } = note;
  const queued = isQueued
    ? [terminal`A daemon holds the state directory: it takes this in by itself.`]
    : [];
  if (decision === undefined || finding === null) {
    return joinTerminal([terminal`${by} withdrew ${revokes}.`, ...queued]);
  }
  const status = decision.status.replaceAll("_", " ");
  const about = plural(findingCount, "finding");
  return joinTerminal([
    terminal`${by} signed ${describeTracked(finding)} as ${status} until ${decision.until}.`,
    terminal`It speaks of ${about}. To withdraw it: --revoke ${id}`,
    ...queued,
  ]);
}

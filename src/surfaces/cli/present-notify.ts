/**
 * Holds how the command line shows routes, what a try of them came to, and dead letters.
 * In: the output of the operation `notify`. Out: text, or JSON.
 * Must never print what a preview or a letter holds raw.
 */
import { formatTime } from "../../core/event/format-time.ts";
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type Paint,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { formatCount, plural } from "../../core/report/text-layout.ts";
import type { ListedRoute, NotifyOutput } from "../../operations/notify.ts";
import { errorCodes } from "../../ports/waggle-error.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";
import { textTable } from "./text-table.ts";

export const notifyPresentation: Presentation<NotifyOutput> = {
  positionals: [
    { key: "action", metavar: "list|test|resend", required: true },
    { key: "route", metavar: "route", required: false },
  ],
  metavars: { state: "directory" },
  examples: [
    { line: "waggle notify list", says: "Who is told of what" },
    { line: "waggle notify test on-call", says: "Send a notice that says it is a test" },
    { line: "waggle notify test on-call --dry-run", says: "Show what would be sent" },
    {
      line: "waggle notify resend --state /var/lib/waggle",
      says: "Send again what no receiver took",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: view.format === "json" ? renderJson(output) : render(output, view),
    notices: [],
    exitStatus: statusOf(output),
  }),
};

function statusOf({ action, routes, letters }: NotifyOutput): number {
  if (routes.some(({ outcome }) => outcome === "failed")) return errorCodes["delivery-failed"].exit;
  const isBroken = action !== "resend" && routes.some(({ outcome }) => outcome === "broken");
  if (isBroken) return errorCodes["config-invalid"].exit;
  const hasKept = letters !== null && !letters.isDry && letters.kept.length > 0;
  return hasKept ? errorCodes["delivery-failed"].exit : exitStatus.done;
}

function render(output: NotifyOutput, view: View): TerminalText {
  const paint = createPaint(view.color);
  if (output.letters !== null) return renderLetters(output.letters, view, paint);
  if (output.routes.length === 0) {
    return terminal`No route is configured: see notify in docs/notify.md.`;
  }
  const rows = output.routes.map((one) => [one.name, one.kind, one.outcome, tellRoute(one)]);
  const columns = [
    { align: "left", widthMax: 24 },
    { align: "left", widthMax: 14 },
    { align: "left", widthMax: 7 },
    { align: "left", widthMax: 0, linesMax: 4 },
  ] as const;
  const table = textTable(columns, [["ROUTE", "KIND", "IS", "WHERE"], ...rows], view.width);
  return joinTerminal([...table, ...output.routes.flatMap((one) => renderPreview(one, paint))]);
}

function tellRoute({ target, filters, trouble }: ListedRoute): string {
  return [trouble, target, ...filters].filter((text) => text !== "").join("; ");
}

/** **Unit**: UTF-16 code units of a body that are shown; JSON has all of it. */
const bodyLengthMax = 4000;

function renderPreview({ name, preview }: ListedRoute, paint: Paint): readonly TerminalText[] {
  if (preview === null) return [];
  const { method, target, body } = preview;
  const shown = body.slice(0, bodyLengthMax);
  const pieces = shown.match(/[\s\S]{1,500}/g) ?? [];
  const rest = body.length - shown.length;
  return [
    terminal``,
    paint("bold", terminal`${name}: ${method} ${target}`),
    ...pieces.map((piece) => terminal`${piece}`),
    ...(rest > 0 ? [terminal`… ${formatCount(rest)} characters more: --format json`] : []),
  ];
}

const listedCount = 50;

function renderLetters(
  { sentCount, knownCount, damagedCount, kept, isDry }: NonNullable<NotifyOutput["letters"]>,
  view: View,
  paint: Paint,
): TerminalText {
  const top = view.top > 0 ? view.top : listedCount;
  const rows = kept.slice(0, top).map(({ route, incident, headline, timeUs, why }) => {
    const time = (formatTime(timeUs) ?? "–").slice(0, 19).replace("T", " ");
    return [time, route, incident, `${headline}: ${why}`];
  });
  const columns = [
    { align: "left", widthMax: 19 },
    { align: "left", widthMax: 20 },
    { align: "left", widthMax: 24 },
    { align: "left", widthMax: 0, linesMax: 3 },
  ] as const;
  const head = ["GIVEN UP (UTC)", "ROUTE", "INCIDENT", "WHAT, AND WHY IT IS HERE"];
  const table = rows.length === 0 ? [] : textTable(columns, [head, ...rows], view.width);
  const counts = isDry
    ? `${plural(kept.length, "dead letter")}; nothing was sent`
    : `${formatCount(sentCount)} sent, ${formatCount(knownCount)} known by now, ` +
      `${formatCount(kept.length)} stay`;
  const damaged = damagedCount === 0 ? "" : `; ${plural(damagedCount, "line")} not understood`;
  const more = kept.length - rows.length;
  return joinTerminal([
    ...table,
    ...(more > 0 ? [paint("dim", terminal`${formatCount(more)} more: --top shows them`)] : []),
    ...(rows.length > 0 ? [terminal``] : []),
    terminal`${counts}${damaged}`,
  ]);
}

/**
 * Holds flows as a table for a terminal.
 * In: edges, a width. Out: terminal text; one line an edge. Names are untrusted and made safe.
 */
import type { FlowEdge, FlowEnd } from "../judge/flows/flow-edge.ts";
import { nameWorkload } from "../judge/name-workload.ts";
import { createPaint, joinTerminal, type TerminalText, terminal } from "./safe-text.ts";
import { fit, formatCount, padEnd, padStart, plural, wrap } from "./text-layout.ts";

export interface FlowTableOptions {
  /** **Unit**: columns. */
  readonly width: number;
  readonly color: boolean;
  /** Edges to show; 0 means fifty. */
  readonly top: number;
}

const sizeUnits = ["B", "kB", "MB", "GB", "TB"] as const;

/** `1.2 MB`, in thousands; "–" where no sensor told. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return "–";
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < sizeUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return `${value.toFixed(digits)} ${sizeUnits[unit]}`;
}

/** What a person calls an end; its address where the name does not say it. */
export function nameEnd({ kind, workload, name, address }: FlowEnd): string {
  if (workload !== null) return nameWorkload(workload);
  if (kind === "others") return "other ends, not kept apart";
  const parts = [...new Set([name, address])].filter((part) => part !== "" && part !== kind);
  const [first, second] = parts;
  if (first === undefined) return kind;
  return second === undefined ? `${kind} ${first}` : `${kind} ${first} (${second})`;
}

const columns = ["CONNECTS", "SENT", "RECEIVED", "LAST"] as const;
const columnWidths = [9, 9, 10, 10] as const;

/** **Order**: of the edges. **Shape**: lines of at most `width` columns (80 at least). */
export function renderFlows(
  flows: readonly FlowEdge[],
  { width, color, top }: FlowTableOptions,
): TerminalText {
  const paint = createPaint(color);
  if (flows.length === 0) {
    return terminal`No flow was seen. Connections are seen by policies on socket functions
(tcp_connect, inet_csk_accept, tcp_sendmsg, tcp_recvmsg): docs/recording.md.`;
  }
  const shown = flows.slice(0, top > 0 ? top : 50);
  const room = Math.max(80, width) - columnWidths.reduce((sum, one) => sum + one, 0) - 13;
  const fromWidth = Math.floor(room / 2);
  const place = (cells: readonly string[]) =>
    cells.map((cell, at) => padStart(cell, columnWidths[at] ?? 0)).join("");
  const line = (from: string, to: string, port: string, cells: readonly string[]) =>
    `${padEnd(fit(from, fromWidth), fromWidth)}  ${padEnd(fit(to, fromWidth), fromWidth)}  ` +
    `${padEnd(port, 9)}${place(cells)}`;
  const rest = flows.length - shown.length;
  return joinTerminal([
    paint("dim", line("FROM", "TO", "PORT", columns)),
    ...shown.map((edge) => {
      const port = `${edge.port === 0 ? "?" : edge.port}/${edge.protocol}`;
      return terminal`${line(nameEnd(edge.from), nameEnd(edge.to), port, cellsOf(edge))}`;
    }),
    ...(rest > 0 ? [paint("dim", `and ${plural(rest, "more flow")}: --top ${flows.length}`)] : []),
    ...describeDoubts(flows).flatMap((text) =>
      wrap(text, Math.max(80, width), 2).map((line) => paint("dim", line)),
    ),
  ]);
}

function cellsOf(edge: FlowEdge): readonly string[] {
  return [
    formatCount(edge.connectionCount),
    formatBytes(edge.sentBytes),
    formatBytes(edge.receivedBytes),
    (edge.lastSeen ?? "").slice(11, 19),
  ];
}

/** What a reader of the table must not take for granted. */
function describeDoubts(flows: readonly FlowEdge[]): readonly string[] {
  const unknown = flows.filter(({ directionKnown }) => !directionKnown).length;
  const failed = flows.filter(({ failedCount }) => failedCount > 0);
  const connects = failed.reduce((sum, { failedCount }) => sum + failedCount, 0);
  const names = failed.slice(0, 3).map(({ from, to }) => `${nameEnd(from)} to ${nameEnd(to)}`);
  const most = names.length < failed.length ? ", among them" : ":";
  return [
    ...(unknown === 0
      ? []
      : [`Of ${plural(unknown, "flow")} nobody saw who opened it: FROM is who was watched.`]),
    ...(connects === 0
      ? []
      : [`${plural(connects, "connect")} failed${most} ${names.join(", ")}.`]),
  ];
}

/**
 * Holds one incident for a terminal. The first screen says what, where, since when, how sure, and
 * what to do now; then come the grounds.
 * In: an incident, a width, colour or not. Out: terminal text.
 * Must never print untrusted text but through `terminal`, nor break a command into lines.
 */
import type { Incident, IncidentAction } from "../../judge/incident/incident.ts";
import {
  createPaint,
  interpolatedLengthMax,
  joinTerminal,
  type Paint,
  type TerminalText,
  terminal,
} from "../safe-text.ts";
import { fit, padEnd, wrap } from "../text-layout.ts";
import { phases, phaseTitles, sayPlace, saySpan, sayState } from "./describe-incident.ts";
import { type IncidentPage, severityStyles } from "./incident-page.ts";
import { renderDetails } from "./render-incident-details.ts";

export interface IncidentTextOptions {
  /** **Unit**: columns. */
  readonly width: number;
  readonly color: boolean;
}

/**
 * **Shape**: lines of at most `width` columns (60 at least), but for commands, which stay whole;
 * no newline at the end.
 */
export function renderIncidentText(incident: Incident, options: IncidentTextOptions): TerminalText {
  const page: IncidentPage = {
    incident,
    width: Math.max(60, options.width),
    paint: createPaint(options.color),
  };
  const sections = [
    renderHead(page),
    renderStory(page),
    ...renderActions(page),
    ...renderDetails(page),
  ];
  return joinTerminal(
    sections.filter((lines) => lines.length > 0).map((lines) => joinTerminal(lines)),
    terminal`\n\n`,
  );
}

function renderHead({ incident, width, paint }: IncidentPage): readonly TerminalText[] {
  const { severity, headline, id, confidence, doubts, techniques } = incident;
  const label = severity.toUpperCase();
  const room = width - label.length - 2;
  const [doubt] = doubts;
  const facts: readonly (readonly [string, string])[] = [
    ["where", sayPlace(incident)],
    ["when", saySpan(incident)],
    ["sure", doubt === undefined ? confidence : `${confidence}; but: ${doubt}`],
    ["ATT&CK", techniques.slice(0, 12).join(" ")],
    ["id", `${id} (${sayState(incident)})`],
  ];
  return [
    terminal`${paint(severityStyles[severity], label)}  ${paint("bold", fit(headline, room))}`,
    ...facts
      .filter(([, text]) => text !== "")
      .flatMap(([name, text]) =>
        wrap(text, width - 10, 2).map((line, at) => {
          return terminal`  ${paint("dim", padEnd(at === 0 ? name : "", 8))}${line}`;
        }),
      ),
  ];
}

function renderStory({ incident, width, paint }: IncidentPage): readonly TerminalText[] {
  const lines = incident.story.flatMap((sentence) => {
    const [first = "", ...rest] = wrap(sentence, width - 11, 6);
    const hasClock = /^\d\d:\d\d:\d\d /.test(first);
    const start = hasClock ? first : `${" ".repeat(9)}${first}`;
    return [start, ...rest.map((line) => `${" ".repeat(9)}${line}`)];
  });
  return [paint("bold", "WHAT HAPPENED"), ...lines.map((line) => terminal`  ${line}`)];
}

function renderActions(page: IncidentPage): readonly (readonly TerminalText[])[] {
  const { incident, paint } = page;
  let number = 0;
  const sections = phases.flatMap((phase) => {
    const own = incident.actions.filter((one) => one.phase === phase);
    if (own.length === 0) return [];
    const lines = own.flatMap((one) => {
      number += 1;
      return renderAction(page, one, number);
    });
    return [[terminal`  ${paint("bold", phaseTitles[phase])}`, ...lines]];
  });
  const [first = [], ...rest] = sections;
  return sections.length === 0 ? [] : [[paint("bold", "WHAT TO DO"), ...first], ...rest];
}

function renderAction(
  { width, paint }: IncidentPage,
  { text, because, command }: IncidentAction,
  number: number,
): readonly TerminalText[] {
  const lead = padEnd(`${number}.`, 4);
  const lines = wrap(text, width - 6, 3).map((line, at) => {
    return terminal`  ${at === 0 ? lead : "    "}${line}`;
  });
  const why = wrap(`because ${because}`, width - 6, 2).map((line) => {
    return terminal`      ${paint("dim", line)}`;
  });
  return [...lines, ...why, ...renderCommand(command, paint)];
}

/** Whole or not at all: half a command may do something else. */
function renderCommand(command: string, paint: Paint): readonly TerminalText[] {
  if (command === "") return [];
  return command.length > interpolatedLengthMax
    ? [terminal`      ${paint("dim", "(its command is in --format json)")}`]
    : [terminal`      ${paint("cyan", `$ ${command}`)}`];
}

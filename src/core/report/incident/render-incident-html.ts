/**
 * Holds one incident as a page: one file that loads nothing, needs no network and runs no script.
 * In: an incident. Out: HTML; the first screen says what, where, since when, how sure, what to do.
 * Must never put untrusted text anywhere but through `html`.
 */

import { clockOf } from "../../judge/incident/clock-of.ts";
import type { Incident, IncidentAction, TimelineEntry } from "../../judge/incident/incident.ts";
import type { Level } from "../../observe/detect/rule.ts";
import assets from "../html/page-assets.json" with { type: "json" };
import { type HtmlText, html, interpolatedLengthMax } from "../safe-text.ts";
import { plural } from "../text-layout.ts";
import {
  phases,
  phaseTitles,
  sayCauses,
  sayPlace,
  sayScore,
  saySeverity,
  saySpan,
  sayState,
} from "./describe-incident.ts";
import { drawIncidentTimeline } from "./draw-incident-timeline.ts";
import { drawProcessTree } from "./draw-process-tree.ts";

/** **Source**: Content Security Policy Level 3; what is not named here is not allowed at all. */
const policy = [
  "default-src 'none'",
  `style-src '${assets.styleHash}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** **Shape**: a whole document, ends in a newline. */
export function renderIncidentHtml(incident: Incident): string {
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    renderHead(incident).toString(),
    `<style>${assets.style.join("\n")}</style>`,
    "</head>",
    "<body>",
    renderBody(incident).toString(),
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function renderHead({ severity, headline }: Incident): HtmlText {
  return html`<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${severity}: ${headline}</title>`;
}

function renderBody(incident: Incident): HtmlText {
  return html`<a class="skip" href="#now">Skip to what happened</a>
<header>
<p class="brand">waggle</p>
<nav aria-label="Sections"><ul>
<li><a href="#now">What happened</a></li>
<li><a href="#do">What to do</a></li>
<li><a href="#timeline">Timeline</a></li>
<li><a href="#processes">Processes</a></li>
<li><a href="#why">Grounds</a></li>
</ul></nav>
</header>
<main>
${renderNow(incident)}
${renderActions(incident)}
${renderTimeline(incident)}
${renderProcesses(incident)}
${renderGrounds(incident)}
</main>
<footer>Incident ${incident.id}. The JSON form holds everything that this page shows.</footer>`;
}

/** The page of vulnerabilities has colours for urgency: the same ones say how grave it is. */
const urgency: Readonly<Record<Level, string>> = {
  critical: "act-now",
  high: "act-now",
  medium: "soon",
  low: "scheduled",
  informational: "next-upgrade",
};

function renderNow(incident: Incident): HtmlText {
  const { severity, headline, confidence, doubts, techniques, matrix, story } = incident;
  const sure = doubts.length === 0 ? confidence : `${confidence}; but: ${doubts.join(" ")}`;
  const items = story.map((sentence) => html`<li>${sentence}</li>\n`);
  return html`<section id="now" aria-labelledby="now-title">
<p><span class="chip" data-decision="${urgency[severity]}">${severity}</span></p>
<h1 id="now-title">${headline}</h1>
<table><tbody>
${row("Where", sayPlace(incident))}
${row("When", saySpan(incident))}
${row("How sure", sure)}
${row("Techniques", [...techniques, ...matrix].join(", "))}
${row("Incident", `${incident.id}, ${sayState(incident)}`)}
</tbody></table>
<h2>What happened</h2>
<ol>
${items}</ol>
</section>`;
}

function row(name: string, text: string): HtmlText {
  return text === "" ? html`` : html`<tr><th scope="row">${name}</th><td>${text}</td></tr>`;
}

function renderActions({ actions }: Incident): HtmlText {
  const sections = phases.flatMap((phase) => {
    const own = actions.filter((one) => one.phase === phase);
    if (own.length === 0) return [];
    return [html`<h3>${phaseTitles[phase]}</h3>\n<ul>\n${own.map(renderAction)}</ul>\n`];
  });
  return html`<section id="do" aria-labelledby="do-title">
<h2 id="do-title">What to do</h2>
${sections}</section>`;
}

/** A command that would be cut is left out: half of it may do something else. */
function renderAction({ text, because, command }: IncidentAction): HtmlText {
  const isWhole = command !== "" && command.length <= interpolatedLengthMax;
  const shown = isWhole ? html`<br><code>${command}</code>` : html``;
  return html`<li><strong>${text}</strong>: ${because}${shown}</li>\n`;
}

function renderTimeline(incident: Incident): HtmlText {
  const rows = incident.timeline.map(renderLine);
  return html`<section id="timeline" aria-labelledby="timeline-title">
<h2 id="timeline-title">Timeline</h2>
${drawIncidentTimeline(incident)}
<table class="facts"><thead><tr><th>Time (UTC)</th><th>Rule</th><th>What</th><th>Techniques</th>
</tr></thead><tbody>
${rows}</tbody></table>
</section>`;
}

function renderLine({ timeUs, level, text, count, techniques }: TimelineEntry): HtmlText {
  const times = count > 1 ? ` (${count} times)` : "";
  const chip =
    level === undefined
      ? html``
      : html`<span class="chip" data-decision="${urgency[level]}">${level}</span>`;
  return html`<tr><td data-label="time">${clockOf(timeUs)}</td><td>${chip}</td>
<td>${text}${times}</td><td>${techniques.join(" ")}</td></tr>
`;
}

function renderProcesses(incident: Incident): HtmlText {
  return html`<section id="processes" aria-labelledby="processes-title">
<h2 id="processes-title">${plural(incident.processes.length, "process", "processes")}</h2>
${drawProcessTree(incident)}
</section>`;
}

function renderGrounds(incident: Incident): HtmlText {
  const { artefacts, gaps, omitted, related, authors, firstAccess } = incident;
  const rows = artefacts.map(
    ({ type, value }) => html`<tr><td>${type}</td><td><code>${value}</code></td></tr>\n`,
  );
  return html`<section id="why" aria-labelledby="why-title">
<h2 id="why-title">Grounds</h2>
<ul>
<li>Severity ${saySeverity(incident)}</li>
<li>Score ${sayScore(incident)}</li>
<li>First access is ${firstAccess.confidence}: ${firstAccess.text}</li>
<li>Rules by ${authors.slice(0, 8).join(", ")}</li>
</ul>
<h3>Artefacts</h3>
<table><tbody>
${rows}</tbody></table>
${list("May explain the entry", sayCauses(incident))}
${list("Not seen", [...gaps, ...omitted])}
${list(
  "Related incidents",
  related.map(({ id, why }) => `${id}: ${why}`),
)}
</section>`;
}

function list(title: string, items: readonly string[]): HtmlText {
  if (items.length === 0) return html``;
  const lines = items.map((item) => html`<li>${item}</li>\n`);
  return html`<h3>${title}</h3>\n<ul>\n${lines}</ul>`;
}

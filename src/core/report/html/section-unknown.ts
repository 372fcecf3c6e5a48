/**
 * Holds the third part: what contradicts, what could not be seen, what went wrong with the input.
 * In: a report. Out: markup; the table of coverage is a place that the page's script fills.
 * Must never make a gap look like an answer.
 */

import type { Problem } from "../../event/problem.ts";
import type { Contradiction } from "../../judge/context/workload-context.ts";
import { nameWorkload } from "../../judge/name-workload.ts";
import type { InputSummary, Report } from "../report.ts";
import { type HtmlText, html } from "../safe-text.ts";
import { summarizeCoverage } from "../summarize-coverage.ts";
import { formatCount, plural } from "../text-layout.ts";
import { countLink, openLink, queryOf } from "./page-frame.ts";

/** The JSON report has them all. */
const shownMax = 200;

export function renderUnknown(report: Report, leftOut: readonly string[]): HtmlText {
  const { findings, contradictions, problems, inputs } = report;
  const unknown = findings.filter(({ usage }) => usage.state === "unknown").length;
  const exposure = findings.filter((one) => one.exposure.exposed === "unknown").length;
  const notes = summarizeCoverage(report).map(({ text }) => html`<li>${text}</li>`);
  const missing = leftOut.map((text) => html`<li>${text}</li>`);
  return html`<section id="unknown" aria-labelledby="unknown-title">
<h2 id="unknown-title">What contradicts, and what is unknown</h2>
<p>Use is unknown for ${countLink(unknown, queryOf("use", "unknown"), "finding")}, exposure for
${countLink(exposure, queryOf("exposed", "unknown"), "finding")}. Unknown lowers nothing.</p>
${renderContradictions(contradictions)}
<h3>What was seen, and what was not</h3>
<ul>${notes}${missing}</ul>
<div id="coverage-list"><noscript><p>Coverage by workload needs JavaScript.</p></noscript></div>
${renderProblems(problems)}
${renderInputs(inputs)}
</section>`;
}

function renderContradictions(contradictions: readonly Contradiction[]): HtmlText {
  if (contradictions.length === 0) return html``;
  const rows = contradictions.slice(0, shownMax).map(
    ({ id, kind, workload, declared, observed }) => html`<tr>
<td data-label="kind">${openLink(`c:${id}`, kind.replaceAll("-", " "))}</td>
<td data-label="workload">${nameWorkload(workload)}</td>
<td data-label="declared">${declared}</td><td data-label="seen">${observed}</td></tr>`,
  );
  return html`<h3>${plural(contradictions.length, "contradiction")}: objects say one thing, the
kernel another</h3>
<table class="problems"><thead><tr><th scope="col">kind</th><th scope="col">workload</th>
<th scope="col">declared</th><th scope="col">seen</th></tr></thead><tbody>${rows}</tbody></table>
${sayRest(contradictions.length)}`;
}

function sayRest(count: number): HtmlText {
  if (count <= shownMax) return html``;
  return html`<p class="quiet">${formatCount(count - shownMax)} more in the JSON report.</p>`;
}

function renderProblems(problems: readonly Problem[]): HtmlText {
  const title = html`<h3>Problems with the input</h3>`;
  if (problems.length === 0) return html`${title}<p>None.</p>`;
  const rows = problems.slice(0, shownMax).map(
    ({ weight, code, count, first, message }) => html`<tr>
<td data-label="weight">${weight}</td><td data-label="code"><code>${code}</code></td>
<td data-label="times" class="number">${formatCount(count)}</td>
<td data-label="what">${message} <small>${sayPlace(first)}</small></td></tr>`,
  );
  return html`${title}
<table class="problems"><thead><tr><th scope="col">weight</th><th scope="col">code</th>
<th scope="col">times</th><th scope="col">what happened</th></tr></thead>
<tbody>${rows}</tbody></table>${sayRest(problems.length)}`;
}

function sayPlace({ input, offset, line }: Problem["first"]): string {
  if (input === "") return "";
  const at = line > 0 ? `, line ${line}` : offset >= 0 ? `, byte ${offset}` : "";
  return `First in ${input}${at}.`;
}

function renderInputs(inputs: readonly InputSummary[]): HtmlText {
  const rows = inputs.slice(0, shownMax).map(
    ({ name, role, format, count, details }) => html`<tr>
<td data-label="input" class="path">${name}</td><td data-label="is">${role} (${format})</td>
<td data-label="count" class="number">${formatCount(count)}</td>
<td data-label="more">${sayDetails(details)}</td></tr>`,
  );
  return html`<details><summary>${plural(inputs.length, "input")}</summary>
<table class="inputs"><thead><tr><th scope="col">input</th><th scope="col">is</th>
<th scope="col">count</th><th scope="col">more</th></tr></thead><tbody>${rows}</tbody></table>
${sayRest(inputs.length)}</details>`;
}

function sayDetails(details: InputSummary["details"]): string {
  return Object.entries(details)
    .slice(0, 12)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

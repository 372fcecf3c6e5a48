/**
 * Holds the second part: why these and not the rest. The funnel is drawn here; the map and the
 * list of findings are places that the page's script fills.
 * In: a report. Out: markup.
 */
import type { FunnelStage } from "../../judge/verdict.ts";
import type { Report } from "../report.ts";
import { type HtmlText, html } from "../safe-text.ts";
import { formatCount, plural } from "../text-layout.ts";
import { queryOf } from "./page-frame.ts";

const stageNames = [
  ["all", "all matches"],
  ["critical", "critical"],
  ["fixable", "… and fixable"],
  ["privileged", "… and privileged"],
  ["inUse", "… and in use"],
] as const;

export function renderWhy(report: Report): HtmlText {
  return html`<section id="why" aria-labelledby="why-title">
<h2 id="why-title">Why these, and not the rest</h2>
${renderFunnel(report)}
<section id="map" aria-labelledby="map-title">
<h2 id="map-title">How it is reached</h2>
${sayMap(report)}
<div id="map-view"><noscript><p>The map needs JavaScript.</p></noscript></div>
</section>
<section id="findings" aria-labelledby="findings-title">
<h2 id="findings-title">Findings</h2>
<div id="finding-list"><noscript><p>The list of findings needs JavaScript; the text, Markdown and
JSON reports have it too.</p></noscript></div>
</section>
</section>`;
}

function renderFunnel({ funnel }: Report): HtmlText {
  const { stages, definitions } = funnel;
  const rows = stageNames.map(([key, name], index) => {
    const before = stageNames[index - 1]?.[0] ?? key;
    return renderStage(
      { key, name, stage: stages[key], before: stages[before].matches },
      funnel.all,
    );
  });
  const now = { key: "actNow", name: "act now", stage: stages.actNow, before: 0 };
  const terms = Object.entries(definitions).map(
    ([name, text]) => html`<dt>${nameStage(name)}</dt><dd>${text}</dd>`,
  );
  return html`<table class="funnel">
<thead><tr><th scope="col">left at each step</th><th scope="col" class="bar">share of all</th>
<th scope="col" class="n">matches</th><th scope="col" class="n">findings</th>
<th scope="col" class="n">vulnerabilities</th><th scope="col" class="n">upgrades</th></tr></thead>
<tbody>${rows}${renderStage(now, funnel.all)}</tbody>
</table>
<p class="quiet">Privileged or not,
${stageLink("criticalFixableInUse", funnel.criticalFixableInUse)} are critical, fixable and in use.
Of ${stageLink("unknownUse", funnel.unknownUse)} privileged ones the use is unknown: neither counted
nor ruled out. Act now is decided over all, not within the step above it.</p>
<details><summary>What each step asks</summary><dl class="pairs">${terms}</dl></details>`;
}

function nameStage(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

interface Stage {
  readonly key: string;
  readonly name: string;
  readonly stage: FunnelStage;
  /** Matches of the step before, for the lighter bar behind. */
  readonly before: number;
}

function renderStage({ key, name, stage, before }: Stage, all: number): HtmlText {
  const { matches, findings, vulnerabilities, upgrades } = stage;
  const counts = { matches, findings, vulnerabilities, upgrades };
  const cells = Object.entries(counts).map(
    ([label, count]) => html`<td class="n" data-label="${label}">${stageLink(key, count)}</td>`,
  );
  const bars = html`<svg viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">
<rect class="before" width="${share(before, all)}" height="16"/>
<rect class="left" width="${share(matches, all)}" height="16"/></svg>`;
  return html`<tr class="${key === "actNow" ? "now" : "step"}"><th scope="row">${name}</th>
<td class="bar">${bars}</td>${cells}</tr>`;
}

/** **Unit**: thousandths of the whole; anything above nothing is seen. */
function share(count: number, all: number): number {
  if (count <= 0 || all <= 0) return 0;
  return Math.max(3, Math.round((count / all) * 1000));
}

function stageLink(key: string, count: number): HtmlText {
  if (count === 0) return html`0`;
  return html`<a href="#findings?${queryOf("stage", key)}">${formatCount(count)}</a>`;
}

function sayMap({ flows, workloads }: Report): HtmlText {
  if (flows.length === 0 && workloads.length === 0) {
    return html`<p>No network event and no cluster objects were given: who reaches what is unknown,
which is not the same as nobody.</p>`;
  }
  const exposed = workloads.filter(({ exposure }) => exposure.exposed === "yes").length;
  const unknown = workloads.filter(({ exposure }) => exposure.exposed === "unknown").length;
  return html`<p>${plural(exposed, "workload")} of ${formatCount(workloads.length)} can be sent data
from the internet${unknown === 0 ? "" : `; of ${formatCount(unknown)} it is unknown`}. Red: the way
to what is to be done first. Dashed: allowed by objects, not seen. Never observed is not
isolated.</p>`;
}

/**
 * Holds the report as one HTML file that loads nothing.
 * In: a report and a way to compress. Out: a whole page; the same bytes for the same report.
 * What to do, why, and what is unknown is markup, so that it is there without any script; lists,
 * map and proofs are data that the page's script reads. Text from outside reaches the page only
 * through `html` or as that data, whose base64 can end no element.
 */
import type { Report } from "../report.ts";
import { type HtmlText, html } from "../safe-text.ts";
import { buildPageData } from "./build-page-data.ts";
import { packTable } from "./pack-table.ts";
import assets from "./page-assets.json" with { type: "json" };
import { renderAttack } from "./section-attack.ts";
import { renderNow } from "./section-now.ts";
import { renderUnknown } from "./section-unknown.ts";
import { renderWhy } from "./section-why.ts";

export interface HtmlOptions {
  /** Text to the base64 of its raw deflate stream: `core` has no such thing itself. */
  readonly compress: (text: string) => string;
}

const base64 = /^[A-Za-z0-9+/=]*$/;

/** **Source**: Content Security Policy Level 3; what is not named here is not allowed at all. */
const policy = [
  "default-src 'none'",
  `script-src '${assets.scriptHash}'`,
  `style-src '${assets.styleHash}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

export function renderHtml(report: Report, { compress }: HtmlOptions): string {
  const data = buildPageData(report);
  const packed = compress(JSON.stringify(packTable([data])));
  if (!base64.test(packed)) throw new Error("the data of a page must be base64");
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    renderHead(report).toString(),
    `<style>${assets.style.join("\n")}</style>`,
    "</head>",
    "<body>",
    renderBody(report, data.leftOut).toString(),
    `<script type="application/octet-stream" id="data">${packed}</script>`,
    `<script type="module">${assets.script.join("\n")}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function renderHead({ actions }: Report): HtmlText {
  const now = actions.filter(({ decision }) => decision === "act-now").length;
  return html`<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>waggle: ${now} to do now</title>`;
}

function renderBody(report: Report, leftOut: readonly string[]): HtmlText {
  const made = report.generatedAt === null ? "" : `, made ${report.generatedAt}`;
  return html`<a class="skip" href="#now">Skip to what to do now</a>
<header>
<p class="brand">waggle</p>
<nav aria-label="Sections"><ul>
<li><a href="#now">Do now</a></li>
<li><a href="#why">Why</a></li>
<li><a href="#map">Map</a></li>
<li><a href="#findings">Findings</a></li>
<li><a href="#unknown">Unknown</a></li>
</ul></nav>
<button type="button" id="theme" hidden>Theme</button>
</header>
<main>
<p id="script-state" class="warning" role="alert" hidden></p>
${renderAttack(report)}${renderNow(report)}
${renderWhy(report)}
${renderUnknown(report, leftOut)}
</main>
<footer>Report ${report.schemaVersion} of waggle${made}.
The JSON report holds everything that this page shows, and what it leaves out.</footer>`;
}

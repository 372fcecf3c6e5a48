/**
 * Holds one upgrade as lines of a terminal: what to do, where, against what, why, and the proof.
 * In: an upgrade as viewed. Out: three to six lines. Must say for each mark what it rests on.
 */
import { explainPrivilege } from "../judge/explain-rank.ts";
import type { Evidence, Finding, Upgrade } from "../judge/verdict.ts";
import type { Page } from "./page.ts";
import { joinTerminal, type Style, type TerminalText, terminal } from "./safe-text.ts";
import { fit, fitPath, padEnd, plural, widthOf, wrap } from "./text-layout.ts";
import { nameWorkload, type UpgradeView } from "./upgrade-view.ts";

const bandStyles: Readonly<Record<Finding["band"], Style>> = {
  "exploited-by-ransomware": "bold red",
  "known-exploited": "bold red",
  critical: "red",
  high: "yellow",
  medium: "plain",
  low: "dim",
  negligible: "dim",
};

export function renderUpgrade(
  page: Page,
  view: UpgradeView,
  position: number,
): readonly TerminalText[] {
  const { paint, width } = page;
  const lead = view.findings[0] ?? view.unfixed[0];
  if (lead === undefined) return [];
  const indent = " ".repeat(4);
  const inner = width - indent.length;
  const usage = markUsage(lead);
  const band = lead.band.replaceAll("-", " ");
  const rights = explainPrivilege(lead).map((text) => fit(text, Math.floor(width * 0.45)));
  const plain = [band, usage.text, ...rights].join(" · ");
  const marks = joinTerminal(
    [paint(bandStyles[lead.band], band), paint(usage.style, usage.text), ...rights.map(safe)],
    terminal` · `,
  );
  const places = placeMarks({ marks, plain, place: describePlace(view), width: inner });
  const proof = lead.usage.state === "in-use" ? renderProof(view.proof, inner) : [];
  return [
    terminal`${String(position).padStart(2)}  ${paint("bold", fit(describeChange(view), inner))}`,
    ...places.map((line) => terminal`${indent}${line}`),
    terminal`${indent}${describeVulnerabilities(view, inner)}`,
    ...wrap(describeWhy(lead), inner, 2).map((line) => terminal`${indent}${line}`),
    ...proof.map((line) => terminal`${indent}${paint("dim", line)}`),
  ];
}

function safe(text: string): TerminalText {
  return terminal`${text}`;
}

interface MarkedPlace {
  readonly marks: TerminalText;
  /** The marks without colour, to measure. */
  readonly plain: string;
  readonly place: string;
  readonly width: number;
}

/** On one line where they fit, else each on its own. */
function placeMarks({ marks, plain, place, width }: MarkedPlace): readonly TerminalText[] {
  if (widthOf(`${plain} · ${place}`) <= width) return [terminal`${marks} · ${place}`];
  const first = widthOf(plain) <= width ? marks : safe(fit(plain, width));
  return [first, safe(fit(place, width))];
}

/** The same on one line, for those further down that must not be overlooked. */
export function renderBrief(page: Page, view: UpgradeView, position: number): TerminalText {
  const { paint, width } = page;
  const first = view.findings.find(isActNow) ?? view.findings[0];
  const { upgrade, from, workloads } = view;
  const versions = from.length > 1 ? `${from.length} versions` : from.join("");
  const whatWidth = Math.max(24, Math.floor(width * 0.45));
  const what = fit(`${upgrade.package} ${versions} → ${upgrade.to}`, whatWidth);
  const id = padEnd(fit(first?.vulnerability.id ?? "", 19), 19);
  const names = fit(nameWorkloads(workloads), Math.max(8, width - whatWidth - 27));
  const number = String(position).padStart(2);
  return terminal`${number}  ${padEnd(what, whatWidth)}  ${id}  ${paint("dim", names)}`;
}

/** What the funnel ends in, privileged or not. */
export function isActNow({ critical, fixable, inUse }: Finding): boolean {
  return critical && fixable && inUse;
}

/** `openssl 1.1.1n → 1.1.1w (deb)`. */
export function describeChange({ upgrade, from }: UpgradeView): string {
  const versions = from.length > 2 ? `${from.length} versions` : from.join(", ");
  const to = upgrade.to === "" ? "no fix" : `${upgrade.to}${atLeast(upgrade)}`;
  return `${upgrade.package} ${versions} → ${to} (${upgrade.type})`;
}

/** The smaller step that is enough for the most urgent findings. */
export function atLeast({ to, atLeast: least }: Upgrade): string {
  return least === to || least === "" ? "" : `, at least ${least}`;
}

function describePlace({ workloads, images }: UpgradeView): string {
  const image = images.length === 1 ? images[0] : `${images.length} images`;
  return `${nameWorkloads(workloads)} · ${image}`;
}

function nameWorkloads(workloads: UpgradeView["workloads"]): string {
  const names = [...new Set(workloads.map(nameWorkload))];
  const shown = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  return shown.join(", ");
}

function markUsage({ usage }: Finding): { readonly text: string; readonly style: Style } {
  if (usage.state === "in-use") return { text: `in use (${usage.level})`, style: "bold" };
  if (usage.state === "unknown") return { text: "use unknown", style: "yellow" };
  return { text: "not observed", style: "dim" };
}

function describeVulnerabilities({ vulnerabilities, findings }: UpgradeView, width: number) {
  const names = vulnerabilities.map(nameVulnerability);
  let shown = 0;
  let used = 0;
  const removes = `removes ${plural(findings.length, "finding")}: `;
  const room = width - removes.length - 12;
  for (const name of names) {
    if (shown > 0 && used + name.length + 2 > room) break;
    used += name.length + 2;
    shown += 1;
  }
  const rest = names.length - shown;
  const text = `${names.slice(0, shown).join(", ")}${rest > 0 ? ` + ${rest} more` : ""}`;
  return terminal`${fit(`${removes}${text}`, width)}`;
}

/** `CVE-2021-44228 (KEV, ransomware, Critical 10.0, EPSS 97 %)`. */
export function nameVulnerability({ vulnerability }: Finding): string {
  const { id, kev, severity, cvssScore, epss } = vulnerability;
  const known = kev === null ? [] : kev.ransomware ? ["KEV", "ransomware"] : ["KEV"];
  const score = cvssScore === null ? "" : ` ${cvssScore.toFixed(1)}`;
  const likely =
    epss !== null && epss.score >= 0.01 ? [`EPSS ${Math.round(epss.score * 100)} %`] : [];
  return `${id} (${[...known, `${severity}${score}`, ...likely].join(", ")})`;
}

function describeWhy({ usage }: Finding): string {
  const short = usage.because.replace(/\/\S{57,}/g, (path) => fitPath(path, 56));
  return short === "" ? usage.state : short;
}

function renderProof(proof: Evidence | undefined, width: number): readonly string[] {
  if (proof === undefined) return [];
  const time = proof.time === null ? "" : `${proof.time.slice(11, 19)} `;
  const by = proof.binary === "" ? "" : ` by ${proof.binary}`;
  const start = `proof: ${time}${proof.shows} `;
  const end = fit(`${by} (pid ${proof.pid}, ${proof.actor})`, Math.floor(width / 2));
  const room = Math.max(12, width - widthOf(start) - widthOf(end));
  return [fit(`${start}${fitPath(proof.path, room)}${end}`, width)];
}

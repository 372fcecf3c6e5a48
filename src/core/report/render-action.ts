/**
 * Holds one action as lines of a terminal: what to do, when, where, against what, why, the proof.
 * In: an action as viewed. Out: three to eight lines. Must say for each mark what it rests on.
 */

import { isRemoval } from "../judge/decide/candidate.ts";
import type { DecisionName } from "../judge/decide/decision.ts";
import { explainPrivilege } from "../judge/explain-rank.ts";
import { nameWorkload, nameWorkloads } from "../judge/name-workload.ts";
import type { Evidence, Finding, Upgrade } from "../judge/verdict.ts";
import type { ActionView } from "./action-view.ts";
import { describeDue } from "./describe-decision.ts";
import type { Page } from "./page.ts";
import { joinTerminal, type Style, type TerminalText, terminal } from "./safe-text.ts";
import { fit, fitPath, padEnd, plural, widthOf, wrap } from "./text-layout.ts";

const decisionStyles: Readonly<Record<DecisionName, Style>> = {
  "act-now": "bold red",
  soon: "yellow",
  scheduled: "plain",
  "next-upgrade": "dim",
};

/** **Order**: what to do, then when, where and why, then the proof. */
export function renderAction(
  page: Page,
  view: ActionView,
  position: number,
): readonly TerminalText[] {
  const { paint, width } = page;
  const inner = width - 4;
  const [lead] = view.findings;
  const title = wrap(describeAction(view), inner, 3).map((line) => paint("bold", line));
  const lines = [...title, ...(lead === undefined ? [] : renderGrounds(page, view, lead))];
  const number = String(position).padStart(2);
  return lines.map((line, at) => terminal`${at === 0 ? number : "  "}  ${line}`);
}

function renderGrounds(page: Page, view: ActionView, lead: Finding): readonly TerminalText[] {
  const { paint, width } = page;
  const inner = width - 4;
  const proof = lead.usage.state === "in-use" ? renderProof(view.proof, lead, inner) : [];
  return [
    ...placeMarks(markAction(view, lead), page),
    ...wrap(describeVulnerabilities(view, inner), inner, 2).map(safe),
    ...wrap(describeWhy(lead), inner, 2).map(safe),
    ...proof.map((line) => paint("dim", line)),
  ];
}

function safe(text: string): TerminalText {
  return terminal`${text}`;
}

interface Mark {
  readonly text: string;
  readonly style: Style;
}

/** When, how urgent, whether used, who reaches it, with which rights, where. */
function markAction(view: ActionView, lead: Finding): readonly Mark[] {
  const { images, action } = view;
  const image = images.length === 1 ? images : [];
  const plain = (text: string): Mark => ({ text, style: "plain" });
  return [
    { text: describeDue(lead.decision), style: decisionStyles[action.decision] },
    ...markExploited(lead),
    markUsage(lead),
    markExposure(lead),
    ...explainPrivilege(lead, 2).map((text) => plain(nameHolder(text, view, lead))),
    plain(describePlace(view)),
    ...image.map(plain),
  ];
}

/** What makes a finding urgent or not, in few words: exploited, used, reached, which rights. */
export function describeMarks(finding: Finding): readonly string[] {
  const marks = [...markExploited(finding), markUsage(finding), markExposure(finding)];
  return [...marks.map(({ text }) => text), ...explainPrivilege(finding, 2)];
}

function markExploited({ vulnerability: { kev } }: Finding): readonly Mark[] {
  if (kev === null) return [];
  const by = kev.ransomware ? "exploited by ransomware" : "known exploited";
  return [{ text: by, style: "bold red" }];
}

/** `exposed, 1 hop from the internet`; what is not known is never called not exposed. */
export function markExposure({ exposure }: Finding): Mark {
  const { exposed, hopCount } = exposure;
  if (exposed === "unknown") return { text: "exposure unknown", style: "yellow" };
  if (exposed === "no") return { text: "not exposed", style: "plain" };
  const hops = hopCount === null || hopCount === 0 ? "" : `, behind ${plural(hopCount, "other")}`;
  return { text: `exposed to the internet${hops}`, style: "bold" };
}

/** Rights are those of one workload: where there are several, it is named. */
function nameHolder(rights: string, { workloads }: ActionView, { workload }: Finding): string {
  if (new Set(workloads.map(nameWorkload)).size < 2) return rights;
  return `${nameWorkload(workload)} ${rights.startsWith("has ") ? "" : "is "}${rights}`;
}

/** As many on a line as fit; one that is longer than a line has two to itself. */
function placeMarks(marks: readonly Mark[], { paint, width }: Page): readonly TerminalText[] {
  const inner = width - 4;
  const lines: TerminalText[][] = [];
  let used = inner;
  for (const { text, style } of marks) {
    const pieces = wrap(text, inner, 2);
    const length = widthOf(pieces.join(""));
    const line = lines.at(-1);
    if (pieces.length === 1 && line !== undefined && used + 3 + length <= inner) {
      line.push(paint(style, pieces.join("")));
      used += 3 + length;
    } else {
      lines.push(...pieces.map((piece) => [paint(style, piece)]));
      used = pieces.length === 1 ? length : inner;
    }
  }
  return lines.map((line) => joinTerminal(line, terminal` · `));
}

/** The same on one line, for those further down that must not be overlooked. */
export function renderBrief(page: Page, view: ActionView, position: number): TerminalText {
  const { paint, width } = page;
  const first = view.findings.find(isPressing) ?? view.findings[0];
  const { workloads } = view;
  const whatWidth = Math.max(24, Math.floor(width * 0.45));
  const { whole, short } = nameShortly(view);
  const what = fit(widthOf(whole) <= whatWidth ? whole : short, whatWidth);
  const id = padEnd(fit(first?.vulnerability.id ?? "", 19), 19);
  const names = fit(nameWorkloads(workloads), Math.max(8, width - whatWidth - 27));
  const number = String(position).padStart(2);
  return terminal`${number}  ${padEnd(what, whatWidth)}  ${id}  ${paint("dim", names)}`;
}

/** What to upgrade to says more than what is there. */
function nameShortly({ action, from }: ActionView): { whole: string; short: string } {
  if (action.kind !== "upgrade-package") return { whole: action.title, short: action.title };
  const versions = from.length > 1 ? `${from.length} versions` : from.join("");
  const { package: name, to } = action;
  return { whole: `${name} ${versions} → ${to}`, short: `${name} → ${to}` };
}

/**
 * What must not be overlooked, however short the list: what is decided to be done now, what is
 * known to be exploited, and what is critical and in use.
 */
export function isPressing(finding: Finding): boolean {
  const { critical, fixable, inUse, decision } = finding;
  const isCriticalInUse = critical && fixable && inUse;
  return decision.name === "act-now" || isCriticalInUse || isKnownExploited(finding);
}

export function isKnownExploited({ vulnerability }: Finding): boolean {
  return vulnerability.kev !== null;
}

/** `openssl 1.1.1n → 1.1.1w (deb)`; of what is no upgrade of one package the plan's own line. */
export function describeAction({ action, from }: ActionView): string {
  const { kind, title, package: name, type, to } = action;
  if (kind !== "upgrade-package") return title;
  const versions = from.length > 2 ? `${from.length} versions` : from.join(", ");
  return `${name} ${versions} → ${to}${atLeast(action)} (${type})`;
}

/** The smaller step that is enough for the most urgent findings. */
export function atLeast({ to, atLeast: least }: Pick<Upgrade, "to" | "atLeast">): string {
  return least === to || least === "" ? "" : `, at least ${least}`;
}

/** Where it is; where its use differs, what is known of it in which workload. */
export function describePlace({ workloads, findings }: ActionView): string {
  const stateOf = new Map<string, Finding["usage"]["state"]>();
  for (const { workload, usage } of findings) {
    const name = nameWorkload(workload);
    if (stateOf.get(name) !== "in-use") stateOf.set(name, usage.state);
  }
  const states = new Set(stateOf.values());
  if (states.size < 2) return nameWorkloads(workloads);
  const parts = stateWords.flatMap(([state, words]) => {
    const here = workloads.filter((one) => stateOf.get(nameWorkload(one)) === state);
    return here.length === 0 ? [] : [`${words} ${nameWorkloads(here)}`];
  });
  return parts.join("; ");
}

const stateWords = [
  ["in-use", "used in"],
  ["unknown", "unknown in"],
  ["not-observed", "not observed in"],
] as const;

function markUsage({ usage }: Finding): Mark {
  if (usage.state === "in-use") return { text: `in use (${usage.level})`, style: "bold" };
  if (usage.state === "unknown") return { text: "use unknown", style: "yellow" };
  return { text: "not observed", style: "dim" };
}

function describeVulnerabilities(view: ActionView, width: number): string {
  const { findings, images, action, urgentCount } = view;
  const names = view.vulnerabilities.map(nameVulnerability);
  const where = images.length > 1 ? ` in ${images.length} images` : "";
  const does = isRemoval(action.kind) ? "removes" : "lowers";
  const word = action.decision.replaceAll("-", " ");
  const urgent = urgentCount < findings.length ? ` (${urgentCount} ${word})` : "";
  const start = `${does} ${plural(findings.length, "finding")}${urgent}${where}: `;
  let room = width - widthOf(start) - 12;
  let shown = 0;
  for (const name of names) {
    room -= widthOf(name) + 2;
    if (shown > 0 && room < 0) break;
    shown += 1;
  }
  const rest = names.length - shown;
  return `${start}${names.slice(0, shown).join(", ")}${rest > 0 ? ` + ${rest} more` : ""}`;
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

/** When, by whom, and where it is recorded; of what, unless the reason has said it. */
function renderProof(
  proof: Evidence | undefined,
  { usage }: Finding,
  width: number,
): readonly string[] {
  if (proof === undefined) return [];
  const time = proof.time === null ? "" : ` ${proof.time.slice(11, 19)}`;
  const by = proof.binary === "" ? "" : ` by ${proof.binary}`;
  const isSaid = proof.path !== "" && usage.because.includes(proof.path);
  const start = `proof:${time}${isSaid ? "" : ` ${proof.shows} `}`;
  const endWidth = isSaid ? width - widthOf(start) : Math.floor(width * 0.6);
  const end = fit(`${by} (pid ${proof.pid}, ${proof.actor})`, endWidth);
  const room = Math.max(12, width - widthOf(start) - widthOf(end));
  const line = fit(`${start}${isSaid ? "" : fitPath(proof.path, room)}${end}`, width);
  const file = proof.input.slice(proof.input.lastIndexOf("/") + 1);
  const place = file === "" || proof.offset < 0 ? "" : ` · ${file}:${proof.offset}`;
  return [widthOf(line + place) <= width ? line + place : line];
}

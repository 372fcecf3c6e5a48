/**
 * Holds an explanation as text: verdict, reasons, every proof with its place, what would change it.
 * In: an explanation, a width, colour or not. Out: terminal text.
 * Must never print untrusted text but through `terminal`.
 */
import { explainDecision } from "../judge/decide/explain-decision.ts";
import { namePrivileges } from "../judge/explain-rank.ts";
import { nameWorkload } from "../judge/name-workload.ts";
import type { CoverageSummary, Evidence, Finding, Usage } from "../judge/verdict.ts";
import { describeDue, describeGrounds } from "./describe-decision.ts";
import { describeDistance, describePath } from "./describe-exposure.ts";
import type { ExplainedFinding, ExplainedPackage, Explanation } from "./explain-finding.ts";
import { atLeast, nameVulnerability } from "./render-action.ts";
import { createPaint, joinTerminal, type Paint, type TerminalText, terminal } from "./safe-text.ts";
import { describeWaiver } from "./summarize-waivers.ts";
import { fit, fitPath, formatCount, plural, widthOf, wrap } from "./text-layout.ts";

export interface ExplanationOptions {
  /** **Unit**: columns. */
  readonly width: number;
  readonly color: boolean;
  /** Findings, and packages, to show in full; 0 means eight of each. */
  readonly top?: number;
}

interface Sheet {
  readonly width: number;
  readonly paint: Paint;
}

const proofCountMax = 12;

export function renderExplanation(
  explanation: Explanation,
  options: ExplanationOptions,
): TerminalText {
  const sheet = { width: Math.max(60, options.width), paint: createPaint(options.color) };
  const { query, understoodAs, findings, packages, near } = explanation;
  if (understoodAs === "nothing") return renderNothing(query, near);
  const top = options.top !== undefined && options.top > 0 ? options.top : 8;
  // Packages that findings speak of are told there.
  const told = new Set(
    findings.flatMap(({ finding }) => finding.packages.map(packageKey(finding))),
  );
  const others = packages.filter(({ verdict }) => !told.has(packageKey(verdict)(verdict)));
  const blocks = [
    [renderSummary(sheet, explanation)],
    ...renderFindings(sheet, findings.slice(0, top)),
    ...leftOut(sheet, findings.length - top, "finding"),
    ...others.slice(0, top).map((one) => renderPackage(sheet, one)),
    ...leftOut(sheet, others.length - top, "package"),
  ];
  return joinTerminal(
    blocks.map((lines) => joinTerminal(lines)),
    terminal`\n\n`,
  );
}

function packageKey({ workload, image }: Pick<Finding, "workload" | "image">) {
  return (one: { readonly package: Finding["package"] }) =>
    JSON.stringify([workload, image, one.package.id]);
}

function leftOut({ paint }: Sheet, count: number, noun: string): TerminalText[][] {
  if (count <= 0) return [];
  return [[paint("dim", `${plural(count, `more ${noun}`)}: --top N shows them`)]];
}

function renderNothing(query: string, near: readonly string[]): TerminalText {
  const known = terminal`Nothing in the report is called ${query}.`;
  if (near.length === 0) return known;
  const names = near.map((name) => terminal`${name}`);
  return terminal`${known} Near: ${joinTerminal(names, terminal`, `)}.`;
}

function renderSummary({ paint }: Sheet, { query, findings, packages }: Explanation) {
  const counts = [
    plural(findings.length, "finding"),
    ...(packages.length === 0 ? [] : [plural(packages.length, "installed package")]),
  ];
  return terminal`${paint("bold", query)}: ${counts.join(", ")}`;
}

/** What rests on the same proofs as a finding above is told once, and so are descriptions. */
function renderFindings(
  sheet: Sheet,
  findings: readonly ExplainedFinding[],
): readonly (readonly TerminalText[])[] {
  const told = new Map<string, Finding>();
  const described = new Set<string>();
  return findings.map((explained) => {
    const { finding, proofs } = explained;
    const { id, description } = finding.vulnerability;
    const text = described.has(id) ? [] : field(sheet, "text", description);
    described.add(id);
    const packages = finding.packages.map(packageKey(finding));
    const key = JSON.stringify([packages, finding.usage, proofs.map(({ id }) => id)]);
    const first = told.get(key);
    if (first !== undefined) return [...renderAlike(sheet, explained, first), ...text];
    told.set(key, finding);
    return [...renderFinding(sheet, explained), ...text];
  });
}

function renderFinding(sheet: Sheet, explained: ExplainedFinding): readonly TerminalText[] {
  const { finding, proofs, privilegeProofs, coverage } = explained;
  const { workload, image } = finding;
  const { name, version, type, location } = finding.package;
  return [
    ...renderName(sheet, finding),
    ...field(sheet, "package", `${name} ${version} (${type}) ${location}`),
    ...field(sheet, "where", `${nameWorkload(workload)} · ${image.reference || image.digest}`),
    ...renderDecision(sheet, explained),
    ...renderWaiver(sheet, finding),
    ...list(sheet, "why", reasonsBeside(finding)),
    ...renderExposure(sheet, explained),
    ...renderProofs(sheet, "proof", proofs),
    ...renderOthers(sheet, finding),
    ...renderRights(sheet, finding, privilegeProofs),
    ...renderCoverage(sheet, finding.usage, coverage),
    ...list(sheet, "change", finding.wouldChange),
  ];
}

/** Another vulnerability of the same package in the same place: only what differs. */
function renderAlike(
  sheet: Sheet,
  explained: ExplainedFinding,
  first: Finding,
): readonly TerminalText[] {
  const { finding } = explained;
  const own = reasonsBeside(finding).filter((reason) => !first.reasons.includes(reason));
  const changes = finding.wouldChange.filter((change) => !first.wouldChange.includes(change));
  return [
    ...renderName(sheet, finding),
    ...renderDecision(sheet, explained),
    ...renderWaiver(sheet, finding),
    ...list(sheet, "why", [
      ...own,
      `package, use, exposure, rights and proofs as of #${first.rank}`,
    ]),
    ...list(sheet, "change", changes),
  ];
}

function renderName(sheet: Sheet, finding: Finding): readonly TerminalText[] {
  const { paint, width } = sheet;
  const { vulnerability } = finding;
  const aliases =
    vulnerability.aliases.length === 0 ? "" : ` = ${vulnerability.aliases.join(", ")}`;
  return [
    paint("bold", fit(`#${finding.rank}  ${nameVulnerability(finding)}  [${finding.band}]`, width)),
    ...field(sheet, "finding", `${finding.id}${aliases}`),
  ];
}

function renderWaiver(sheet: Sheet, { waiver }: Finding): readonly TerminalText[] {
  return waiver === null ? [] : field(sheet, "signed", describeWaiver(waiver));
}

/** Without what the decision above has told. */
function reasonsBeside({ reasons, decision }: Finding): readonly string[] {
  const told = new Set(decision.row === "" ? [] : explainDecision(decision));
  return reasons.filter((reason) => !told.has(reason));
}

/** What to do by when, and the row of the table that says so with all that went into it. */
function renderDecision(sheet: Sheet, explained: ExplainedFinding): readonly TerminalText[] {
  const { decision } = explained.finding;
  return [
    ...field(sheet, "do", describeTodo(explained)),
    ...list(sheet, "decision", [describeDue(decision), ...describeGrounds(decision)]),
  ];
}

const pathCountMax = 3;

/** Who reaches the workload, by which way, and where that is recorded. */
function renderExposure(
  sheet: Sheet,
  { finding, paths, exposureProofs }: ExplainedFinding,
): readonly TerminalText[] {
  const { exposed, because } = finding.exposure;
  const verdict = { yes: "exposed", no: "not exposed", unknown: "exposure unknown" }[exposed];
  return list(sheet, "exposure", [
    because === "" ? verdict : `${verdict}: ${because}`,
    ...describeDistance(finding.exposure),
    ...paths.slice(0, pathCountMax).map((path) => `${path.basis}: ${describePath(path)}`),
    ...exposureProofs.slice(0, pathCountMax).flatMap((proof) => describeRecord(proof)),
  ]);
}

function describeTodo({ finding, upgrade }: ExplainedFinding): string {
  if (upgrade === null || upgrade.to === "" || !finding.fixable) return "no fix is known";
  return `upgrade ${upgrade.package} to ${upgrade.to}${atLeast(upgrade)}`;
}

/** The other packages of the same source, each with its own use. */
function renderOthers(sheet: Sheet, finding: Finding): readonly TerminalText[] {
  const others = finding.packages.filter((one) => one.package.id !== finding.package.id);
  return list(
    sheet,
    "also",
    others.slice(0, 8).map(({ package: one, usage }) => `${one.name}: ${usage.state}`),
  );
}

function renderRights(
  sheet: Sheet,
  finding: Finding,
  proofs: readonly Evidence[],
): readonly TerminalText[] {
  const said = rightsSources.flatMap(([source, words]) => {
    const names = namePrivileges(finding.privileges.filter((one) => one.source === source));
    return names.length === 0 ? [] : [`${words}: ${names.join(", ")}`];
  });
  const shown = proofs.slice(0, 3).flatMap((proof) => describeRecord(proof));
  return list(sheet, "rights", [...said, ...shown]);
}

const rightsSources = [
  ["seen", "seen"],
  ["declared", "declared"],
  ["denied", "declared to be without"],
] as const;

/** When a right or a connection was seen first, in which process, and where that is recorded. */
function describeRecord(proof: Evidence): readonly string[] {
  const time = proof.time === null ? "" : `${proof.time.slice(0, 23)}Z `;
  const place = proof.input === "" ? "" : ` · ${proof.input}:${proof.offset}`;
  const by = proof.binary === "" ? "an unknown program" : proof.binary;
  return [`${time}${proof.shows}`, `  in ${by} (pid ${proof.pid}) · ${proof.sensor}${place}`];
}

function renderPackage(sheet: Sheet, explained: ExplainedPackage): readonly TerminalText[] {
  const { verdict, proofs, findings, coverage } = explained;
  const { paint, width } = sheet;
  const { name, version, type, location } = verdict.package;
  const { usage, workload, image } = verdict;
  const matched =
    findings.length === 0 ? "no finding: no known vulnerability matches" : findings.join(", ");
  return [
    paint("bold", fit(`${name} ${version} (${type})  [${usage.state}, ${usage.level}]`, width)),
    ...field(sheet, "place", location),
    ...field(sheet, "where", `${nameWorkload(workload)} · ${image.reference || image.digest}`),
    ...field(sheet, "why", usage.because),
    ...renderProofs(sheet, "proof", proofs),
    ...renderCoverage(sheet, usage, coverage),
    ...field(sheet, "finding", matched),
  ];
}

function renderProofs(
  sheet: Sheet,
  label: string,
  proofs: readonly Evidence[],
): readonly TerminalText[] {
  const shown = proofs.slice(0, proofCountMax).flatMap((proof) => describeProof(sheet, proof));
  const rest = proofs.length - proofCountMax;
  return list(sheet, label, rest > 0 ? [...shown, `${rest} more in --format json`] : shown);
}

/** What and when; then by whom, and where it is recorded. */
function describeProof({ width }: Sheet, proof: Evidence): readonly string[] {
  const time = proof.time === null ? "" : `${proof.time.slice(0, 23)}Z `;
  const path = fitPath(proof.path, Math.max(20, width - 12 - widthOf(time) - widthOf(proof.shows)));
  const times = proof.count > 1 ? `, ${formatCount(proof.count)} times` : "";
  const by = proof.binary === "" ? "an unknown program" : proof.binary;
  const how = proof.policy === "" ? proof.sensor : `${proof.sensor} (${proof.policy})`;
  const place = proof.input === "" ? [] : [`${proof.input}:${proof.offset}`];
  const rest = [`by ${by} (pid ${proof.pid}${times})`, `${proof.actor}: ${proof.actorReason}`, how];
  return [`${time}${proof.shows} ${path}`, `  ${[...rest, ...place].join(" · ")}`];
}

function renderCoverage(
  sheet: Sheet,
  usage: Usage,
  coverage: readonly CoverageSummary[],
): readonly TerminalText[] {
  const reasons = usage.coverageReasons.slice(0, 6);
  const seen = coverage.slice(0, 3).map((one) => {
    const start = one.fromStart ? "from its start" : "not from its start";
    const sensors = [...new Set(one.sensors.map(({ sensor }) => sensor))].join(", ");
    const id = one.containerId.slice(0, 12);
    return `container ${id} on ${one.node || "its node"}, ${start}, ${one.observedFrom ?? "?"} to ${
      one.observedUntil ?? "?"
    }; sensors ${sensors}; SBOM joined by ${one.joinedBy}`;
  });
  return list(sheet, "seen", [`coverage ${usage.coverage}`, ...reasons, ...seen]);
}

const labelWidth = 9;

function field(sheet: Sheet, label: string, text: string): readonly TerminalText[] {
  return text === "" ? [] : labelled(sheet, label, wrap(text, sheet.width - labelWidth - 2, 6));
}

function list(sheet: Sheet, label: string, items: readonly string[]): readonly TerminalText[] {
  const width = sheet.width - labelWidth - 2;
  const lines = items.flatMap((item) => {
    const indent = /^ */.exec(item)?.[0] ?? "";
    return wrap(item, width - indent.length - 2, 4).map(
      (line, at) => `${indent}${at === 0 ? "" : "  "}${line}`,
    );
  });
  return labelled(sheet, label, lines);
}

function labelled(
  { paint, width }: Sheet,
  label: string,
  lines: readonly string[],
): readonly TerminalText[] {
  return lines.map((line, at) => {
    const start = paint("dim", (at === 0 ? label : "").padEnd(labelWidth));
    return terminal`  ${start}${fit(line, width - labelWidth - 2)}`;
  });
}

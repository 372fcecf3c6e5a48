/**
 * Holds the findings as a table for spreadsheets.
 * In: a report. Out: CSV, in pieces: a line of names, then one line a finding, by rank.
 * Must never give a spreadsheet a cell that it takes for a formula.
 * **Source**: RFC 4180; OWASP, "CSV Injection".
 */

import { nameWorkload } from "../judge/name-workload.ts";
import type { Finding } from "../judge/verdict.ts";
import type { Report } from "./report.ts";
import { makeVisible } from "./safe-text.ts";
import { type Background, backgroundOf } from "./vex/describe-statement.ts";

type Cell = string | number | boolean | null;
type Column = readonly [name: string, read: (finding: Finding, background: Background) => Cell];

const columns: readonly Column[] = [
  ["rank", ({ rank }) => rank],
  ["decision", ({ decision }) => decision.name],
  ["deadline_days", ({ decision }) => decision.deadlineDays],
  ["vulnerability", ({ vulnerability }) => vulnerability.id],
  ["aliases", ({ vulnerability }) => vulnerability.aliases.join(" ")],
  ["severity", ({ vulnerability }) => vulnerability.severity],
  ["cvss", ({ vulnerability }) => vulnerability.cvssScore],
  ["epss", ({ vulnerability }) => vulnerability.epss?.score ?? null],
  ["kev_since", ({ vulnerability }) => vulnerability.kev?.dateAdded ?? null],
  ["package", (finding) => finding.package.name],
  ["version", (finding) => finding.package.version],
  ["type", (finding) => finding.package.type],
  ["fixed_in", ({ vulnerability }) => vulnerability.fixedIn.join(" ")],
  ["upgrade", ({ upgrade }, { upgrades }) => upgrades.get(upgrade)?.package ?? null],
  ["upgrade_to", ({ upgrade }, { upgrades }) => upgrades.get(upgrade)?.to ?? null],
  ["workload", ({ workload }) => nameWorkload(workload)],
  ["cluster", ({ workload }) => workload.cluster],
  ["image", ({ image }) => image.reference],
  ["image_digest", ({ image }) => image.digest],
  ["use", ({ usage }) => usage.state],
  ["evidence_level", ({ usage }) => usage.level],
  ["coverage", ({ usage }) => usage.coverage],
  ["use_because", ({ usage }) => usage.because],
  ["exposed", ({ exposure }) => exposure.exposed],
  ["observed_from", ({ exposure }) => exposure.observed],
  ["allowed_from", ({ exposure }) => exposure.allowed],
  ["privileged", ({ privileged }) => privileged],
  ["signed", ({ waiver }) => waiver?.status ?? null],
  ["signed_by", ({ waiver }) => waiver?.by ?? null],
  ["signed_until", ({ waiver }) => waiver?.until ?? null],
  ["signed_reason", ({ waiver }) => waiver?.reason ?? null],
  ["purl", (finding) => finding.package.purl],
  ["finding", ({ id }) => id],
];

/** **Unit**: code units of a cell; spreadsheets take 32,767. */
const cellLengthMax = 2000;
const lineEnd = "\r\n";

/** **Shape**: UTF-8, comma, CRLF, every text in quotes; nothing known is an empty cell. */
export function* renderCsv(report: Report): Generator<string> {
  const background = backgroundOf(report);
  yield columns.map(([name]) => name).join(",") + lineEnd;
  for (const finding of report.findings) {
    yield columns.map(([, read]) => cell(read(finding, background))).join(",") + lineEnd;
  }
}

// What spreadsheets take for the start of a formula, its wide forms included.
const formulaStart = /^\s*[=+\-@＝＋－＠|%]/u;

function cell(value: Cell): string {
  if (value === null || value === "") return "";
  if (typeof value !== "string") return String(value);
  const visible = makeVisible(value, cellLengthMax);
  const safe = formulaStart.test(value) || formulaStart.test(visible) ? `'${visible}` : visible;
  return `"${safe.replaceAll('"', '""')}"`;
}

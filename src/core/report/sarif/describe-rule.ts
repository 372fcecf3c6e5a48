/**
 * Holds a rule of SARIF: one vulnerability of one package, wherever it is.
 * In: the findings of the rule. Out: a `reportingDescriptor`.
 * Must never hang on what was observed: code scanning follows rules by their id.
 */
import { ratedSeverity } from "../../judge/merge-vulnerabilities.ts";
import type { Finding } from "../../judge/verdict.ts";
import { markdownText } from "../safe-text.ts";
import { type Background, describeStep } from "../vex/describe-statement.ts";
import { adviceUrl } from "../vulnerability-source.ts";
import { sarifId, sarifMessage } from "./sarif-text.ts";

/** Code scanning takes no more tags of a rule. */
const tagCountMax = 20;

/** Scores where the scanner has none: the middle of each rating. **Source**: CVSS v3.1 §5. */
const scores = { Critical: 9.5, High: 8, Medium: 5.5, Low: 2, Negligible: 0.1, Unknown: 5 };

/** `CVE-2022-0778-deb-openssl`: by what is upgraded, which outlives which package is used most. */
export function ruleKey(finding: Finding, background: Background): string {
  const { vulnerability, package: one } = finding;
  return sarifId(`${vulnerability.id}-${one.type}-${sourceOf(finding, background)}`);
}

function sourceOf({ upgrade, package: one }: Finding, { upgrades }: Background): string {
  return upgrades.get(upgrade)?.package ?? one.name;
}

/** `id`: what `ruleKey` gives for each of the findings; the first, by rank, speaks for all. */
export function describeRule(
  id: string,
  findings: readonly Finding[],
  background: Background,
): Record<string, unknown> {
  const [first] = findings;
  if (first === undefined) throw new Error("a rule has at least one finding");
  const { vulnerability, package: one } = first;
  const severity = ratedSeverity(vulnerability);
  const name = `${sourceOf(first, background)} (${one.type})`;
  const title = `${vulnerability.id} in ${name}, severity ${severity}`;
  const description = vulnerability.description === "" ? title : vulnerability.description;
  const url = adviceUrl(vulnerability.id);
  const help = `${title}. To do: ${describeStep(first, background)}.`;
  return {
    id,
    shortDescription: sarifMessage(title),
    fullDescription: sarifMessage(description),
    help: { ...sarifMessage(help), markdown: markdownText(help, 1000) },
    ...(url === "" ? {} : { helpUri: url }),
    properties: {
      tags: tagsOf(first).slice(0, tagCountMax),
      "security-severity": scoreOf(first).toFixed(1),
      scoreBasis: vulnerability.cvssScore === null ? "severity" : "CVSS",
      aliases: vulnerability.aliases.slice(0, tagCountMax).map(sarifId),
      fixedIn: vulnerability.fixedIn.slice(0, tagCountMax).map(sarifId),
    },
  };
}

function scoreOf({ vulnerability }: Finding): number {
  const score = vulnerability.cvssScore ?? 0;
  return score > 0 && score <= 10 ? score : scores[ratedSeverity(vulnerability)];
}

function tagsOf({ vulnerability, package: one }: Finding): readonly string[] {
  const { kev } = vulnerability;
  const known = kev === null ? [] : ["known-exploited", ...(kev.ransomware ? ["ransomware"] : [])];
  return ["security", "vulnerability", sarifId(one.type), ...known].filter((tag) => tag !== "");
}

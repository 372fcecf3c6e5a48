/**
 * Holds how the ranking rules are applied, and how they are said.
 * In: findings without rank. Out: the same in order, each with its rank, band, reasons and what
 * would change it; and the rules as a document. Must never order by anything not in the rules.
 */

import { compareText } from "../event/compare-text.ts";
import { type DraftFinding, ratedSeverity } from "./build-findings.ts";
import { explainChanges, explainRank } from "./explain-rank.ts";
import { bandOf, bands, likelyFrom, orderRules, shifts, type Weighed } from "./ranking-rules.ts";
import { bandNames, type Finding } from "./verdict.ts";

export interface RankingSettings {
  /** **Unit**: microseconds; "not observed" over a shorter time never lowers a band. */
  readonly loweringWindowUs: number;
}

/** **Order**: rank 1 first. The order of the input does not matter. */
export function rankFindings(
  drafts: readonly DraftFinding[],
  settings: RankingSettings,
): readonly DraftFinding[] {
  const weighed = drafts.map((draft) => {
    const one = weigh(draft, settings);
    const band = bandOf(one);
    const keys = [bandNames.indexOf(band.name), ...orderRules.map((rule) => rule.key(one))];
    return { draft, one, band, keys };
  });
  weighed.sort(
    (a, b) => compareKeys(a.keys, b.keys) || compareTies(a.draft.finding, b.draft.finding),
  );
  return weighed.map(({ draft, one, band }, index) => ({
    ...draft,
    finding: {
      ...draft.finding,
      rank: index + 1,
      band: band.name,
      reasons: explainRank(one, band),
      wouldChange: explainChanges(one, band),
    },
  }));
}

function weigh(draft: DraftFinding, settings: RankingSettings): Weighed {
  const { finding, observedUs } = draft;
  const { epss } = finding.vulnerability;
  const likely =
    epss !== null && (epss.score >= likelyFrom.score || epss.percentile >= likelyFrom.percentile);
  const severity = ratedSeverity(finding.vulnerability);
  return { finding, severity, likely, observedUs, loweringWindowUs: settings.loweringWindowUs };
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((key, at) => key !== b[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

function compareTies(a: Finding, b: Finding): number {
  return compareText(a.vulnerability.id, b.vulnerability.id) || compareText(a.id, b.id);
}

/** The rules as Markdown; `docs/ranking.md` is this text. */
export function rankingDocument(): string {
  const { score, percentile } = likelyFrom;
  const bandRows = bands.map(({ name, when }, index) => `| ${index + 1} | \`${name}\` | ${when} |`);
  const shiftRows = shifts.map(
    ({ by, when, limit }) => `| ${by < 0 ? "one up" : "one down"} | ${when} | ${limit} |`,
  );
  const orderRows = orderRules.map(({ name, text }, index) => `${index + 1}. **${name}**: ${text}`);
  return [
    "# How findings are ranked",
    "",
    "By rules, in order, and never by a score. Each finding says which of them applied to it.",
    "Unknown use never lowers a rank.",
    "",
    "## 1. The band",
    "",
    "The first line that holds. Exploitation is *likely* when EPSS is",
    `at least ${score * 100} %, or higher than that of ${percentile * 100} % of all.`,
    "Where the scanner's severity is Unknown, the rating of the CVSS score counts if there is",
    "one, else Medium.",
    "",
    "| | band | when |",
    "|--:|---|---|",
    ...bandRows,
    "",
    "## 2. One step up or down",
    "",
    "| step | when | limit |",
    "|---|---|---|",
    ...shiftRows,
    "",
    "The host's rights: a privileged container, the host's process or mount namespace, a",
    "capability that reaches the kernel (SYS_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_RAWIO,",
    "DAC_READ_SEARCH, BPF), or a mount of the host's root, configuration or a control socket.",
    "",
    "## 3. Inside a band",
    "",
    "The first that differs decides:",
    "",
    ...orderRows,
    `${orderRows.length + 1}. **id**: of the vulnerability, then of the finding`,
    "",
    "## Upgrades",
    "",
    "An upgrade stands where the first finding that it removes stands; upgrades with a fix come",
    "before groups of findings that have none.",
    "",
  ].join("\n");
}

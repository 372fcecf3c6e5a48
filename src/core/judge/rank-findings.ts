/**
 * Holds how the ranking rules are applied, and how they are said.
 * In: decided findings without rank. Out: the same in order, each with its rank, band, reasons and
 * what would change it; and the rules as a document. Must never order by anything not in the rules.
 */

import { compareText } from "../event/compare-text.ts";
import type { DraftFinding } from "./build-findings.ts";
import { compareKeys } from "./compare-keys.ts";
import { explainDecision, explainDecisionChanges } from "./decide/explain-decision.ts";
import { explainChanges, explainRank } from "./explain-rank.ts";
import { ratedSeverity } from "./merge-vulnerabilities.ts";
import { bandOf, bands, likelyFrom, orderRules, shifts, type Weighed } from "./ranking-rules.ts";
import type { Finding } from "./verdict.ts";
import { workloadKey } from "./workload-key.ts";

export interface RankingSettings {
  /** **Unit**: microseconds; "not observed" over a shorter time never lowers a band. */
  readonly loweringWindowUs: number;
}

/** **Order**: rank 1 first. The order of the input does not matter. */
export function rankFindings(
  drafts: readonly DraftFinding[],
  settings: RankingSettings,
): readonly DraftFinding[] {
  const spreads = gatherWorkloads(drafts);
  const weighed = drafts.map((draft) => {
    const workloadCount = spreads.get(spreadKey(draft))?.size ?? 1;
    const one = weigh(draft, settings, workloadCount);
    const keys = orderRules.map((rule) => rule.key(one));
    return { draft, one, band: bandOf(one), keys };
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
      reasons: [...explainDecision(draft.finding.decision), ...explainRank(one, band)],
      wouldChange: [
        ...explainDecisionChanges(draft.finding.decision, draft.facts),
        ...explainChanges(one, band),
      ],
    },
  }));
}

function spreadKey({ finding, upgradeName }: DraftFinding): string {
  return JSON.stringify([finding.vulnerability.id, finding.package.type, upgradeName]);
}

function gatherWorkloads(
  drafts: readonly DraftFinding[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const workloads = new Map<string, Set<string>>();
  for (const draft of drafts) {
    const key = spreadKey(draft);
    const known = workloads.get(key) ?? new Set();
    workloads.set(key, known.add(workloadKey(draft.finding.workload)));
  }
  return workloads;
}

function weigh(
  draft: DraftFinding,
  { loweringWindowUs }: RankingSettings,
  workloadCount: number,
): Weighed {
  const { finding, observedUs } = draft;
  const { epss } = finding.vulnerability;
  const likely =
    epss !== null && (epss.score >= likelyFrom.score || epss.percentile >= likelyFrom.percentile);
  const severity = ratedSeverity(finding.vulnerability);
  return { finding, severity, likely, observedUs, loweringWindowUs, workloadCount };
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
    "## 1. The order",
    "",
    "The first that differs decides:",
    "",
    ...orderRows,
    `${orderRows.length + 1}. **id**: of the vulnerability, then of the finding`,
    "",
    "The host's rights: a privileged container, the host's process or mount namespace, a",
    "capability that reaches the kernel (SYS_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_RAWIO,",
    "DAC_READ_SEARCH, BPF), or a mount of the host's root, configuration or a control socket.",
    "",
    "## 2. The band",
    "",
    "A word for how grave a finding is by itself, wherever it stands: the first line that holds.",
    "It orders nothing; `--fail-on` and the smaller step of an upgrade (`atLeast`) go by it.",
    "Exploitation is *likely* when EPSS is",
    `at least ${score * 100} %, or higher than that of ${percentile * 100} % of all.`,
    "Where the scanner's severity is Unknown, the rating of the CVSS score counts if there is",
    "one, else Medium.",
    "",
    "| | band | when |",
    "|--:|---|---|",
    ...bandRows,
    "",
    "| step | when | limit |",
    "|---|---|---|",
    ...shiftRows,
    "",
    "## 3. Upgrades and actions",
    "",
    "An upgrade stands where the first finding that it removes stands; upgrades with a fix come",
    "before groups of findings that have none. The plan's actions have an order of their own",
    "([decision.md](decision.md)).",
    "",
  ].join("\n");
}

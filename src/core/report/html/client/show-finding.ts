/**
 * Holds what the drawer says of a finding: the decision and its row, the use and its proofs, the
 * way from the internet.
 * In: a finding. Out: elements.
 */
import { commandLine } from "./copy-command.ts";
import { drawTimeline, sayUse } from "./draw-timeline.ts";
import { explainCommand, upgradeCommand } from "./make-commands.ts";
import { type Child, make } from "./make-element.ts";
import {
  countLink,
  decisionChip,
  exposedMark,
  openLink,
  type PageContextData,
  useMark,
  workloadLink,
} from "./page-context.ts";
import type { PageFinding, PageVulnerability } from "./page-data.ts";
import { evidenceTable, factList, lookUp } from "./show-evidence.ts";
import { pathLine } from "./show-path.ts";

/** **Order**: decision, use, exposure, rank: what is asked first stands first. */
export function showFinding(finding: PageFinding, context: PageContextData): readonly Child[] {
  const { vulnerability, usage, decision } = finding;
  const workload = context.data.workloads[finding.workload];
  const paths = workload?.context?.paths ?? [];
  return [
    make("p", {}, vulnerability.description),
    make("p", { class: "marks" }, decisionChip(decision.name), " ", sayDeadline(finding)),
    factList(basicFacts(finding, context)),
    ...showDecision(finding),
    make("h3", {}, "Use"),
    make("p", {}, useMark(usage.state), ` ${usage.because}`),
    usage.coverageReasons.length > 0
      ? make(
          "p",
          { class: "quiet" },
          `Coverage ${usage.coverage}: ${usage.coverageReasons.join("; ")}`,
        )
      : null,
    drawTimeline(lookUp(usage.evidence, context), workload?.containers ?? [], context),
    sayUse(usage, context),
    evidenceTable(usage.evidence, context, usage.leftOutCount),
    make("h3", {}, "Exposure"),
    make("p", {}, exposedMark(finding.exposed), ` ${workload?.context?.exposure.because ?? ""}`),
    ...paths.slice(0, 2).map((path) => pathLine(path, context)),
    finding.privileges.length === 0 ? null : make("h3", {}, "Privileges"),
    finding.privileges.length === 0 ? null : textList(finding.privileges),
    make("h3", {}, "Why this rank"),
    textList(finding.reasons),
    finding.wouldChange.length === 0 ? null : make("h3", {}, "What would change it"),
    finding.wouldChange.length === 0 ? null : textList(finding.wouldChange),
    make("h3", {}, "Commands"),
    commandLine(fixCommand(finding), "upgrade the package"),
    commandLine(explainCommand(vulnerability.id), "explain the vulnerability"),
  ];
}

function sayDeadline({ decision }: PageFinding): string {
  const days = decision.deadlineDays;
  const when = days === null ? "with the next upgrade" : `within ${days} days`;
  return decision.forensics ? `${when}; look also whether it was exploited already` : when;
}

function basicFacts(
  finding: PageFinding,
  context: PageContextData,
): readonly (readonly [string, Child])[] {
  const { vulnerability, package: owner, others } = finding;
  return [
    ["package", `${owner.name} ${owner.version} (${owner.type})`],
    ["where in the image", owner.location],
    ["also in", others.join(", ")],
    ["fixed in", vulnerability.fixedIn.join(", ") || `no fix (${vulnerability.fixState})`],
    ["workload", workloadLink(context, finding.workload)],
    ["image", make("span", { class: "path" }, finding.image)],
    ["severity", saySeverity(vulnerability)],
    ["exploited", sayExploited(vulnerability)],
    ["also called", vulnerability.aliases.join(", ")],
    ["matched by", finding.matchType],
    ["id", make("code", {}, finding.id)],
    [
      "elsewhere",
      countLink(
        context.data.findings.filter((one) => one.vulnerability.id === vulnerability.id).length,
        { vulnerability: vulnerability.id },
        "finding",
      ),
    ],
  ];
}

function saySeverity({ severity, cvss }: PageVulnerability): string {
  return cvss === null ? severity : `${severity}, CVSS ${cvss.toFixed(1)}`;
}

function sayExploited({ kevSince, ransomware, epss, epssPercentile }: PageVulnerability): string {
  const known =
    kevSince === ""
      ? []
      : [`in CISA's KEV since ${kevSince}${ransomware ? ", by ransomware too" : ""}`];
  const rate = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
  const above = epssPercentile === null ? "" : `, above ${rate(epssPercentile)} of all`;
  const likely = epss === null ? [] : [`EPSS ${rate(epss)}${above}`];
  return [...known, ...likely].join("; ") || "no sign of it";
}

/** The row of the published table, what went into it, and what moved it. */
function showDecision({ decision }: PageFinding): readonly Child[] {
  const { row, byTable, inputs, modifiers } = decision;
  if (row === "" && inputs.length === 0) return [];
  const head = (names: readonly string[]) =>
    make("thead", {}, make("tr", {}, ...names.map((name) => make("th", { scope: "col" }, name))));
  const inputRows = inputs.map(({ name, value, basis, assumed }) =>
    make(
      "tr",
      {},
      make("td", { "data-label": "asked" }, name),
      make("td", { "data-label": "answer" }, assumed ? `${value} (assumed)` : value),
      make("td", { "data-label": "from" }, basis),
    ),
  );
  const modifierRows = modifiers.map(({ name, effect, because }) =>
    make(
      "li",
      {},
      make("b", {}, `${name} ${effect === "none" ? "changes nothing" : effect}`),
      `: ${because}`,
    ),
  );
  return [
    make("h3", {}, "Decision"),
    make("p", {}, "Row ", make("code", {}, row), " says ", decisionChip(byTable), "."),
    make(
      "table",
      { class: "facts" },
      head(["asked", "answer", "from"]),
      make("tbody", {}, ...inputRows),
    ),
    modifierRows.length === 0 ? null : make("ul", {}, ...modifierRows),
  ];
}

function fixCommand({ package: owner, vulnerability }: PageFinding): string {
  const [version] = vulnerability.fixedIn;
  return version === undefined ? "" : upgradeCommand(owner.type, owner.name, version);
}

export function textList(texts: readonly string[]): HTMLElement {
  return make("ul", {}, ...texts.map((text) => make("li", {}, text)));
}

/** Links to findings, the most urgent first. **Shape**: at most `countMax`. */
export function findingLinks(findings: readonly PageFinding[], countMax: number): HTMLElement {
  const items = findings
    .slice(0, countMax)
    .map((one) =>
      make(
        "li",
        {},
        decisionChip(one.decision.name),
        " ",
        openLink(
          `${one.vulnerability.id} in ${one.package.name} ${one.package.version}`,
          `f:${one.id}`,
        ),
      ),
    );
  return make("ul", { class: "plain" }, ...items);
}

/**
 * Holds the published table of decisions as a document; `docs/decision.md` is this text.
 * In: the table and the rules as data. Out: Markdown. Must never say what the data does not.
 */
import { deadlineDays, decisionTable } from "./decision-table.ts";
import { modifierRules } from "./modifiers.ts";
import { actionRules } from "./plan-actions.ts";

export function decisionDocument(): string {
  return [...tableLines(), ...inputLines(), ...modifierLines(), ...planLines()].join("\n");
}

function tableLines(): readonly string[] {
  const word = (answer: boolean) => (answer ? "yes" : "no");
  const rows = decisionTable.map(({ kev, exposed, automatable, impact, decision, forensics }) => {
    const days = deadlineDays[decision];
    const until = days === null ? "next upgrade of the system" : `${days} days`;
    const then = forensics ? ", and look whether it was exploited already" : "";
    const answers = [word(kev), word(exposed), word(automatable), impact];
    return `| ${answers.join(" | ")} | \`${decision}\` | ${until}${then} |`;
  });
  return [
    "# How findings are decided",
    "",
    "When to act on a finding is read from a table, never from a score. The finding carries",
    "its row, each input with what it was taken from, and each modifier that had something to",
    "say.",
    "",
    "The 16 rows are those of CISA's Binding Operational Directive 26-04, in the form in",
    "which CERT/CC publishes it with SSVC (`data/csv/cisa/cisa_bod_26_04_1_0_0.csv`). The",
    "directive binds agencies of the United States; its days count from when a finding became",
    "known.",
    "",
    "## 1. The table",
    "",
    "| known exploited | exposed | automatable | impact | decision | within |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ];
}

const inputTexts: readonly string[] = [
  "- **known exploited**: in CISA's catalogue (KEV), as the scan or `--kev` says. Not known: no; " +
    "the catalogue lists what is exploited.",
  "- **exposed**: by flows and objects, whoever is on the internet can send the workload data: " +
    "directly, by what is published, or through proxies. Not known: yes, assumed.",
  "- **automatable**: by the CVSS vector, `AV:N AC:L PR:N UI:N`; in v4 also `AT:N`, or what the " +
    "supplier says (`AU`); in v2 `AV:N AC:L Au:N`. Not known: yes, assumed.",
  "- **impact**: by the CVSS vector, total when confidentiality, integrity and availability are " +
    "high (v3 `C:H I:H A:H`, v4 `VC:H VI:H VA:H`, v2 `C:C I:C A:C`), else partial. Not known: " +
    "by severity; Critical, High and Unknown are total, assumed; the others partial.",
];

function inputLines(): readonly string[] {
  return [
    "## 2. The inputs",
    "",
    "What is not known takes the safer side and is named: the input is `assumed`, and",
    "findings that rest on nothing assumed come first within a decision.",
    "",
    ...inputTexts.flatMap(wrapLine),
    "",
    "- Automatable and impact are heuristics over vectors, as SSVC's own are.",
    "- A distributor's severity Negligible makes a total impact partial: it speaks of the",
    "  package as built there (Debian: *unimportant*), the vector of upstream's.",
    "- A vector of version 3 or 4 is taken before one of version 2, which does not ask",
    "  whether a person must take part; then that of the primary source.",
    "- Exposure is the workload's, not the package's: which process of it uses the package is",
    "  not weighed.",
    "- Where `--kev` or `--epss` is given, entries that the scan lacks are added, and an EPSS",
    "  value of a newer date replaces an older one. An entry in either catalogue counts as",
    "  known exploited.",
    "",
  ];
}

function modifierLines(): readonly string[] {
  const rows = modifierRules.map(
    ({ name, when, effect, limit }) => `- **${name}**: ${when}. ${effect}. *Limit*: ${limit}.`,
  );
  return [
    "## 3. Modifiers",
    "",
    "waggle's own, applied in this order after the table, each by one step at most, but for",
    "what may explain how a grave incident began. Where a limit keeps one from lowering, the",
    "finding says so (`limited`).",
    "",
    ...rows.flatMap(wrapLine),
    "",
    "Use that was seen changes nothing; use that could not be seen changes nothing either and",
    "is called unproven. A package that is not observed can still be reached by who has",
    "broken in, which is why absence never lowers what is exploited, or exposed and",
    "automatable.",
    "",
    "Incidents name findings that may explain them, and findings are decided with incidents:",
    "so they are decided without, then incidents are judged, then decided again. Nothing shows",
    "that a vulnerability was exploited: `incident` moves a deadline, and is no claim. When the",
    "incident is closed the decision is again what it would be without; the history tells both",
    "with the cause `incident`.",
    "",
  ];
}

function planLines(): readonly string[] {
  const rows = actionRules.map(({ text }, index) => `${index + 1}. ${text}`);
  return [
    "## 4. The plan",
    "",
    "Actions are what a person does. Every finding with a fix is in exactly one:",
    "",
    "- `rebuild-on-base`: all packages with fixes in the base of one or more images. The base",
    "  is the longest start of an image's layers that an image of another name shares; of an",
    "  image that shares none, its first layer, where only packages of the distribution",
    "  count.",
    "- `upgrade-package`: one source package or library of one image; `to` removes all that",
    "  has a fix, `atLeast` the most urgent decision among it. Versions stay in the running",
    "  line where its fixes allow; that a major version is crossed is said.",
    "",
    "Without a fix, and decided `act-now` or `soon` (`replace-release`: any), a finding is in",
    "one at most. Of what would lower its decision the one that lowers the most in the",
    "workload is taken first, until nothing more would:",
    "",
    "- `replace-release`: the scan says that the distribution's release gets no fixes any",
    "  more.",
    "- `watch`: use or exposure is not known, and an answer would lower it.",
    "- `close-exposure`: it is exposed, and would be less urgent if it were not.",
    "- `drop-privilege`: the workload's rights raised it; or nothing lowers it, and the",
    "  workload has rights that it may not need.",
    "",
    "An action has the most urgent decision of its findings. The order of actions; the first",
    "that differs decides:",
    "",
    ...rows,
    `${rows.length + 1}. id`,
    "",
  ];
}

/** **Unit**: columns. */
const widthMax = 100;

/** A list entry over several lines. */
function wrapLine(line: string): readonly string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    if (current.length + word.length > widthMax) {
      lines.push(current.trimEnd());
      current = "  ";
    }
    current += `${word} `;
  }
  return [...lines, current.trimEnd()];
}

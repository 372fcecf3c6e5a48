/**
 * Holds the report as SARIF 2.1.0, for code scanning and for viewers of its results.
 * In: a report. Out: plain data for `renderJson`, and what was left out.
 * Must never pass a finding as suppressed because nobody saw a use: that is asked for review.
 * **Source**: SARIF 2.1.0 (OASIS, errata 01); GitHub, "SARIF support for code scanning".
 */
import type { Finding } from "../../judge/verdict.ts";
import type { Report } from "../report.ts";
import { formatCount } from "../text-layout.ts";
import { backgroundOf } from "../vex/describe-statement.ts";
import { describeResult } from "./describe-result.ts";
import { describeRule, ruleKey } from "./describe-rule.ts";
import { sarifId, sarifMessage } from "./sarif-text.ts";

export interface Sarif {
  readonly document: Record<string, unknown>;
  /** Sentences: what is not in the document. */
  readonly notices: readonly string[];
}

/** Code scanning refuses a run with more results, and one with more rules. */
const resultCountMax = 25_000;
const noticeCountMax = 100;
const levels = { lost: "warning", unreadable: "error", doubtful: "warning", notice: "note" };

/** **Order**: results by rank, rules by the rank of their first result. */
export function renderSarif(report: Report, countMax: number = resultCountMax): Sarif {
  const shown = report.findings.slice(0, countMax);
  const left = report.findings.length - shown.length;
  const notices =
    left > 0
      ? [`${formatCount(left)} findings of the lowest ranks are left out of SARIF's results.`]
      : [];
  const background = backgroundOf(report);
  const groups = Map.groupBy(shown, (finding) => ruleKey(finding, background));
  const indexes = new Map([...groups.keys()].map((key, index) => [key, index]));
  const result = (finding: Finding) => {
    const id = ruleKey(finding, background);
    const rule = { id, index: indexes.get(id) ?? 0 };
    return describeResult({ finding, rule, report, background });
  };
  const document = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "waggle",
            rules: [...groups].map(([id, findings]) => describeRule(id, findings, background)),
          },
        },
        automationDetails: { id: "waggle/" },
        columnKind: "utf16CodeUnits",
        invocations: [describeRun(report, notices)],
        results: shown.map(result),
        properties: { schemaVersion: report.schemaVersion, leftOut: left },
      },
    ],
  };
  return { document, notices };
}

/** What went wrong with the inputs goes with the results that rest on them. */
function describeRun(report: Report, notices: readonly string[]): Record<string, unknown> {
  const said = notices.map((text) => ({ level: "warning", message: { text } }));
  const problems = report.problems.slice(0, noticeCountMax).map(({ code, weight, message }) => ({
    level: levels[weight],
    message: sarifMessage(message),
    descriptor: { id: sarifId(code) },
  }));
  return {
    executionSuccessful: true,
    ...(report.generatedAt === null ? {} : { endTimeUtc: report.generatedAt }),
    toolExecutionNotifications: [...said, ...problems],
  };
}

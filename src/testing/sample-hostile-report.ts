/**
 * Holds a report in which every name was chosen by an attacker.
 * In: nothing. Out: a report; each hostile text is somewhere where a page shows it.
 */
import type { Report } from "../core/report/report.ts";
import { sampleLargeReport } from "./sample-large-report.ts";

export const hostileTexts: readonly string[] = [
  "<script>alert(1)</script>",
  "</script><script>alert(2)</script>",
  '"><img src=x onerror=alert(3)>',
  "javascript:alert(4)",
  "<!--<script>",
  "<svg/onload=alert(5)>",
  "a\u202egnp.exe\u2066\u200b\u2028end",
  "$(touch /tmp/owned) `id` ; rm -rf /",
  "__proto__",
  "x".repeat(10_000),
];

/** Every text of the report but ids, addresses of evidence and names of our own is replaced. */
export function sampleHostileReport(): Report {
  const report = sampleLargeReport({ findingCount: 40, workloadCount: 8 });
  let at = 0;
  const next = () => hostileTexts[at++ % hostileTexts.length] ?? "";
  const spoil = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => spoil(item, key));
    if (typeof value === "string") return hostileKeys.has(key) ? next() : value;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoil(one, name)]));
  };
  // Workloads are named by what stays equal everywhere, so that parts still fit together.
  return spoil(report, "") as Report;
}

const hostileKeys = new Set(
  (
    "because title package version location description path binary input message policy " +
    "aliases fixedIn reasons declared observed meaning actorReason rights reference sbom reason " +
    "tool address binaries code type node execId"
  ).split(" "),
);

/**
 * Holds the operation `explain`: why a finding has its rank and verdict.
 * In: a vulnerability, package or finding, and the sources of a report, or a report made before.
 * Out: the findings and packages meant, each with every proof and what would change it.
 */
import * as z from "zod";
import { type Explanation, explain as explainInReport } from "../core/report/explain-finding.ts";
import { makeVisible } from "../core/report/safe-text.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { placeField } from "./live/find-tracked.ts";
import { decidedFields, obtainReport } from "./obtain-report.ts";
import type { Operation } from "./operation.ts";

const input = z.strictObject({
  query: z
    .string()
    .min(1)
    .max(1000)
    .describe("CVE or GHSA id, package (name, name@version or purl), or finding id (or its start)"),
  place: placeField,
  ...decidedFields,
});

/** **Unit**: UTF-16 code units of a name in a message. */
const nameLengthMax = 120;

export const explain: Operation<z.infer<typeof input>, Explanation> = {
  name: "explain",
  summary: "say why a vulnerability or package is ranked as it is",
  description:
    "Shows for one vulnerability, package or finding the verdict, every proof down to the raw " +
    "event, the coverage behind it, and what would change it. Takes the same inputs as report, " +
    "or a report saved as JSON.",
  effect: "read",
  input,
  run: async ({ query, place = [], report: file, ...sources }, context) => {
    const report = await obtainReport({ report: file, ...sources }, context);
    const explanation = explainInReport(report, query, place);
    if (explanation.understoodAs !== "nothing") return explanation;
    const { near } = explanation;
    const names = near.map((name) => makeVisible(name, nameLengthMax));
    const hint = names.length === 0 ? "" : ` Near: ${names.join(", ")}.`;
    const asked = makeVisible([query, ...place].join(" "), nameLengthMax);
    const counts = `${report.findings.length} findings and ${report.packages.length} packages`;
    throw new WaggleError("not-found", `"${asked}" is not in the report (${counts}).${hint}`);
  },
};

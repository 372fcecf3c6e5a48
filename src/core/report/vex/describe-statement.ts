/**
 * Holds the sentences of a VEX statement: what it rests on, and what to do.
 * In: the entries of a statement, the report, what a person signed. Out: one line each, visible.
 * Must never let the absence of a use sound like a proof.
 */

import { nameWorkload } from "../../judge/name-workload.ts";
import type { Finding, Upgrade, Usage } from "../../judge/verdict.ts";
import type { Waiver } from "../../judge/waive/waiver.ts";
import { describeDeadline } from "../describe-decision.ts";
import type { Report } from "../report.ts";
import { makeVisible } from "../safe-text.ts";
import { describeWaiver } from "../summarize-waivers.ts";
import { plural } from "../text-layout.ts";

/** **Unit**: code units; enough for a decision and three workloads. */
const noteLengthMax = 1000;
const workloadCountMax = 3;

/** What of a report the sentences need. */
export interface Background {
  readonly window: Report["window"];
  readonly upgrades: ReadonlyMap<string, Upgrade>;
}

/** Done once a report: upgrades are looked up for each of thousands of findings. */
export function backgroundOf({ window, upgrades }: Report): Background {
  return { window, upgrades: new Map(upgrades.map((one) => [one.id, one])) };
}

interface Entry {
  readonly finding: Finding;
  readonly usage: Usage;
}

/** Use by workload, strongest first; who signed what comes before it. */
export function describeUses(
  entries: readonly Entry[],
  background: Background,
  waiver: Waiver | null,
): string {
  const order = ["in-use", "unknown", "not-observed"];
  const sorted = entries.toSorted(
    (a, b) => order.indexOf(a.usage.state) - order.indexOf(b.usage.state),
  );
  const uses = sorted
    .slice(0, workloadCountMax)
    .map(
      ({ finding, usage }) =>
        `${nameWorkload(finding.workload)}: ${describeUse(usage, background)}`,
    );
  const rest = entries.length - uses.length;
  const parts = [
    ...(waiver === null ? partlySigned(entries) : [`Signed: ${describeWaiver(waiver)}.`]),
    ...uses.map((use) => `${use}.`),
    ...(rest > 0 ? [`And ${plural(rest, "more place")}.`] : []),
  ];
  return makeVisible(parts.join(" "), noteLengthMax);
}

function partlySigned(entries: readonly Entry[]): readonly string[] {
  const signed = entries.filter(({ finding }) => finding.waiver !== null).length;
  if (signed === 0) return [];
  const of = `${signed} of ${plural(entries.length, "place")}`;
  return [`Signed decisions cover ${of} or differ, so none is stated for the image.`];
}

function describeUse({ state, because, coverage }: Usage, { window }: Background): string {
  const short = makeVisible(because, 240);
  if (state === "in-use") return `in use: ${short}`;
  if (state === "unknown") return `use unknown: ${short}`;
  const when = window.from === null ? "" : ` from ${window.from} to ${window.to ?? ""}`;
  return `not observed${when}, coverage ${coverage}; this is no proof that it cannot be used`;
}

/** What a person is to do; a risk that is accepted says for how long. */
export function describeAction(
  finding: Finding,
  background: Background,
  waiver: Waiver | null,
): string {
  const accepted = waiver?.status === "accepted" ? `${describeWaiver(waiver)}. Then: ` : "";
  const step = describeStep(finding, background);
  const text = `${accepted}${step} (${describeDeadline(finding.decision)}).`;
  return makeVisible(text, noteLengthMax);
}

/** `upgrade openssl to 1.1.1n-0`, or what is left without a fix. */
export function describeStep(finding: Finding, { upgrades }: Background): string {
  const upgrade = upgrades.get(finding.upgrade);
  const name = upgrade?.package ?? finding.package.name;
  const [lowest = ""] = finding.vulnerability.fixedIn;
  if (!finding.fixable || lowest === "") {
    return `no fixed version of ${name} is known: limit who reaches it, or take it out`;
  }
  const all = upgrade === undefined || upgrade.to === "" ? "" : upgrade.to;
  const further = all === "" || all === lowest ? "" : `, ${all} also removes its other findings`;
  return `upgrade ${name} from ${finding.package.version} to ${lowest} or later${further}`;
}

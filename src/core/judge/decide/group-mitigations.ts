/**
 * Holds what can be done about findings that have no fix: replace a release that gets none any
 * more, close the way in, take rights away, or find out whether the package is used at all.
 * In: ranked findings. Out: candidates; a finding is in one at most, and in none where nothing of
 * this would help. Must never offer closing or watching where the decision would stay the same.
 */

import type { DraftFinding } from "../build-findings.ts";
import { explainPrivilege } from "../explain-rank.ts";
import { nameWorkload } from "../name-workload.ts";
import { isDistroType } from "../package-ref.ts";
import type { Finding } from "../verdict.ts";
import { workloadKey } from "../workload-key.ts";
import type { ActionKind } from "./action.ts";
import { type Candidate, decisionOf, listNames } from "./candidate.ts";
import { decideByInputs } from "./decide-finding.ts";
import { type DecisionInput, type DecisionName, decisionNames } from "./decision.ts";
import { deadlineDays } from "./decision-table.ts";

/** **Cost**: linear in findings. **Order**: what several workloads share first. */
export function groupMitigations(drafts: readonly DraftFinding[]): readonly Candidate[] {
  const unfixed = drafts.filter(({ finding }) => !finding.fixable);
  const ended = unfixed.filter(isOfEndedRelease);
  const urgent = unfixed.filter((draft) => !isOfEndedRelease(draft) && isUrgent(draft));
  const open = urgent.filter(isLoweredByKnowing);
  const rest = urgent.filter((draft) => !isLoweredByKnowing(draft));
  const byRelease = Map.groupBy(ended, ({ origin }) => origin.release);
  const byWorkload = Map.groupBy(rest, ({ finding }) => workloadKey(finding.workload));
  return [
    ...[...byRelease].map(([release, group]) => replaceRelease(release, group)),
    ...(open.length === 0 ? [] : [watchNetwork(open)]),
    ...[...byWorkload.values()].flatMap(mitigateWorkload),
  ];
}

function isOfEndedRelease({ origin, finding }: DraftFinding): boolean {
  return origin.isEndOfLife && isDistroType(finding.package.type);
}

/** What has two weeks or less; the rest waits for a fix with the next upgrades. */
function isUrgent({ finding }: DraftFinding): boolean {
  const days = deadlineDays[finding.decision.name];
  return days !== null && days <= deadlineDaysMax;
}

const deadlineDaysMax = 14;

function replaceRelease(release: string, drafts: readonly DraftFinding[]): Candidate {
  const named = release === "" ? "the distribution release" : release;
  return {
    kind: "replace-release",
    key: [release],
    drafts,
    does: `move to a release after ${named}`,
    because: [
      "the scan says that the release has reached its end of life: no fix will come",
      tellFindings(drafts),
    ],
    given: { layer: "base" },
  };
}

/** Greedy: of what lowers anything, first what lowers the most, then what lowers the rest. */
function mitigateWorkload(drafts: readonly DraftFinding[]): readonly Candidate[] {
  const chosen: Candidate[] = [];
  let left = drafts;
  for (;;) {
    const offers = mitigations
      .map((one) => ({ one, drafts: left.filter((draft) => one.helps(draft)) }))
      .filter((offer) => offer.drafts.length > 0)
      .sort(
        (a, b) =>
          countOf(b.drafts, "act-now") - countOf(a.drafts, "act-now") ||
          b.drafts.length - a.drafts.length,
      );
    const [best] = offers;
    if (best === undefined) break;
    chosen.push(best.one.build(best.drafts));
    left = left.filter((draft) => !best.drafts.includes(draft));
  }
  const rights = left.filter(hasRightsToDrop);
  return rights.length === 0 ? chosen : [...chosen, dropPrivilege(rights)];
}

function countOf(drafts: readonly DraftFinding[], name: DecisionName): number {
  return drafts.filter(({ finding }) => finding.decision.name === name).length;
}

interface Mitigation {
  readonly kind: ActionKind;
  /** Whether the finding would be decided less urgently. */
  readonly helps: (draft: DraftFinding) => boolean;
  readonly build: (drafts: readonly DraftFinding[]) => Candidate;
}

/** **Order**: of two that help equally the first is taken. */
const mitigations: readonly Mitigation[] = [
  { kind: "watch", helps: isLoweredByAbsence, build: watchUse },
  { kind: "close-exposure", helps: isLoweredByClosing, build: closeExposure },
  { kind: "drop-privilege", helps: isRaisedByRights, build: dropPrivilege },
];

function isLater(now: DecisionName, then: DecisionName): boolean {
  return decisionNames.indexOf(then) > decisionNames.indexOf(now);
}

function inputOf(finding: Finding, name: DecisionInput["name"]): DecisionInput | undefined {
  return finding.decision.inputs.find((one) => one.name === name);
}

function withoutExposure({ finding, facts }: DraftFinding): DecisionName {
  const inputs = finding.decision.inputs.map((one) =>
    one.name === "exposed" ? { ...one, value: "no", assumed: false } : one,
  );
  return decideByInputs(inputs, facts).name;
}

function isLoweredByClosing(draft: DraftFinding): boolean {
  const exposed = inputOf(draft.finding, "exposed");
  if (exposed?.value !== "yes" || exposed.assumed) return false;
  return isLater(draft.finding.decision.name, withoutExposure(draft));
}

/** It is not known whether it is exposed, and "no" would lower it. */
function isLoweredByKnowing(draft: DraftFinding): boolean {
  const isOpen = inputOf(draft.finding, "exposed")?.assumed === true;
  return isOpen && isLater(draft.finding.decision.name, withoutExposure(draft));
}

/** It is not known whether it is used, and "not observed" would lower it. */
function isLoweredByAbsence({ finding, facts }: DraftFinding): boolean {
  if (facts.usage.state !== "unknown") return false;
  const unused = {
    ...facts,
    usage: { state: "not-observed", coverage: "good" } as const,
    observedUs: facts.loweringWindowUs,
  };
  return isLater(finding.decision.name, decideByInputs(finding.decision.inputs, unused).name);
}

function isRaisedByRights({ finding }: DraftFinding): boolean {
  return finding.decision.modifiers.some(
    ({ name, effect }) => name === "privilege" && effect === "raises",
  );
}

/** Rights that give whoever breaks in more, even where the decision stays. */
function hasRightsToDrop({ finding }: DraftFinding): boolean {
  return finding.privileged && finding.usage.state !== "not-observed";
}

function nameOf(drafts: readonly DraftFinding[]): string {
  const workload = drafts[0]?.finding.workload;
  return workload === undefined ? "" : nameWorkload(workload);
}

function keyOf(drafts: readonly DraftFinding[]): readonly string[] {
  const workload = drafts[0]?.finding.workload;
  return workload === undefined ? [] : [workloadKey(workload)];
}

function tellFindings(drafts: readonly DraftFinding[]): string {
  const decision = decisionOf(drafts);
  const urgent = drafts.filter(({ finding }) => finding.decision.name === decision);
  const names = urgent.map(
    ({ finding, upgradeName }) => `${finding.vulnerability.id} ${upgradeName}`,
  );
  return `no fix: ${listNames([...new Set(names)])}`;
}

function closeExposure(drafts: readonly DraftFinding[]): Candidate {
  const exposure = drafts[0]?.facts.context?.exposure;
  const ports = [...new Set((exposure?.ports ?? []).map(({ port }) => port))].sort((a, b) => a - b);
  const path = exposure?.paths[0]?.hops.map(({ name }) => name).join(" → ") ?? "";
  const on = ports.length === 0 ? "" : ` on port ${listNames(ports.map(String), 4)}`;
  return {
    kind: "close-exposure",
    key: keyOf(drafts),
    drafts,
    does: `close or filter the way from the internet to ${nameOf(drafts)}${on}`,
    because: [
      tellFindings(drafts),
      ...(path === "" ? [] : [`the way in: ${path}`]),
      exposure?.because ?? drafts[0]?.finding.exposure.because ?? "",
    ].filter((text) => text !== ""),
    given: {},
  };
}

function dropPrivilege(drafts: readonly DraftFinding[]): Candidate {
  const [first] = drafts;
  const rights = first === undefined ? [] : explainPrivilege(first.finding);
  return {
    kind: "drop-privilege",
    key: keyOf(drafts),
    drafts,
    does: `run ${nameOf(drafts)} with fewer rights`,
    because: [tellFindings(drafts), ...rights],
    given: {},
  };
}

function watchUse(drafts: readonly DraftFinding[]): Candidate {
  const reasons = new Set(
    drafts.flatMap(({ finding: { usage } }) => usage.coverageReasons[0] ?? usage.because),
  );
  return {
    kind: "watch",
    key: keyOf(drafts),
    drafts,
    does: `watch whether ${nameOf(drafts)} uses ${listNames(packagesOf(drafts), 3)}`,
    because: [
      tellFindings(drafts),
      `a policy that sees its files from its start decides it; now: ${listNames([...reasons], 3)}`,
    ],
    given: {},
  };
}

function watchNetwork(drafts: readonly DraftFinding[]): Candidate {
  const reasons = new Set(drafts.map(({ finding }) => finding.exposure.because));
  return {
    kind: "watch",
    key: ["exposure"],
    drafts,
    does: "watch connections (tcp_connect, inet_csk_accept), or give the objects of the cluster",
    because: [tellFindings(drafts), `exposure is not known: ${listNames([...reasons], 3)}`],
    given: {},
  };
}

function packagesOf(drafts: readonly DraftFinding[]): readonly string[] {
  return [...new Set(drafts.map(({ upgradeName }) => upgradeName))];
}

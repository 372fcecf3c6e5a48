/**
 * Holds made-up actions: one for each package and its version.
 * In: findings. Out: a plan in order.
 */
import type { Action } from "../core/judge/decide/action.ts";
import { decisionNames } from "../core/judge/decide/decision.ts";
import type { Finding } from "../core/judge/verdict.ts";
import { workloadKey } from "../core/judge/workload-key.ts";

export function sampleActions(findings: readonly Finding[]): readonly Action[] {
  const groups = Map.groupBy(findings, ({ package: owner }) => `${owner.name} ${owner.version}`);
  return [...groups.values()]
    .flatMap(actionOf)
    .sort((a, b) => decisionNames.indexOf(a.decision) - decisionNames.indexOf(b.decision))
    .map((action, index) => ({ ...action, id: `action${index}`, rank: index + 1 }));
}

function actionOf(findings: readonly Finding[]): readonly Action[] {
  const [first] = findings;
  if (first === undefined) return [];
  const { package: owner, decision, vulnerability } = first;
  const to = findings.flatMap((one) => one.vulnerability.fixedIn)[0] ?? "";
  const workloads = new Map(findings.map((one) => [workloadKey(one.workload), one.workload]));
  const count = (name: string) => findings.filter((one) => one.decision.name === name).length;
  return [
    {
      id: "",
      rank: 0,
      kind: to === "" ? "drop-privilege" : "upgrade-package",
      decision: decision.name,
      deadlineDays: decision.deadlineDays,
      title:
        to === ""
          ? `Run without root what holds ${owner.name} ${owner.version}: no fix exists`
          : `Upgrade ${owner.name} ${owner.version} to ${to}`,
      image: null,
      workloads: [...workloads.values()],
      package: owner.name,
      type: owner.type,
      from: [owner.version],
      to,
      atLeast: to,
      layer: "base",
      findings: findings.map(({ id }) => id),
      counts: {
        "act-now": count("act-now"),
        soon: count("soon"),
        scheduled: count("scheduled"),
        "next-upgrade": count("next-upgrade"),
      },
      upgrades: [],
      because: [`${vulnerability.id}: ${first.reasons.join("; ")}`, first.exposure.because],
    },
  ];
}

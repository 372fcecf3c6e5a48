/**
 * Holds how open incidents lift the findings of the workloads they are in.
 * In: what was judged without incidents, and the incidents that were judged of it. Out: both again,
 * findings decided with the incidents, incidents with the decisions that hold now.
 * Must change nothing where no incident weighs, and never make a finding less urgent.
 */
import { weighIncidents } from "./decide/weigh-incidents.ts";
import type { JudgeSettings } from "./default-settings.ts";
import type { Incident } from "./incident/incident.ts";
import type { Judgement } from "./judge.ts";
import { judgeFindings } from "./judge-findings.ts";

export interface Lifted {
  readonly judgement: Judgement;
  readonly incidents: readonly Incident[];
}

/**
 * Incidents need findings for what may explain them, decisions need incidents: so findings are
 * decided twice. **Cost**: that of judging findings once more, only where an incident weighs.
 */
export function liftFindings({ judgement, incidents }: Lifted, settings: JudgeSettings): Lifted {
  const scale = weighIncidents(incidents);
  if (!scale.weighs) return { judgement, incidents };
  const lifted = judgeFindings(judgement.images, settings, scale.weigh);
  const decided = new Map(lifted.findings.map(({ id, decision }) => [id, decision.name]));
  return {
    judgement: { ...judgement, ...lifted },
    incidents: incidents.map((incident) => ({
      ...incident,
      possibleCauses: incident.possibleCauses.map((cause) => ({
        ...cause,
        decision: decided.get(cause.findingId) ?? cause.decision,
      })),
    })),
  };
}

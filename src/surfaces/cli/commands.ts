/**
 * Holds the commands: each operation with its presentation.
 * In: nothing. Out: what the program offers. A new command is one line here.
 */
import { accept } from "../../operations/accept.ts";
import { archive } from "../../operations/archive.ts";
import { changes } from "../../operations/changes.ts";
import { decideIncident } from "../../operations/decide-incident.ts";
import { diff } from "../../operations/diff.ts";
import { explain } from "../../operations/explain.ts";
import { exposure } from "../../operations/exposure.ts";
import { flows } from "../../operations/flows.ts";
import { history } from "../../operations/history.ts";
import { hunt } from "../../operations/hunt.ts";
import { incidents } from "../../operations/incidents.ts";
import { inspect } from "../../operations/inspect.ts";
import { matrix } from "../../operations/matrix.ts";
import { note } from "../../operations/note.ts";
import { notify } from "../../operations/notify.ts";
import { plan } from "../../operations/plan.ts";
import { policy } from "../../operations/policy.ts";
import { profile } from "../../operations/profile.ts";
import { ps } from "../../operations/ps.ts";
import { record } from "../../operations/record.ts";
import { replay } from "../../operations/replay.ts";
import { report } from "../../operations/report.ts";
import { rules } from "../../operations/rules.ts";
import { run } from "../../operations/run.ts";
import { runWorkflowOperation } from "../../operations/run-workflow.ts";
import { scan } from "../../operations/scan.ts";
import { status } from "../../operations/status.ts";
import { timeline } from "../../operations/timeline.ts";
import { workflow } from "../../operations/workflow.ts";
import { incidentCommand } from "./incident-command.ts";
import { acceptPresentation } from "./present-accept.ts";
import { archivePresentation } from "./present-archive.ts";
import { changesPresentation } from "./present-changes.ts";
import { decideIncidentPresentation } from "./present-decide-incident.ts";
import { diffPresentation } from "./present-diff.ts";
import { exposurePresentation } from "./present-exposure.ts";
import { flowsPresentation } from "./present-flows.ts";
import { historyPresentation } from "./present-history.ts";
import { huntPresentation } from "./present-hunt.ts";
import { incidentsPresentation } from "./present-incidents.ts";
import { inspectPresentation } from "./present-inspect.ts";
import { matrixPresentation } from "./present-matrix.ts";
import { notePresentation } from "./present-note.ts";
import { notifyPresentation } from "./present-notify.ts";
import { planPresentation } from "./present-plan.ts";
import { policyPresentation } from "./present-policy.ts";
import { profilePresentation } from "./present-profile.ts";
import { psPresentation } from "./present-ps.ts";
import { recordPresentation } from "./present-record.ts";
import { replayPresentation } from "./present-replay.ts";
import { explainPresentation, reportPresentation } from "./present-report.ts";
import { rulesPresentation } from "./present-rules.ts";
import { runPresentation } from "./present-run.ts";
import { scanPresentation } from "./present-scan.ts";
import { statusPresentation } from "./present-status.ts";
import { timelinePresentation } from "./present-timeline.ts";
import { runWorkflowPresentation, workflowPresentation } from "./present-workflow.ts";
import { bind, type Command } from "./presentation.ts";

/** **Order**: as help shows them. */
export const commands: readonly Command[] = [
  bind(report, reportPresentation),
  bind(incidents, incidentsPresentation),
  incidentCommand,
  bind(decideIncident, decideIncidentPresentation),
  bind(runWorkflowOperation, runWorkflowPresentation),
  bind(workflow, workflowPresentation),
  bind(explain, explainPresentation),
  bind(plan, planPresentation),
  bind(flows, flowsPresentation),
  bind(exposure, exposurePresentation),
  bind(diff, diffPresentation),
  bind(inspect, inspectPresentation),
  bind(ps, psPresentation),
  bind(scan, scanPresentation),
  bind(run, runPresentation),
  bind(status, statusPresentation),
  bind(record, recordPresentation),
  bind(changes, changesPresentation),
  bind(history, historyPresentation),
  bind(accept, acceptPresentation),
  bind(note, notePresentation),
  bind(archive, archivePresentation),
  bind(timeline, timelinePresentation),
  bind(hunt, huntPresentation),
  bind(rules, rulesPresentation),
  bind(matrix, matrixPresentation),
  bind(profile, profilePresentation),
  bind(notify, notifyPresentation),
  bind(policy, policyPresentation),
  bind(replay, replayPresentation),
];

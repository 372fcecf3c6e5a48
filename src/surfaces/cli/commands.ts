/**
 * Holds the commands: each operation with its presentation.
 * In: the word that was typed first. Out: what the program offers. Where a command is named, the
 * others are not loaded: that takes time at each start, and memory as long as a daemon runs.
 * A new command is one entry here.
 */
import { bind, type Command } from "./presentation.ts";

/** By name. **Order**: as help shows them. */
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  report: async () =>
    bind(
      (await import("../../operations/report.ts")).report,
      (await import("./present-report.ts")).reportPresentation,
    ),
  incidents: async () =>
    bind(
      (await import("../../operations/incidents.ts")).incidents,
      (await import("./present-incidents.ts")).incidentsPresentation,
    ),
  incident: async () => (await import("./incident-command.ts")).incidentCommand,
  "decide-incident": async () =>
    bind(
      (await import("../../operations/decide-incident.ts")).decideIncident,
      (await import("./present-decide-incident.ts")).decideIncidentPresentation,
    ),
  "run-workflow": async () =>
    bind(
      (await import("../../operations/run-workflow.ts")).runWorkflowOperation,
      (await import("./present-workflow.ts")).runWorkflowPresentation,
    ),
  workflow: async () =>
    bind(
      (await import("../../operations/workflow.ts")).workflow,
      (await import("./present-workflow.ts")).workflowPresentation,
    ),
  explain: async () =>
    bind(
      (await import("../../operations/explain.ts")).explain,
      (await import("./present-report.ts")).explainPresentation,
    ),
  plan: async () =>
    bind(
      (await import("../../operations/plan.ts")).plan,
      (await import("./present-plan.ts")).planPresentation,
    ),
  flows: async () =>
    bind(
      (await import("../../operations/flows.ts")).flows,
      (await import("./present-flows.ts")).flowsPresentation,
    ),
  exposure: async () =>
    bind(
      (await import("../../operations/exposure.ts")).exposure,
      (await import("./present-exposure.ts")).exposurePresentation,
    ),
  diff: async () =>
    bind(
      (await import("../../operations/diff.ts")).diff,
      (await import("./present-diff.ts")).diffPresentation,
    ),
  inspect: async () =>
    bind(
      (await import("../../operations/inspect.ts")).inspect,
      (await import("./present-inspect.ts")).inspectPresentation,
    ),
  ps: async () =>
    bind(
      (await import("../../operations/ps.ts")).ps,
      (await import("./present-ps.ts")).psPresentation,
    ),
  scan: async () =>
    bind(
      (await import("../../operations/scan.ts")).scan,
      (await import("./present-scan.ts")).scanPresentation,
    ),
  run: async () =>
    bind(
      (await import("../../operations/run.ts")).run,
      (await import("./present-run.ts")).runPresentation,
    ),
  status: async () =>
    bind(
      (await import("../../operations/status.ts")).status,
      (await import("./present-status.ts")).statusPresentation,
    ),
  record: async () =>
    bind(
      (await import("../../operations/record.ts")).record,
      (await import("./present-record.ts")).recordPresentation,
    ),
  changes: async () =>
    bind(
      (await import("../../operations/changes.ts")).changes,
      (await import("./present-changes.ts")).changesPresentation,
    ),
  history: async () =>
    bind(
      (await import("../../operations/history.ts")).history,
      (await import("./present-history.ts")).historyPresentation,
    ),
  accept: async () =>
    bind(
      (await import("../../operations/accept.ts")).accept,
      (await import("./present-accept.ts")).acceptPresentation,
    ),
  note: async () =>
    bind(
      (await import("../../operations/note.ts")).note,
      (await import("./present-note.ts")).notePresentation,
    ),
  archive: async () =>
    bind(
      (await import("../../operations/archive.ts")).archive,
      (await import("./present-archive.ts")).archivePresentation,
    ),
  timeline: async () =>
    bind(
      (await import("../../operations/timeline.ts")).timeline,
      (await import("./present-timeline.ts")).timelinePresentation,
    ),
  hunt: async () =>
    bind(
      (await import("../../operations/hunt.ts")).hunt,
      (await import("./present-hunt.ts")).huntPresentation,
    ),
  rules: async () =>
    bind(
      (await import("../../operations/rules.ts")).rules,
      (await import("./present-rules.ts")).rulesPresentation,
    ),
  matrix: async () =>
    bind(
      (await import("../../operations/matrix.ts")).matrix,
      (await import("./present-matrix.ts")).matrixPresentation,
    ),
  profile: async () =>
    bind(
      (await import("../../operations/profile.ts")).profile,
      (await import("./present-profile.ts")).profilePresentation,
    ),
  notify: async () =>
    bind(
      (await import("../../operations/notify.ts")).notify,
      (await import("./present-notify.ts")).notifyPresentation,
    ),
  policy: async () =>
    bind(
      (await import("../../operations/policy.ts")).policy,
      (await import("./present-policy.ts")).policyPresentation,
    ),
  replay: async () =>
    bind(
      (await import("../../operations/replay.ts")).replay,
      (await import("./present-replay.ts")).replayPresentation,
    ),
};

/** The command of that name alone; all of them, in the order of help, where there is none. */
export async function loadCommands(name = ""): Promise<readonly Command[]> {
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (load !== undefined) return [await load()];
  // One import of all that they share: each by itself would look all of it up again.
  await import("../../operations/table.ts");
  return Promise.all(Object.values(loaders).map((one) => one()));
}

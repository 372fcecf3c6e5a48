/**
 * Holds the table of operations: every question and command, once.
 * In: nothing. Out: what each surface renders. A new operation is one file and one line here.
 */
import { accept } from "./accept.ts";
import { archive } from "./archive.ts";
import { changes } from "./changes.ts";
import { decideIncident } from "./decide-incident.ts";
import { diff } from "./diff.ts";
import { explain } from "./explain.ts";
import { exposure } from "./exposure.ts";
import { flows } from "./flows.ts";
import { history } from "./history.ts";
import { hunt } from "./hunt.ts";
import { incident, incidents } from "./incidents.ts";
import { inspect } from "./inspect.ts";
import { matrix } from "./matrix.ts";
import { note } from "./note.ts";
import { notify } from "./notify.ts";
import type { OperationInfo } from "./operation.ts";
import { plan } from "./plan.ts";
import { policy } from "./policy.ts";
import { profile } from "./profile.ts";
import { ps } from "./ps.ts";
import { record } from "./record.ts";
import { replay } from "./replay.ts";
import { report } from "./report.ts";
import { rules } from "./rules.ts";
import { run } from "./run.ts";
import { runWorkflowOperation } from "./run-workflow.ts";
import { scan } from "./scan.ts";
import { status } from "./status.ts";
import { timeline } from "./timeline.ts";
import { workflow } from "./workflow.ts";

/** **Order**: as help shows them. */
export const operations: readonly OperationInfo[] = [
  report,
  incidents,
  incident,
  decideIncident,
  runWorkflowOperation,
  workflow,
  explain,
  plan,
  flows,
  exposure,
  diff,
  inspect,
  ps,
  scan,
  run,
  status,
  record,
  changes,
  history,
  accept,
  note,
  archive,
  timeline,
  hunt,
  rules,
  matrix,
  profile,
  notify,
  policy,
  replay,
];

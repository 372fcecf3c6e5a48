/**
 * Holds the commands: each operation with its presentation.
 * In: nothing. Out: what the program offers. A new command is one line here.
 */
import { diff } from "../../operations/diff.ts";
import { explain } from "../../operations/explain.ts";
import { exposure } from "../../operations/exposure.ts";
import { flows } from "../../operations/flows.ts";
import { inspect } from "../../operations/inspect.ts";
import { plan } from "../../operations/plan.ts";
import { ps } from "../../operations/ps.ts";
import { report } from "../../operations/report.ts";
import { scan } from "../../operations/scan.ts";
import { diffPresentation } from "./present-diff.ts";
import { exposurePresentation } from "./present-exposure.ts";
import { flowsPresentation } from "./present-flows.ts";
import { inspectPresentation } from "./present-inspect.ts";
import { planPresentation } from "./present-plan.ts";
import { psPresentation } from "./present-ps.ts";
import { explainPresentation, reportPresentation } from "./present-report.ts";
import { scanPresentation } from "./present-scan.ts";
import { bind, type Command } from "./presentation.ts";

/** **Order**: as help shows them. */
export const commands: readonly Command[] = [
  bind(report, reportPresentation),
  bind(explain, explainPresentation),
  bind(plan, planPresentation),
  bind(flows, flowsPresentation),
  bind(exposure, exposurePresentation),
  bind(diff, diffPresentation),
  bind(inspect, inspectPresentation),
  bind(ps, psPresentation),
  bind(scan, scanPresentation),
];

/**
 * Holds how the command line shows a workload's place.
 * In: the output of the operation `exposure`. Out: text or JSON.
 */
import { renderExposure } from "../../core/report/render-exposure.ts";
import { renderJson } from "../../core/report/render-json.ts";
import { joinTerminal, terminal } from "../../core/report/safe-text.ts";
import type { ExposureOutput } from "../../operations/exposure.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation } from "./presentation.ts";
import { sourceMetavars } from "./source-metavars.ts";

export const exposurePresentation: Presentation<ExposureOutput> = {
  positionals: [{ key: "workload", metavar: "workload", required: true }],
  metavars: sourceMetavars,
  examples: [
    {
      line: "waggle exposure web/nginx --events tetragon.log --k8s cluster.json",
      says: "Who reaches it, what it is, what it could reach",
    },
    { line: "waggle exposure shop/api --report report.json", says: "From a report made before" },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document:
      view.format === "json"
        ? renderJson(output)
        : joinTerminal(
            output.workloads.map((one) => renderExposure(one, view)),
            terminal`\n\n\n`,
          ),
    notices: [],
    exitStatus: exitStatus.done,
  }),
};

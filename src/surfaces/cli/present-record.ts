/**
 * Holds how the command line shows that a report went into the history.
 * In: the output of the operation `record`. Out: text, or JSON.
 */
import { renderJson } from "../../core/report/render-json.ts";
import { joinTerminal, terminal } from "../../core/report/safe-text.ts";
import { formatCount } from "../../core/report/text-layout.ts";
import type { RecordOutput } from "../../operations/record.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation } from "./presentation.ts";

export const recordPresentation: Presentation<RecordOutput> = {
  positionals: [],
  metavars: { state: "directory", trigger: "text", sink: "target" },
  examples: [
    {
      line: "waggle record --state /var/lib/waggle --sink reports/",
      says: "Write a report now, into the history and to a directory",
    },
  ],
  formats: ["text", "json"],
  hasTop: false,
  hasConfig: true,
  hasTime: true,
  show: (output, view) => {
    const { id, time, findingCount, changes, previousLost, deliveries } = output;
    const text = joinTerminal([
      terminal`report    ${id} of ${time}`,
      terminal`findings  ${formatCount(findingCount)}, ${formatCount(changes.length)} changes`,
      ...(previousLost === "" ? [] : [terminal`not compared with the one before: ${previousLost}`]),
      ...deliveries.map(({ sink, error }) =>
        error === "" ? terminal`sent to   ${sink}` : terminal`failed    ${sink}: ${error}`,
      ),
    ]);
    const document = view.format === "json" ? renderJson(output) : text;
    return { document, notices: [], exitStatus: exitStatus.done };
  },
};

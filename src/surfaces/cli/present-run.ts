/**
 * Holds how the command line shows the end of `run`.
 * In: what the daemon did. Out: a few lines; while it runs, its log on standard error speaks.
 */
import { renderJson } from "../../core/report/render-json.ts";
import { terminal } from "../../core/report/safe-text.ts";
import type { RunSummary } from "../../operations/live/run-daemon.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation } from "./presentation.ts";

export const runPresentation: Presentation<RunSummary> = {
  positionals: [],
  metavars: {
    ...{ state: "directory", tetragon: "address", follow: "file", tetragonMetrics: "url" },
    ...{ tlsCa: "file", tlsCert: "file", tlsKey: "file", tlsServerName: "name", name: "name" },
    ...{ kubeconfig: "file", status: "address", sink: "target", schedule: "duration" },
    ...{ settle: "duration", archive: "duration", archiveSize: "size", retention: "duration" },
    historyRetention: "duration",
    ...{ scanSource: "name", rules: "directory", workflows: "name", canary: "duration" },
  },
  examples: [
    {
      line: "waggle run --tetragon unix:///var/run/tetragon/tetragon.sock --state /var/lib/waggle",
      says: "Watch this node for good",
    },
    {
      line: "waggle run --follow /var/log/tetragon/tetragon.log --sink reports",
      says: "Follow Tetragon's export file; reports go to a directory",
    },
  ],
  formats: ["text", "json"],
  hasTop: false,
  hasConfig: true,
  hasTime: false,
  isService: true,
  show: (output, view) => {
    const { state, eventCount, writtenFactCount, reportCount, seconds } = output;
    const text = terminal`ran for      ${String(Math.round(seconds))} s
events       ${String(eventCount)}
facts kept   ${String(writtenFactCount)}
reports      ${String(reportCount)}

next: waggle report --state ${state}`;
    const document = view.format === "json" ? renderJson(output) : text;
    return { document, notices: [], exitStatus: exitStatus.done };
  },
};

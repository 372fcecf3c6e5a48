/**
 * Holds the operation `run`: the daemon.
 * In: sources of events that have no end, where to keep state. Out: what it did, once it is asked
 * to end.
 */
import * as z from "zod";
import { openDaemon } from "./live/open-daemon.ts";
import { type RunSummary, runDaemon } from "./live/run-daemon.ts";
import { runFields } from "./live/run-fields.ts";
import { resolveRun } from "./live/run-settings.ts";
import type { Operation, Settings } from "./operation.ts";

const input = z.strictObject(runFields);

export const run: Operation<z.infer<typeof input>, RunSummary> = {
  name: "run",
  summary: "watch a Tetragon for good, and report when something changes",
  description:
    "Connects to Tetragon or follows its export file, keeps what was seen in a state directory, " +
    "watches images and objects, and writes a report when something that matters changed. Ends " +
    "within ten seconds of SIGTERM; reads its configuration again on SIGHUP.",
  effect: "write",
  input,
  run: async (given, context) => {
    const resolve = (settings: Settings) => resolveRun(given, settings);
    return runDaemon(await openDaemon(resolve(context.settings), context), resolve);
  },
};

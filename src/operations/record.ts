/**
 * Holds the operation `record`: a report of a state, kept in its history.
 * In: a state directory, why it is written, where it goes. Out: what changed since the one before,
 * and which sinks took it. The daemon runs it in a process of its own, which gives back all the
 * memory that reading scans takes.
 */
import * as z from "zod";
import { formatTime } from "../core/event/format-time.ts";
import type { FindingChange } from "../core/judge/change/finding-change.ts";
import { type Delivered, deliverReport, openSinks } from "./live/deliver-report.ts";
import { keepReport } from "./live/keep-report.ts";
import { stateField, stateOf } from "./live/state-field.ts";
import { makeReport } from "./make-report.ts";
import type { Operation } from "./operation.ts";

const input = z.strictObject({
  state: stateField,
  trigger: z.string().min(1).max(400).optional().describe("Why it is written; by hand"),
  sink: z
    .array(z.string().min(1))
    .max(100)
    .optional()
    .describe("Where it goes besides the history: a file, a directory, -, or https://…"),
  beside: z
    .boolean()
    .optional()
    .describe(
      "Write beside the daemon that holds the directory: what it starts itself passes this",
    ),
});

export interface RecordOutput {
  readonly id: string;
  readonly time: string;
  readonly findingCount: number;
  readonly changes: readonly FindingChange[];
  /** Why the report before could not be compared; "" when it could. */
  readonly previousLost: string;
  readonly deliveries: readonly Delivered[];
}

export const record: Operation<z.infer<typeof input>, RecordOutput> = {
  name: "record",
  summary: "write a report of a state directory into its history",
  description:
    "Makes a report of what `waggle run` saw, compares it with the one before, keeps both the " +
    "report and the changes in the state's history, and hands it to sinks. A running daemon does " +
    "this by itself; this is for doing it now, or without one.",
  effect: "write",
  input,
  run: async ({ state: given, trigger = "by hand", sink = [], beside = false }, context) => {
    const state = stateOf(given, context);
    // A target that is none is told before anything is kept.
    const sinks = await openSinks(sink, context);
    const report = await makeReport({ state }, context);
    const store = await context.outside.state.store(state, beside ? "join" : "write");
    try {
      const recorded = await keepReport(store, report, { trigger, context });
      const { id, timeUs, changes, previousLost } = recorded;
      const delivery = { report, id, trigger, changes };
      const deliveries = await deliverReport(delivery, sinks);
      const time = formatTime(timeUs) ?? "";
      const findingCount = report.findings.length;
      return { id, time, findingCount, changes, previousLost, deliveries };
    } finally {
      await store.close();
    }
  },
};

/**
 * Reads the events of a run once, for whoever wants them. In: a run. Out: each event, in order.
 */
import { join } from "node:path";
import { createNodeFiles } from "../../src/adapters/files/node-files.ts";
import type { Event } from "../../src/core/event/event.ts";
import { ProblemLog } from "../../src/core/event/problem.ts";
import { readEvents } from "../../src/engine/read-events.ts";
import type { Run } from "./runs.ts";

export async function readRun(run: Run, onEvent: (event: Event) => void): Promise<void> {
  await readEvents({
    files: createNodeFiles(),
    names: run.folders.map((folder) => join(folder, "events.jsonl.xz")),
    problems: new ProblemLog(),
    onEvent,
  });
}

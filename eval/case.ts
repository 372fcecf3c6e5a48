/**
 * Writes a case of a rule from a recording: `node scripts/run.js case --scenario RECORDING/ID`, or
 * `… case --events FILE --process EXEC_ID` for a process and all below it.
 * In: `WAGGLE_RECORDINGS` for scenarios. Out: YAML on the terminal, to be shortened and put beside
 * the rule.
 */
import { parseArgs } from "node:util";
import { createNodeFiles } from "../src/adapters/files/node-files.ts";
import type { Event } from "../src/core/event/event.ts";
import { ProblemLog } from "../src/core/event/problem.ts";
import { readEvents } from "../src/engine/read-events.ts";
import { createOwners } from "./detection/owners.ts";
import { ProcessTable } from "./detection/process-table.ts";
import { readRun } from "./detection/read-run.ts";
import { findRuns } from "./detection/runs.ts";
import { writeCase } from "./detection/write-case.ts";

const { values } = parseArgs({
  options: {
    scenario: { type: "string" },
    events: { type: "string" },
    process: { type: "string" },
    name: { type: "string" },
  },
});

const table = new ProcessTable();
const events: Event[] = [];
function take(event: Event): void {
  table.take(event);
  events.push(event);
}

async function ofScenario(named: string): Promise<string> {
  const [recording = "", id = ""] = named.split("/");
  if (!process.env["WAGGLE_RECORDINGS"]) return "WAGGLE_RECORDINGS names no folder.\n";
  const [run] = await findRuns(process.env["WAGGLE_RECORDINGS"] ?? "", [recording]);
  const scenario = run?.labels.scenarios.find(
    (one) => one.id === id && one.recording === recording,
  );
  if (run === undefined || scenario === undefined) return `There is no scenario ${named}.\n`;
  await readRun(run, take);
  const owners = createOwners(table, run.labels);
  const wanted = new Set(owners.processes(scenario).map(({ execId }) => execId));
  const within = events.filter(
    ({ timeUs }) => timeUs >= scenario.startUs - 1e6 && timeUs <= scenario.endUs + 3e6,
  );
  const name = values.name ?? scenario.title;
  return writeCase(within, { name, from: named, wanted, table });
}

async function ofProcess(file: string, execId: string): Promise<string> {
  const problems = new ProblemLog();
  await readEvents({ files: createNodeFiles(), names: [file], problems, onEvent: take });
  const wanted = new Set([...table.downwards(execId)].map((one) => one.execId));
  return writeCase(events, { name: values.name ?? "a case", from: "", wanted, table });
}

console.log(
  values.scenario === undefined
    ? await ofProcess(values.events ?? "", values.process ?? "")
    : await ofScenario(values.scenario),
);

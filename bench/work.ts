/**
 * Does one piece of work on one file and says how long it took: run in a process of its own.
 * In: the kind of work and a file (`-` for standard input). Out: one line of JSON on standard output.
 * Each kind reads the same bytes from the same plain file.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { createNodeFiles } from "../src/adapters/files/node-files.ts";
import { boundMemory } from "../src/adapters/memory/bound-memory.ts";
import { createPlainJsonDecoder } from "../src/core/event/decode-json.ts";
import type { EventDecoder } from "../src/core/event/event-decoder.ts";
import { ProblemLog } from "../src/core/event/problem.ts";
import { createJsonDecoder } from "../src/core/event/scan-json.ts";
import { createContainers } from "../src/core/observe/container.ts";
import { createCoverage } from "../src/core/observe/coverage.ts";
import { FactSet } from "../src/core/observe/fact-set.ts";
import { createFileUse } from "../src/core/observe/file-use.ts";
import { createFlows } from "../src/core/observe/flow.ts";
import { createPrivileges } from "../src/core/observe/privilege.ts";
import { createObserver } from "../src/engine/observe-events.ts";
import { readEvents } from "../src/engine/read-events.ts";

interface Result {
  readonly events: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly residentBytesMax: number;
  readonly facts: number;
}

const [kind = "", file = ""] = process.argv.slice(2);
type Done = Pick<Result, "events" | "facts">;

async function observeAll(hasFlows = true): Promise<Done> {
  boundMemory(); // as the command does
  const facts = new FactSet();
  const observer = createObserver({
    folds: [
      createContainers(),
      createFileUse(),
      ...(hasFlows ? [createFlows()] : []),
      createPrivileges(),
      createCoverage({ policies: [] }),
    ],
    emit: (fact) => facts.add(fact),
  });
  const inputs = await readEvents({
    files: createNodeFiles(),
    names: [file],
    problems: new ProblemLog(),
    onEvent: observer.observe,
  });
  observer.finish();
  const events = inputs.reduce((sum, input) => sum + input.eventCount, 0);
  return { events, facts: countFacts(facts) };
}

function countFacts(facts: FactSet): number {
  let count = facts.coverage.length + facts.losses.length;
  for (const { container } of facts.containers) {
    count += 1 + facts.fileUses(container).length + facts.privileges(container).length;
    count += facts.flows(container).length + facts.listens(container).length;
  }
  return count;
}

/** Where the system tells it, of this program alone: `maxRSS` counts whoever started it too. */
function readPeak(): number {
  const status = "/proc/self/status";
  const told = existsSync(status) ? /^VmHWM:\s*(\d+)/m.exec(readFileSync(status, "utf8")) : null;
  return Number(told?.[1] ?? process.resourceUsage().maxRSS) * 1024;
}

const readSizeBytes = 256 * 1024;
const newline = 0x0a;

/**
 * Splits the file into lines as cheaply as can be, in one buffer that is used again and again, and
 * hands each to `take`: so the works differ in what they do, not in how they read.
 */
function eachLine(take: (bytes: Buffer, start: number, end: number) => void): number {
  const descriptor = openSync(file, "r");
  let buffer = Buffer.allocUnsafeSlow(4 * readSizeBytes);
  let kept = 0;
  let count = 0;
  for (;;) {
    if (buffer.length - kept < readSizeBytes) {
      buffer = Buffer.concat([buffer], 2 * buffer.length);
    }
    const length = kept + readSync(descriptor, buffer, kept, readSizeBytes, null);
    if (length === kept) break;
    const bytes = buffer.subarray(0, length);
    let start = 0;
    for (let end = bytes.indexOf(newline, kept); end >= 0; end = bytes.indexOf(newline, start)) {
      take(bytes, start, end);
      count += 1;
      start = end + 1;
    }
    kept = length - start;
    buffer.copyWithin(0, start, length);
  }
  closeSync(descriptor);
  return count;
}

/** The text of a line is made from its bytes first, as every reader of JSON must. */
function parseAll(): Done {
  let kept = 0;
  const events = eachLine((bytes, start, end) => {
    const value = JSON.parse(bytes.toString("utf8", start, end)) as Record<string, unknown>;
    kept += "time" in value ? 1 : 0;
  });
  return { events, facts: kept };
}

function decodeAll(decoder: EventDecoder): Done {
  let kept = 0;
  const events = eachLine((bytes, start, end) => {
    if (decoder.decode(bytes, start, end, 0, 0) !== undefined) kept += 1;
  });
  return { events, facts: kept };
}

const kinds: Readonly<Record<string, () => Done | Promise<Done>>> = {
  waggle: () => observeAll(),
  "no-flows": () => observeAll(false),
  decode: () => decodeAll(createJsonDecoder()),
  plain: () => decodeAll(createPlainJsonDecoder()),
  parse: parseAll,
  lines: () => ({ events: eachLine(() => {}), facts: 0 }),
};

const run = kinds[kind];
if (run === undefined) throw new Error(`no such work: ${kind}; there are ${Object.keys(kinds)}`);
const started = process.hrtime.bigint();
const done = await run();
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
const residentBytesMax = readPeak();
const bytes = file === "-" ? 0 : statSync(file).size;
const result: Result = { ...done, bytes, seconds, residentBytesMax };
process.stdout.write(`${JSON.stringify(result)}\n`);

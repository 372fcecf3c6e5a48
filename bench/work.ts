/**
 * Does one piece of work on one file and says how long it took: run in a process of its own.
 * In: the kind of work and a file (`-` for standard input). Out: one line of JSON on standard output.
 * Each kind reads the same bytes from the same plain file.
 */
import { createReadStream, readFileSync } from "node:fs";
import { createNodeFiles } from "../src/adapters/files/node-files.ts";
import { createPlainJsonDecoder } from "../src/core/event/decode-json.ts";
import type { EventDecoder } from "../src/core/event/event-decoder.ts";
import { ProblemLog } from "../src/core/event/problem.ts";
import { createJsonDecoder } from "../src/core/event/scan-json.ts";
import { createContainers } from "../src/core/observe/container.ts";
import { createCoverage } from "../src/core/observe/coverage.ts";
import { FactSet } from "../src/core/observe/fact-set.ts";
import { createFileUse } from "../src/core/observe/file-use.ts";
import { createPrivileges } from "../src/core/observe/privilege.ts";
import { createObserver } from "../src/engine/observe-events.ts";
import { readEvents } from "../src/engine/read-events.ts";

interface Result {
  readonly events: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly residentBytesMax: number;
  readonly facts?: number;
}

const [kind = "", file = ""] = process.argv.slice(2);
let residentBytesMax = 0;

function sample(): void {
  residentBytesMax = Math.max(residentBytesMax, process.memoryUsage.rss());
}

async function observeAll(): Promise<Omit<Result, "seconds" | "residentBytesMax">> {
  const facts = new FactSet();
  const observer = createObserver({
    folds: [
      createContainers(),
      createFileUse(),
      createPrivileges(),
      createCoverage({ policies: [] }),
    ],
    emit: (fact) => facts.add(fact),
  });
  let chunks = 0;
  const inputs = await readEvents({
    files: createNodeFiles(),
    names: [file],
    problems: new ProblemLog(),
    onEvent: observer.observe,
    onProgress: () => {
      chunks += 1;
      if (chunks % 16 === 0) sample();
    },
  });
  observer.finish();
  const events = inputs.reduce((sum, input) => sum + input.eventCount, 0);
  return { events, bytes: 0, facts: facts.canonical().split("\n").length };
}

/** Splits the file into lines as cheaply as can be, and hands each to `take`. */
async function eachLine(
  take: (bytes: Buffer, start: number, end: number) => void,
): Promise<number> {
  let rest = Buffer.alloc(0);
  let count = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 4 << 20 })) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      take(bytes, start, end);
      count += 1;
      start = end + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
    sample();
  }
  return count;
}

async function parseAll(): Promise<Omit<Result, "seconds" | "residentBytesMax">> {
  let kept = 0;
  const events = await eachLine((bytes, start, end) => {
    const value = JSON.parse(bytes.toString("utf8", start, end)) as Record<string, unknown>;
    kept += "time" in value ? 1 : 0;
  });
  return { events, bytes: 0, facts: kept };
}

async function decodeAll(
  decoder: EventDecoder,
): Promise<Omit<Result, "seconds" | "residentBytesMax">> {
  let kept = 0;
  const events = await eachLine((bytes, start, end) => {
    if (decoder.decode(bytes, start, end, 0, 0) !== undefined) kept += 1;
  });
  return { events, bytes: 0, facts: kept };
}

const kinds: Readonly<Record<string, () => Promise<Omit<Result, "seconds" | "residentBytesMax">>>> =
  {
    waggle: observeAll,
    decode: () => decodeAll(createJsonDecoder()),
    plain: () => decodeAll(createPlainJsonDecoder()),
    parse: parseAll,
    lines: async () => ({ events: await eachLine(() => {}), bytes: 0 }),
  };

const run = kinds[kind];
if (run === undefined) throw new Error(`no such work: ${kind}; there are ${Object.keys(kinds)}`);
const started = process.hrtime.bigint();
const done = await run();
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
sample();
const bytes = file === "-" ? 0 : readFileSync(file).length;
const result: Result = { ...done, bytes, seconds, residentBytesMax };
process.stdout.write(`${JSON.stringify(result)}\n`);

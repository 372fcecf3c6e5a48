/**
 * Makes files of framed events for the daemon out of one recording.
 * In: the recording, stretches of events, each with the file that it goes to. Out: the files, and
 * what is in each stretch.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { EventFramer, type Round, type Stretch } from "./frame-events.ts";

export interface EventStretch extends Stretch {
  /** Those of one file follow each other. */
  readonly file: string;
}

/** What is in a stretch. */
export interface Framed {
  readonly events: number;
  /** Calls that tell of files, and files that were loaded. */
  readonly fileEvents: number;
  readonly flowEvents: number;
}

/** **Unit**: bytes that are written at once. */
const batchBytes = 4 * 1024 * 1024;

export function makeEvents(
  round: Round,
  containers: number,
  stretches: readonly EventStretch[],
): readonly Framed[] {
  const framer = new EventFramer(round, containers);
  const made: Framed[] = [];
  const written = new Set<string>();
  for (const stretch of stretches) {
    const output = openSync(stretch.file, written.has(stretch.file) ? "a" : "w");
    written.add(stretch.file);
    made.push(writeStretch(output, framer, stretch));
    closeSync(output);
  }
  return made;
}

function writeStretch(output: number, framer: EventFramer, stretch: Stretch): Framed {
  const counts = { file: 0, flow: 0, other: 0 };
  const batch = Buffer.allocUnsafe(batchBytes);
  let used = 0;
  const flush = () => {
    for (let at = 0; at < used; ) at += writeSync(output, batch, at, used - at);
    used = 0;
  };
  for (const { bytes, subject } of framer.frames(stretch)) {
    counts[subject] += 1;
    if (used + 4 + bytes.length > batchBytes) flush();
    batch.writeUInt32BE(bytes.length, used);
    bytes.copy(batch, used + 4);
    used += 4 + bytes.length;
  }
  flush();
  return { events: stretch.count, fileEvents: counts.file, flowEvents: counts.flow };
}

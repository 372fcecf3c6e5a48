/**
 * Holds the reading of recorded events: files in, decoded events out, in the order of the inputs.
 * Duplicates are told and left out, times outside of the asked range too; everything odd becomes a
 * problem with its first place. Out besides: what `inspect` shows of each input.
 * Must never hold more than a few chunks and the fixed windows, whatever the inputs hold.
 */

import type { Event, TimeUs } from "../core/event/event.ts";
import type { EventDecoder } from "../core/event/event-decoder.ts";
import type { ProblemLog } from "../core/event/problem.ts";
import type { Files } from "../ports/files.ts";
import { DuplicateWindow } from "./duplicate-window.ts";
import type { EventInput } from "./event-input.ts";
import { createDecoders, EventIntake } from "./event-intake.ts";
import { EventRange } from "./event-range.ts";
import { InputProblems } from "./note-problems.ts";
import { createRecordSplitter, type RecordFormat } from "./split-records.ts";

export type { EventInput } from "./event-input.ts";

/** How far the reading is; told once a chunk (about a MiB), so that a surface may throttle. */
export interface Progress {
  readonly input: string;
  /** **Unit**: stored bytes of this input. */
  readonly consumedBytes: number;
  /** -1 when unknown. */
  readonly sizeBytes: number;
  /** Of this input so far. */
  readonly eventCount: number;
}

export interface ReadEventsOptions {
  readonly files: Files;
  /** **Order**: as they should be read; directories are expanded by the caller. */
  readonly names: readonly string[];
  readonly problems: ProblemLog;
  /** First moment that counts. */
  readonly sinceUs?: TimeUs;
  /** First moment that no longer counts. */
  readonly untilUs?: TimeUs;
  readonly onEvent: (event: Event) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Reads all inputs one after the other. `event.input` is the index in the returned list.
 * **Errors**: throws what `files.open` throws; damage within an input is a problem, not an error.
 */
export async function readEvents(options: ReadEventsOptions): Promise<readonly EventInput[]> {
  const shared: Shared = {
    options,
    decoders: createDecoders(),
    window: new DuplicateWindow(),
    range: new EventRange(options.sinceUs, options.untilUs),
  };
  const inputs: EventInput[] = [];
  for (const name of options.names) inputs.push(await readInput(shared, name, inputs.length));
  return inputs;
}

/** What all inputs of one run have in common. */
interface Shared {
  readonly options: ReadEventsOptions;
  readonly decoders: Readonly<Record<RecordFormat, EventDecoder>>;
  readonly window: DuplicateWindow;
  readonly range: EventRange;
}

async function readInput(shared: Shared, name: string, index: number): Promise<EventInput> {
  const { files, onProgress, onEvent } = shared.options;
  const file = await files.open(name);
  const { compression, sizeBytes } = file;
  const { decoders, window, range } = shared;
  const problems = new InputProblems(shared.options.problems, name);
  const intake = new EventIntake({ decoders, window, range, problems, index, onEvent });
  const splitter = createRecordSplitter(
    {
      onRecord: (record) => intake.take(record),
      onOddity: (oddity) => intake.noteOddity(oddity),
    },
    (format) => {
      intake.format = format;
    },
  );
  for await (const chunk of file.chunks) {
    splitter.push(chunk);
    const { eventCount } = intake;
    onProgress?.({ input: name, consumedBytes: file.consumedBytes(), sizeBytes, eventCount });
  }
  splitter.end();
  const truncated = file.truncated();
  if (truncated !== undefined) problems.addCutStream(truncated);
  const input = intake.summarize({ name, compression, sizeBytes }, truncated);
  problems.addSummary(input);
  return input;
}

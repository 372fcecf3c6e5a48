/**
 * Holds the sentences about what went wrong or looks odd in an input of events.
 * In: oddities of the splitters, doubts of the decoders, the statistics of a whole input.
 * Out: problems, each with its first place. Must never quote what a record says.
 */
import { lineSizeBytesMax } from "../core/event/bounds.ts";
import { formatTime } from "../core/event/format-time.ts";
import type { ProblemLog, ProblemWeight } from "../core/event/problem.ts";
import type { EventInput } from "./event-input.ts";
import type { NodeSpan } from "./node-clock.ts";
import type { Oddity, OddityCode } from "./raw-record.ts";

const mebibytes = lineSizeBytesMax / 1024 / 1024;

const oddities: Readonly<Record<OddityCode, readonly [ProblemWeight, string]>> = {
  "line-too-long": ["unreadable", `A line is longer than ${mebibytes} MiB and was left out.`],
  "nul-bytes": [
    "doubtful",
    "A line begins with NUL bytes, as a crash or a full disk leaves them; they were passed over, " +
      "but events may be missing here.",
  ],
  "message-too-long": [
    "lost",
    `A message claims more than ${mebibytes} MiB: its length is damaged, and nothing after it ` +
      "can be told apart. The rest of the input was left out.",
  ],
  "message-empty": ["doubtful", "A message is empty; it was passed over."],
  "message-cut": [
    "lost",
    "The input ends in the midst of a message: it was cut, or still being written.",
  ],
};

/** Adds problems of one input to the log. */
export class InputProblems {
  readonly input: string;
  private readonly log: ProblemLog;

  constructor(log: ProblemLog, input: string) {
    this.log = log;
    this.input = input;
  }

  add(problem: {
    readonly code: string;
    readonly weight: ProblemWeight;
    readonly message: string;
    readonly offset?: number;
    readonly line?: number;
    readonly count?: number;
  }): void {
    const { code, weight, message, offset = -1, line = 0, count = 1 } = problem;
    this.log.add({ code, weight, message, count, place: { input: this.input, offset, line } });
  }

  addOddity({ code, offset, line }: Oddity): void {
    const [weight, message] = oddities[code];
    this.add({ code, weight, message, offset, line });
  }

  addCutFirstLine(offset: number, line: number): void {
    this.add({
      code: "cut-first-line",
      weight: "notice",
      message: "The input begins in the midst of a line; reading starts with the next one.",
      offset,
      line,
    });
  }

  addCutLine(offset: number, line: number): void {
    this.add({
      code: "cut-last-line",
      weight: "lost",
      message: "The last line is not whole: the file was cut, or was still being written.",
      offset,
      line,
    });
  }

  addUnknown(name: string, offset: number, line: number): void {
    const has = name === "" ? "no event in it" : "an event of a type that this version cannot read";
    this.add({
      code: name === "" ? "record-without-event" : "event-type-unknown",
      weight: "doubtful",
      message: `A record has ${has}; it is only counted.`,
      offset,
      line,
    });
  }

  addCutStream(how: string): void {
    const message = `The input ends early (${how}): what came after is lost.`;
    this.add({ code: "input-cut", weight: "lost", message });
  }

  /** What only the whole input tells. */
  addSummary(input: EventInput): void {
    if (input.eventCount + input.duplicateCount + input.outsideCount === 0) {
      const isEmpty = input.unreadableCount === 0;
      const message = isEmpty
        ? "The input holds no events."
        : "The input holds no event that can be read; give Tetragon's JSON export or gRPC stream.";
      this.add({ code: "no-events", weight: isEmpty ? "notice" : "unreadable", message });
    }
    this.addDuplicates(input);
    for (const node of input.nodes) this.addClock(node);
  }

  private addDuplicates({ duplicateCount: count }: EventInput): void {
    if (count === 0) return;
    const message = "Events that had been read before came again; they count once.";
    this.add({ code: "duplicate-events", weight: "notice", message, count });
  }

  private addClock(node: NodeSpan): void {
    const gap = node.gaps[0];
    if (gap !== undefined) {
      const length = Math.round((gap.untilUs - gap.sinceUs) / 1e6);
      const since = formatTime(gap.sinceUs) ?? "an unknown time";
      this.add({
        code: "silent-stretch",
        weight: "notice",
        message: `No event came for ${length} s after ${since}, though events usually do.`,
        count: node.gaps.length,
      });
    }
    const isFar = node.farCount >= farCountMin;
    const isOften = node.disorderCount > 1000 && node.disorderCount > node.eventCount * oftenShare;
    if (!isFar && !isOften) return;
    const most = Math.round(node.disorderMaxUs / 1e6);
    this.add({
      code: "events-out-of-order",
      weight: isFar ? "doubtful" : "notice",
      message:
        `Events come up to ${most} s after later ones of their node: a clock was set back, or ` +
        "pieces were put together in another order than they were written.",
      count: node.disorderCount,
    });
  }
}

/** One event may come late for many reasons; a clock that was set back shows in many. */
const farCountMin = 10;
const oftenShare = 0.1;

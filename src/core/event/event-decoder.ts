/**
 * Holds the contract of a decoder and the doubts it may have about a record.
 * In: the bytes of one record. Out: an event, or a problem that says why there is none.
 * A problem is a value: decoders must never throw on any bytes.
 */
import type { Event } from "./event.ts";
import type { ProblemWeight } from "./problem.ts";

/** **Order**: by how much it matters; of several doubts about one record the first here is told. */
const problemKinds = {
  "line-not-json": { weight: "unreadable", text: "is not valid JSON and was left out" },
  "line-not-object": { weight: "unreadable", text: "is JSON but not an object, and was left out" },
  "message-broken": { weight: "unreadable", text: "is not a whole message and was left out" },
  "record-ambiguous": { weight: "doubtful", text: "holds several values where one belongs" },
  "field-wrong-type": { weight: "doubtful", text: "has an unexpected type, taken as absent" },
  "time-invalid": { weight: "doubtful", text: "is not a time, taken as absent" },
  "list-cut": { weight: "doubtful", text: "has too many elements, the rest was left out" },
  "number-inexact": { weight: "notice", text: "is beyond 2^53 and was rounded" },
  "text-cut": { weight: "notice", text: "is too long and was cut" },
} as const satisfies Record<string, { weight: ProblemWeight; text: string }>;

export type DecodeProblemCode = keyof typeof problemKinds;

export interface DecodeProblem {
  readonly code: DecodeProblemCode;
  readonly weight: ProblemWeight;
  /** One sentence; names fields as the wire does, never their content. */
  readonly message: string;
}

export interface EventDecoder {
  /**
   * Decodes `bytes[start, end)`; `input` and `offset` are copied into the event, which later calls
   * leave as it is.
   * **Errors**: undefined when the record could not be read; then `problem` says why.
   */
  decode(
    bytes: Uint8Array,
    start: number,
    end: number,
    input: number,
    offset: number,
  ): Event | undefined;
  /** Of the last call. With an event it names a doubt: the worst one of the record. */
  readonly problem: DecodeProblem | undefined;
}

const codes = Object.keys(problemKinds) as readonly DecodeProblemCode[];
const ranks = new Map<string, number>(codes.map((code, index) => [code, index]));

export function describeProblem(code: DecodeProblemCode, subject: string): DecodeProblem {
  const { weight, text } = problemKinds[code];
  return { code, weight, message: `${subject} ${text}.` };
}

/**
 * Keeps the worst doubt, the first of equals. Noting the worst doubt of a part later is the same as
 * noting the doubts of that part one by one: this is what allows a part to be remembered.
 */
export class Doubts {
  problem: DecodeProblem | undefined = undefined;

  note(code: DecodeProblemCode, field: string): void {
    if (this.outranks(code)) this.problem = describeProblem(code, `\`${field}\``);
  }

  add(problem: DecodeProblem | undefined): void {
    if (problem !== undefined && this.outranks(problem.code)) this.problem = problem;
  }

  clear(): void {
    this.problem = undefined;
  }

  private outranks(code: DecodeProblemCode): boolean {
    if (this.problem === undefined) return true;
    return (ranks.get(code) ?? 0) < (ranks.get(this.problem.code) ?? 0);
  }
}

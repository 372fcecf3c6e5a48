/**
 * Holds the contract between the streaming reader of documents and the decoders of formats, and
 * what decoders need to report faults and keep to limits.
 * In: elements of lists and whole values by their path. Out: a document when the end was reached.
 * Must never know a format.
 */
import type { Place, ProblemLog } from "../event/problem.ts";
import type { JsonPlace } from "./json-elements.ts";
import type { Faults } from "./json-value.ts";

/** A list that is handed over element by element, or a value that is handed over whole. */
export interface DocumentDecoder<Document> {
  /** By path of the list. */
  readonly lists: ReadonlyMap<string, (value: unknown, place: JsonPlace) => void>;
  /** By path of the value. */
  readonly values: ReadonlyMap<string, (value: unknown, place: JsonPlace) => void>;
  /** Called once, after the last element. */
  finish(): Document;
}

/** **Unit**: elements of one document. More are left out and counted. */
export const documentLimits = {
  packages: 1_000_000,
  files: 5_000_000,
  relationships: 10_000_000,
  matches: 2_000_000,
} as const;

/** Reports of one document; the place of each names the input, and the message does not. */
export class DocumentProblems {
  readonly input: string;
  private readonly log: ProblemLog;

  constructor(input: string, log: ProblemLog) {
    this.input = input;
    this.log = log;
  }

  /** An element that could not be read. */
  leftOut(place: JsonPlace, why: string): void {
    const message = `${place.path}: ${why}; this element was left out.`;
    this.log.add({
      code: "element-left-out",
      weight: "unreadable",
      message,
      place: this.at(place),
    });
  }

  /** A field that was taken as absent because of its type; nothing when there was no fault. */
  doubt(place: JsonPlace, faults: Faults): void {
    if (faults.first === undefined) return;
    const message = `${place.path}.${faults.first}; taken as absent.`;
    const weight = "doubtful";
    this.log.add({ code: "field-wrong-type", weight, message, place: this.at(place) });
  }

  /** Two packages with one id; relationships and matches cannot tell them apart. */
  sameId(place: JsonPlace): void {
    const text = `several packages share an id, first ${place.path}; the last one counts.`;
    this.remark("duplicate-package-id", "doubtful", text);
  }

  tooMany(list: string, countMax: number): void {
    const why = `${list} has more than ${countMax} elements; the rest is left out.`;
    this.log.add({ code: "list-too-long", weight: "lost", message: why, place: this.at() });
  }

  tooLarge(place: JsonPlace): void {
    const message = `${place.path} is too large to read and was left out.`;
    this.log.add({ code: "element-too-large", weight: "lost", message, place: this.at(place) });
  }

  /** Something about the document as a whole. */
  remark(code: string, weight: "doubtful" | "notice", message: string, count = 1): void {
    this.log.add({ code, weight, message, place: this.at(), count });
  }

  private at(place?: JsonPlace): Place {
    return { input: this.input, offset: place?.offset ?? -1, line: 0 };
  }
}

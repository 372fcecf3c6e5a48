/**
 * Holds what rules read of one act: each field once, however many rules ask for it.
 * In: an act. Out: its fields, and their texts in lower case, for rules do not tell cases apart.
 * Must never give a value of an act that was shown before.
 */
import type { Act } from "./act.ts";
import { type ActField, type FieldValue, fieldCount } from "./act-fields.ts";
import type { SubjectBook } from "./subject.ts";

/** One for each detector; compiled selections take any of them. */
export class ActReader {
  private act: Act | undefined;
  private book: SubjectBook | undefined;
  private round = 0;
  private readonly values = new Array<FieldValue>(fieldCount).fill(undefined);
  private readonly valueRounds = new Float64Array(fieldCount);
  private readonly lowers = new Array<string>(fieldCount).fill("");
  private readonly lowerRounds = new Float64Array(fieldCount);

  /** What is asked from now on is asked of this act, as it is now. */
  show(act: Act, book: SubjectBook): void {
    this.act = act;
    this.book = book;
    this.round += 1;
  }

  /** Undefined before an act was shown. */
  value(field: ActField): FieldValue {
    const { index } = field;
    if (this.valueRounds[index] === this.round) return this.values[index];
    const { act, book } = this;
    if (act === undefined || book === undefined) return undefined;
    const isCarried = field.kinds === undefined || field.kinds.includes(act.kind);
    const value = isCarried ? field.read(act, book) : undefined;
    this.values[index] = value;
    this.valueRounds[index] = this.round;
    return value;
  }

  /** Of a field with one text; "" for all else. */
  lower(field: ActField): string {
    const { index } = field;
    if (this.lowerRounds[index] === this.round) return this.lowers[index] ?? "";
    const value = this.value(field);
    const lower = typeof value === "string" ? value.toLowerCase() : "";
    this.lowers[index] = lower;
    this.lowerRounds[index] = this.round;
    return lower;
  }
}

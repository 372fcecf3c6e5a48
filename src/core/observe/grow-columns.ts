/**
 * Holds how columns are filled one value after the other, where there are no records to read.
 * In: values. Out: what `pack-columns.ts` reads back.
 */
import type { Column, Columns } from "./column.ts";

/** **Unit**: 8 bytes a value while it grows; 4 where all turn out to be small and whole. */
export class NumberColumn {
  private values = new Float64Array(1024);
  private count = 0;
  private isSmall = true;

  add(value: number): void {
    if (this.count === this.values.length) this.values = grown(this.values, Float64Array);
    if (this.isSmall && !Object.is(value | 0, value)) this.isSmall = false;
    this.values[this.count++] = value;
  }

  get numbers(): Float64Array {
    return this.values.subarray(0, this.count);
  }

  get column(): Column {
    const values = this.numbers;
    // A part would be written with all that it is a part of.
    return { kind: "numbers", values: this.isSmall ? Int32Array.from(values) : values.slice() };
  }
}

/** Each text once. **Cost**: one look-up a value. */
export class TextColumn {
  private readonly known = new Map<string, number>();
  private at = new Uint32Array(1024);
  private count = 0;

  add(text: string): void {
    let index = this.known.get(text);
    if (index === undefined) {
      index = this.known.size;
      this.known.set(text, index);
    }
    if (this.count === this.at.length) this.at = grown(this.at, Uint32Array);
    this.at[this.count++] = index;
  }

  get column(): Column {
    return { kind: "texts", texts: [...this.known.keys()], at: this.at.slice(0, this.count) };
  }
}

/** Values of any kind. */
export class PlainColumn {
  private readonly values: unknown[] = [];

  add(value: unknown): void {
    this.values.push(value);
  }

  get column(): Column {
    return { kind: "any", values: this.values };
  }
}

/** How many of the items, one after the other, are whose. */
export class ListColumn {
  private readonly counts = new NumberColumn();
  private readonly items: Filled;

  /** `items` are filled beside it. */
  constructor(items: Filled) {
    this.items = items;
  }

  add(count: number): void {
    this.counts.add(count);
  }

  get column(): Column {
    const counts = Uint32Array.from(this.counts.numbers);
    return { kind: "lists", counts, items: this.items.column };
  }
}

interface Filled {
  readonly column: Column;
}

/** **Unit**: `count`: records; each column has a value of each. */
export function joinColumns(count: number, columns: Readonly<Record<string, Filled>>): Columns {
  const filled = Object.entries(columns).map(([key, { column }]) => [key, column] as const);
  return { kind: "records", count, byKey: new Map(filled) };
}

function grown<T extends Float64Array | Uint32Array>(
  values: T,
  kind: new (length: number) => T,
): T {
  const larger = new kind(values.length * 2);
  larger.set(values);
  return larger;
}

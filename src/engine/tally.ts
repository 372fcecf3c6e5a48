/**
 * Holds counting by name with a bound.
 * In: names, attacker-controlled ones too. Out: a map from name to count, and how many counts did
 * not fit. Must never hold more than `nameCountMax` names.
 */
interface Counter {
  count: number;
}

export class Tally {
  /** Counts of names that came after the bound was reached. */
  leftOutCount = 0;
  private readonly counters = new Map<string, Counter>();
  private readonly nameCountMax: number;

  constructor(nameCountMax: number) {
    this.nameCountMax = nameCountMax;
  }

  add(name: string): void {
    const counter = this.counters.get(name);
    if (counter !== undefined) counter.count++;
    else if (this.counters.size < this.nameCountMax) this.counters.set(name, { count: 1 });
    else this.leftOutCount++;
  }

  /** **Order**: by name. */
  counts(): ReadonlyMap<string, number> {
    const names = [...this.counters.keys()].sort();
    return new Map(names.map((name) => [name, this.counters.get(name)?.count ?? 0]));
  }
}

/**
 * Holds counting by name with a bound.
 * In: names, attacker-controlled ones too. Out: a map from name to count, and how many counts did
 * not fit. Must never hold more than `nameCountMax` names.
 */
interface Counter {
  count: number;
}

export interface TallyDump {
  readonly counts: ReadonlyMap<string, number>;
  readonly leftOutCount: number;
}

export class Tally {
  /** Counts of names that came after the bound was reached. */
  leftOutCount = 0;
  private readonly counters = new Map<string, Counter>();
  private readonly nameCountMax: number;

  constructor(nameCountMax: number, dumped?: TallyDump) {
    this.nameCountMax = nameCountMax;
    for (const [name, count] of dumped?.counts ?? []) this.counters.set(name, { count });
    this.leftOutCount = dumped?.leftOutCount ?? 0;
  }

  dump(): TallyDump {
    return { counts: this.counts(), leftOutCount: this.leftOutCount };
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

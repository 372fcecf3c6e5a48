/**
 * Holds what policy files say of coverage that was told before anybody gave them.
 * In: coverage facts of a store, what the files state. Out: the facts as if the files had been
 * there from the start: with paths and limits that are stated, not inferred from events.
 * Must leave alone what was stated when the events came: that was the policy then in force.
 */
import type { CoverageFact, Sensor } from "./fact.ts";
import type { StatedSensor } from "./stated-sensors.ts";

export class CoverageRestater {
  private readonly byKey: ReadonlyMap<string, readonly StatedSensor[]>;
  private readonly emit: (fact: CoverageFact) => void;
  /** By node. */
  private readonly nodes = new Map<string, NodeTold>();

  constructor(stated: readonly StatedSensor[], emit: (fact: CoverageFact) => void) {
    this.byKey = Map.groupBy(stated, keyOf);
    this.emit = emit;
  }

  take(fact: CoverageFact): void {
    const told = this.toldOn(fact.node);
    const known = this.byKey.get(keyOf(fact)) ?? [];
    if (fact.basis === "stated") {
      for (const one of known) if (one.policy === fact.policy) told.stated.add(one);
    } else if (known.length > 0) {
      // A file that was there then may be told of by another fact of the same.
      told.inferred.push({ fact, known });
      return;
    }
    this.emit(fact);
  }

  /** Once all facts were given: also what is stated and gave no event, on each node. */
  end(): void {
    const all = [...this.byKey.values()].flat();
    for (const [node, { stated, inferred }] of this.nodes) {
      const met = new Set(stated);
      for (const { fact, known } of inferred) {
        const rest = known.filter((one) => !stated.has(one));
        if (rest.length < known.length) this.emit(fact);
        for (const one of rest) {
          met.add(one);
          this.emit({ ...fact, ...one, basis: "stated" });
        }
      }
      for (const one of all) if (!met.has(one)) this.emit({ ...silence, ...one, node });
    }
  }

  private toldOn(node: string): NodeTold {
    let told = this.nodes.get(node);
    if (told === undefined) {
      told = { stated: new Set(), inferred: [] };
      this.nodes.set(node, told);
    }
    return told;
  }
}

interface NodeTold {
  /** What was stated when the events came. */
  readonly stated: Set<StatedSensor>;
  /** What files say now of what was inferred: several where several policies feed the loader. */
  readonly inferred: { readonly fact: CoverageFact; readonly known: readonly StatedSensor[] }[];
}

/** It may never have been loaded: since when it was there is unknown. */
const silence = {
  kind: "coverage",
  sinceUs: 0,
  untilUs: 0,
  basis: "stated",
  eventCount: 0,
} as const;

/** Events of the loader do not name their policy. */
function keyOf({ sensor, policy }: { readonly sensor: Sensor; readonly policy: string }): string {
  return sensor === "loader" ? sensor : `${sensor} ${policy}`;
}

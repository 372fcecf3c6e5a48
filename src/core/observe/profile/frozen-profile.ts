/**
 * Holds profiles that a person reviewed and froze, ready to be asked.
 * In: profiles. Out: for a place its profile, and whether that knows a value.
 * Must find a profile for each of thousands of places without looking at all profiles each time.
 */
import { widerValue } from "./destination-value.ts";
import { valueKey } from "./profile-book.ts";
import { type ProfileDimension, type ProfilePlace, profilePlaceKey } from "./profile-fact.ts";
import type { ProfileValue } from "./read-values.ts";

/** Stands for any name in a place. */
const anyName = "*";

export interface Profile {
  readonly place: ProfilePlace;
  /** Deviations are signals at once, and nothing is learned any more. */
  readonly frozen: boolean;
  /** In which dimensions it was watched: only there is something new. */
  readonly watched: readonly ProfileDimension[];
  /** **Order**: by dimension, then value. */
  readonly values: readonly ProfileValue[];
}

export interface FrozenProfile {
  readonly watched: ReadonlySet<ProfileDimension>;
  readonly keys: ReadonlySet<string>;
  readonly values: readonly ProfileValue[];
}

const memoCountMax = 4096;

/** By place. **Cost**: a look-up; the first time of a place one look at those with a star. */
export class FrozenProfiles {
  private readonly exact = new Map<string, FrozenProfile>();
  private readonly wide: { readonly place: ProfilePlace; readonly made: FrozenProfile }[] = [];
  private readonly memo = new Map<string, FrozenProfile | undefined>();

  /** Only frozen ones count. Two of one place are one. */
  constructor(profiles: readonly Profile[]) {
    const frozen = profiles.filter((one) => one.frozen);
    for (const [key, same] of Map.groupBy(frozen, ({ place }) => profilePlaceKey(place))) {
      const made = {
        watched: new Set(same.flatMap(({ watched }) => watched)),
        keys: new Set(same.flatMap(({ values }) => values.map(valueKey))),
        values: same.flatMap(({ values }) => values),
      };
      const [first] = same;
      if (first === undefined) continue;
      if (Object.values(first.place).includes(anyName))
        this.wide.push({ place: first.place, made });
      else this.exact.set(key, made);
    }
  }

  get isEmpty(): boolean {
    return this.exact.size === 0 && this.wide.length === 0;
  }

  /** The one of exactly that place, else the first that fits. */
  of(place: ProfilePlace, placeKey: string): FrozenProfile | undefined {
    const exact = this.exact.get(placeKey);
    if (exact !== undefined || this.wide.length === 0) return exact;
    if (this.memo.has(placeKey)) return this.memo.get(placeKey);
    const found = this.wide.find((one) => fits(one.place, place))?.made;
    if (this.memo.size >= memoCountMax) this.memo.clear();
    this.memo.set(placeKey, found);
    return found;
  }
}

/** The very value, or the wider one that a person wrote or let stand. */
export function allowsValue({ keys }: Pick<FrozenProfile, "keys">, value: ProfileValue): boolean {
  if (keys.has(valueKey(value))) return true;
  const wider = widerValue(value);
  return wider !== undefined && keys.has(valueKey({ ...value, value: wider }));
}

function fits(pattern: ProfilePlace, place: ProfilePlace): boolean {
  const names = ["cluster", "namespace", "kind", "name", "container"] as const;
  return names.every((name) => pattern[name] === anyName || pattern[name] === place[name]);
}

/**
 * Holds what is kept of sequences that are under way as few arrays: thousands of marks, each of
 * them with a dozen fields.
 * In: the state of the detector. Out: data a fifth as large, and the same again.
 */
import { type Columns, packRows, unpackRows } from "../pack-columns.ts";
import type { Episode, SequenceState } from "./sequence-rule.ts";

/** Plain data. **Order**: that of the rules, and of the keys of each. */
export interface SequencesDump extends Omit<SequenceState, "rules"> {
  readonly rules: readonly string[];
  readonly episodes: Columns;
}

interface EpisodeRow extends Episode {
  /** Its place in the list of rules. */
  readonly rule: number;
  readonly key: string;
}

/** **Cost**: linear in what is kept. */
export function packEpisodes({ rules, ...rest }: SequenceState): SequencesDump {
  const rows = [...rules.values()].flatMap((episodes, rule) =>
    Array.from(episodes, ([key, { container, lastUs, marks, told }]): EpisodeRow => {
      return { rule, key, container, lastUs, marks, told };
    }),
  );
  return { ...rest, rules: [...rules.keys()], episodes: packRows(rows) };
}

/** The same again; earlier states are not packed. */
export function unpackEpisodes(dump: SequencesDump | SequenceState): SequenceState {
  if (!("episodes" in dump)) return dump;
  const { rules: ids, episodes, ...rest } = dump;
  const rules = new Map(ids.map((id) => [id, new Map<string, Episode>()]));
  for (const { rule, key, container, lastUs, marks, told } of unpackRows<EpisodeRow>(episodes)) {
    rules.get(ids[rule] ?? "")?.set(key, { container, lastUs, marks, told });
  }
  return { ...rest, rules };
}

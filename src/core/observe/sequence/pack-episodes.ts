/**
 * Holds what is kept of sequences that are under way as few arrays: thousands of marks, each of
 * them with a dozen fields.
 * In: the state of the detector. Out: data a fifth as large, and the same again.
 */

import type { Columns } from "../column.ts";
import { unpackRows } from "../pack-columns.ts";
import { type FieldReaders, packFields } from "../pack-fields.ts";
import type { Episode, Mark, SequenceState } from "./sequence-rule.ts";

/** Plain data. **Order**: that of the rules, and of the keys of each. */
export interface SequencesDump extends Omit<SequenceState, "rules"> {
  readonly rules: readonly string[];
  readonly episodes: Columns;
  /** How many marks each step of each episode has, one after the other. */
  readonly markCounts: Uint32Array;
  /** Which ones these are; absent in what was written when each had its own. */
  readonly markAt?: Uint32Array;
  readonly marks: Columns;
}

interface EpisodeRow extends Omit<Episode, "marks"> {
  /** Its place in the list of rules. */
  readonly rule: number;
  readonly key: string;
  readonly marksByStep: readonly (readonly Mark[])[];
  readonly stepCount: number;
}

const episodeReaders: FieldReaders<EpisodeRow> = {
  rule: (one) => one.rule,
  key: (one) => one.key,
  container: (one) => one.container,
  lastUs: (one) => one.lastUs,
  stepCount: (one) => one.stepCount,
  told: (one) => one.told,
};

const markReaders: FieldReaders<Mark> = {
  timeUs: (one) => one.timeUs,
  kind: (one) => one.kind,
  execId: (one) => one.execId,
  parentExecId: (one) => one.parentExecId,
  entryExecId: (one) => one.entryExecId,
  pid: (one) => one.pid,
  startUs: (one) => one.startUs,
  path: (one) => one.path,
  address: (one) => one.address,
  port: (one) => one.port,
  tallied: (one) => one.tallied,
  values: (one) => one.values,
};

/** **Cost**: linear in what is kept. */
export function packEpisodes({ rules, ...rest }: SequenceState): SequencesDump {
  const rows = [...rules.values()].flatMap((episodes, rule) =>
    Array.from(episodes, ([key, { container, lastUs, marks, told }]): EpisodeRow => {
      return { rule, key, container, lastUs, marksByStep: marks, stepCount: marks.length, told };
    }),
  );
  const lists = rows.flatMap(({ marksByStep }) => marksByStep);
  const places = new Map<Mark, number>();
  const markAt = Uint32Array.from(lists.flat(), (mark) => placeOf(mark, places));
  return {
    ...rest,
    rules: [...rules.keys()],
    episodes: packFields(rows, episodeReaders),
    markCounts: Uint32Array.from(lists, ({ length }) => length),
    markAt,
    marks: packFields([...places.keys()], markReaders),
  };
}

/** That of the same mark, where rules share it. */
function placeOf(mark: Mark, places: Map<Mark, number>): number {
  const known = places.get(mark);
  if (known !== undefined) return known;
  places.set(mark, places.size);
  return places.size - 1;
}

/** The same again; earlier states are not packed. */
export function unpackEpisodes(dump: SequencesDump | SequenceState): SequenceState {
  if (!("episodes" in dump)) return dump;
  const { rules: ids, episodes, markCounts, markAt, marks: packed, ...rest } = dump;
  const different = unpackRows<Mark>(packed);
  const marks = markAt === undefined ? different : pickAll(different, markAt);
  let end = 0;
  const lists = Array.from(markCounts, (count) => {
    end += count;
    return marks.slice(end - count, end);
  });
  const rules = new Map(ids.map((id) => [id, new Map<string, Episode>()]));
  let last = 0;
  for (const { rule, key, container, lastUs, stepCount, told } of unpackRows<EpisodeRow>(
    episodes,
  )) {
    last += stepCount;
    const own = lists.slice(last - stepCount, last);
    rules.get(ids[rule] ?? "")?.set(key, { container, lastUs, marks: own, told });
  }
  return { ...rest, rules };
}

function pickAll<T>(all: readonly T[], at: Uint32Array): readonly T[] {
  const picked: T[] = [];
  for (const index of at) {
    const one = all[index];
    if (one !== undefined) picked.push(one);
  }
  return picked;
}

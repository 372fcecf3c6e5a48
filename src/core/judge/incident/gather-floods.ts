/**
 * Holds flood control: one rule that matches everywhere is one incident, not thousands.
 * In: groups of sessions. Out: groups; those in which the same rules matched for many are one.
 * Must leave at most a handful of incidents for each set of rules, however many sessions match.
 */
import { compareText } from "../../event/compare-text.ts";
import { workloadKey } from "../workload-key.ts";
import type { SessionGroup } from "./join-sessions.ts";
import type { Session } from "./session.ts";
import { isStrong } from "./weigh-signals.ts";

export interface Flood {
  /** Titles of the rules that matched in all of them. */
  readonly titles: readonly string[];
  readonly sessionCount: number;
  readonly workloadCount: number;
  readonly nodeCount: number;
}

export interface FloodGroup extends SessionGroup {
  readonly flood: Flood | undefined;
}

const hourUs = 3600 * 1_000_000;

interface Stage {
  readonly keyOf: (draft: Draft) => string;
  readonly countMin: number;
  readonly gapUs: number;
}

/**
 * The same command in one workload (a job of each night, a probe), then whatever it is in one
 * workload, on one node, anywhere.
 */
const stages: readonly Stage[] = [
  { keyOf: commandKey, countMin: 3, gapUs: 25 * hourUs },
  { keyOf: placeOf, countMin: 6, gapUs: 2 * hourUs },
  { keyOf: ({ sessions: [first] }) => first?.node ?? "", countMin: 6, gapUs: 2 * hourUs },
  { keyOf: () => "", countMin: 6, gapUs: 2 * hourUs },
];

interface Draft extends SessionGroup {
  /** Which rules matched. */
  readonly mark: string;
  /** What the first session's root ran; "" unseen. */
  readonly command: string;
  readonly untilUs: number;
  readonly isFlood: boolean;
}

/** **Order**: by first act. */
export function gatherFloods(groups: readonly SessionGroup[]): readonly FloodGroup[] {
  let drafts: readonly Draft[] = groups.map((group) => toDraft(group, false));
  for (const stage of stages) drafts = runStage(drafts, stage);
  return [...drafts]
    .sort((a, b) => firstOf(a) - firstOf(b) || compareText(entryOf(a), entryOf(b)))
    .map((draft) => ({
      sessions: draft.sessions,
      links: draft.links,
      flood: draft.isFlood ? describeFlood(draft) : undefined,
    }));
}

function toDraft({ sessions, links }: SessionGroup, isFlood: boolean): Draft {
  const untilUs = sessions.reduce((most, session) => Math.max(most, session.untilUs), 0);
  const rules = sessions.flatMap(({ signals }) => signals.filter(isStrong).map(({ rule }) => rule));
  const mark = JSON.stringify([...new Set(rules)].sort(compareText));
  const [first] = sessions;
  const root = first?.processes.find(({ process }) => process === first.entry);
  const command = root === undefined ? "" : `${root.binary} ${root.arguments}`;
  return { sessions, links, mark, command, untilUs, isFlood };
}

function runStage(drafts: readonly Draft[], { keyOf, countMin, gapUs }: Stage): readonly Draft[] {
  return [...Map.groupBy(drafts, (draft) => draft.mark + keyOf(draft)).values()].flatMap((same) =>
    runs(same, gapUs).flatMap((run) => {
      if (run.length < countMin) return run;
      const sessions = run
        .flatMap((draft) => draft.sessions)
        .sort((a, b) => a.fromUs - b.fromUs || compareText(a.entry, b.entry));
      return [toDraft({ sessions, links: run.flatMap(({ links }) => links).slice(0, 16) }, true)];
    }),
  );
}

/** Parts of the list between which nothing happened for longer than the gap. */
function runs(drafts: readonly Draft[], gapUs: number): readonly (readonly Draft[])[] {
  const found: Draft[][] = [];
  let untilUs = 0;
  for (const draft of [...drafts].sort((a, b) => firstOf(a) - firstOf(b))) {
    const last = found.at(-1);
    if (last !== undefined && firstOf(draft) <= untilUs + gapUs) last.push(draft);
    else found.push([draft]);
    untilUs = Math.max(untilUs, draft.untilUs);
  }
  return found;
}

function describeFlood({ sessions }: Draft): Flood {
  const titles = sessions.flatMap(({ signals }) =>
    signals.filter(isStrong).map((one) => one.title),
  );
  return {
    titles: [...new Set(titles)].sort(compareText),
    sessionCount: sessions.length,
    workloadCount: new Set(sessions.map(placeKey)).size,
    nodeCount: new Set(sessions.map(({ node }) => node)).size,
  };
}

function placeKey({ signals: [first], container }: Session): string {
  return first?.workload === undefined ? container : workloadKey(first.workload);
}

/** Whose command was not seen is like nobody else. */
function commandKey(draft: Draft): string {
  return placeOf(draft) + (draft.command === "" ? entryOf(draft) : draft.command);
}

function placeOf({ sessions: [first] }: Draft): string {
  return first === undefined ? "" : placeKey(first);
}

function firstOf({ sessions }: Draft): number {
  return sessions[0]?.fromUs ?? 0;
}

function entryOf({ sessions }: Draft): string {
  return sessions[0]?.entry ?? "";
}

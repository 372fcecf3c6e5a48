/**
 * Scores stories that were written by hand, and prints what was missed and what was blamed.
 * In: results of stories. Out: counts; lines, through `print`.
 * Must never leave out a story that does not hold, nor count a blind one as found.
 */
import { levels } from "../../src/core/observe/detect/rule.ts";
import { isAtLeast } from "./score-detection.ts";
import type { StoryKind, StoryResult } from "./stories.ts";

export interface StoryVerdict {
  /** It is as it should be; blind stories hold anyway. */
  readonly holds: boolean;
  /** Incidents of at least medium. */
  readonly graveCount: number;
  /** Of the gravest incident; "none". */
  readonly severity: string;
}

export function judgeStory({ story, signals, incidents }: StoryResult): StoryVerdict {
  const graveCount = incidents.filter(({ severity }) => isAtLeast(severity, "medium")).length;
  const holds =
    story.expect === "quiet"
      ? graveCount === 0
      : story.expect === "incident"
        ? graveCount > 0
        : signals.length > 0;
  const severity =
    incidents
      .map((one) => one.severity)
      .sort(byLevel)
      .at(-1) ?? "none";
  return { holds, graveCount, severity };
}

function byLevel(left: (typeof levels)[number], right: (typeof levels)[number]): number {
  return levels.indexOf(left) - levels.indexOf(right);
}

export interface StorySums {
  /** Without blind ones. */
  readonly count: number;
  readonly held: number;
  /** Told by exactly one incident of at least medium. */
  readonly single: number;
  readonly grave: number;
  readonly high: number;
  readonly blind: number;
}

export function sumStories(results: readonly StoryResult[], kind: StoryKind): StorySums {
  const own = results.filter(({ story }) => story.kind === kind);
  const seen = own.filter(({ story }) => story.blind === "");
  const verdicts = seen.map(judgeStory);
  const count = (is: (verdict: StoryVerdict) => boolean) => verdicts.filter(is).length;
  return {
    count: seen.length,
    held: count(({ holds }) => holds),
    single: count(({ graveCount }) => graveCount === 1),
    grave: count(({ graveCount }) => graveCount > 0),
    high: count(({ severity }) => severity === "high" || severity === "critical"),
    blind: own.length - seen.length,
  };
}

/** What fired in a story, for people who write rules. */
export function listStory(result: StoryResult): readonly string[] {
  const { story, signals, incidents } = result;
  const { holds } = judgeStory(result);
  const mark =
    story.blind !== ""
      ? "blind"
      : holds
        ? "holds"
        : story.kind === "ordinary"
          ? "BLAMED"
          : "MISSED";
  const lines = ["", `== ${mark} ${story.place} ${story.family}: ${story.name}`];
  for (const { severity, score, headline, scoreParts } of incidents) {
    const parts = scoreParts.map(({ label, kind, value }) => `${kind} ${value} ${label}`);
    lines.push(`  incident ${severity} ${Math.round(score)}: ${headline} [${parts.join(", ")}]`);
  }
  const texts = new Map(
    story.events.map(({ ...event }) => {
      const { process } = "process" in event ? event : { process: undefined };
      return [process?.execId, `${process?.binary} ${process?.arguments}`] as const;
    }),
  );
  for (const { level, ruleKind, rule, process, because, score } of signals) {
    const of = (texts.get(process) ?? "?").slice(0, 80);
    const why = because.join("; ").slice(0, 100);
    lines.push(`  ${level.padEnd(13)} ${score} ${ruleKind} ${rule}: ${of} (${why})`);
  }
  return lines;
}

/**
 * Prints what detection says of the stories that were written by hand.
 * In: a folder of stories, detectors. Out: tables and lists, through `print`.
 * Must never hide a story that does not hold.
 */
import type { Detector } from "../../src/core/observe/detect/detector.ts";
import { judgeStory, listStory, type StorySums, sumStories } from "./score-stories.ts";
import { playStory, readStories, type StoryKind, type StoryResult } from "./stories.ts";

type Print = (line?: string) => void;

const rows: readonly (readonly [StoryKind, string])[] = [
  ["attacks", "attacks with an incident of at least medium"],
  ["techniques", "single techniques with a signal"],
  ["ordinary", "ordinary work without an incident of at least medium"],
];

export function printHandStories(
  folder: string,
  detectors: readonly Detector<unknown>[],
  print: Print,
): void {
  const { stories, problems } = readStories(folder);
  const play = (onlyPrograms: boolean) =>
    stories.map((story) => playStory(story, detectors, { onlyPrograms }));
  const all = play(false);
  const few = play(true);
  print("### Stories by hand");
  print();
  print(
    "Written from general knowledge; the rules were mended with them at hand, so these numbers",
  );
  print("say what still holds, not how new attacks fare: `fixtures/detect/README.md` tells more.");
  print("Few sensors: programs that start and end.");
  print();
  for (const problem of problems) print(`- not taken: ${problem}`);
  print("| | all sensors | few sensors | told by one incident | at least high | cannot be seen |");
  print("|---|--:|--:|--:|--:|--:|");
  for (const [kind, name] of rows) {
    const sums = sumStories(all, kind);
    const cells = [name, share(sums), share(sumStories(few, kind))];
    print(`| ${[...cells, sums.single, sums.high, sums.blind].join(" | ")} |`);
  }
  print();
  printFamilies(all, print);
  for (const line of wrongLines(all)) print(line);
  print();
}

function share({ held, count }: StorySums): string {
  return `${held} of ${count} (${((100 * held) / Math.max(1, count)).toFixed(0)} %)`;
}

function printFamilies(results: readonly StoryResult[], print: Print): void {
  const attacks = results.filter(({ story }) => story.kind !== "ordinary" && story.blind === "");
  const families = Map.groupBy(attacks, ({ story }) => story.family);
  print("| kind | attacks | single techniques |");
  print("|---|--:|--:|");
  for (const name of [...families.keys()].sort()) {
    const of = (kind: StoryKind) => {
      const { held, count } = sumStories(families.get(name) ?? [], kind);
      return count === 0 ? "" : `${held} of ${count}`;
    };
    print(`| ${name} | ${of("attacks")} | ${of("techniques")} |`);
  }
  print();
}

function wrongLines(results: readonly StoryResult[]): readonly string[] {
  return results.flatMap((result) => {
    const { story, incidents } = result;
    if (story.blind !== "") return [`- cannot be seen: ${story.name}: ${story.blind}`];
    const { holds, severity } = judgeStory(result);
    if (holds) return [];
    const rules = [...new Set(incidents.flatMap(({ signals }) => signals.map(({ rule }) => rule)))];
    return story.kind === "ordinary"
      ? [`- blamed: ${story.name}: ${severity} by ${rules.slice(0, 6).join(", ")}`]
      : [`- missed: ${story.name} (${story.place})`];
  });
}

/** For people who write rules: of stories whose place or name has `part`, what fired. */
export function listHandStories(
  folder: string,
  part: string,
  { detectors, print }: { detectors: readonly Detector<unknown>[]; print: Print },
): void {
  for (const story of readStories(folder).stories) {
    if (!`${story.place} ${story.name}`.includes(part)) continue;
    for (const line of listStory(playStory(story, detectors))) print(line);
  }
}

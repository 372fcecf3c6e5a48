/**
 * Reads stories that were written by hand, in the notation of rule cases, and plays them.
 * In: a folder of YAML documents, detectors. Out: for each story what detection said of it, with
 * all sensors or with starts and ends of processes alone.
 * Must never share anything between stories: each has its own world.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Event } from "../../src/core/event/event.ts";
import type { Incident } from "../../src/core/judge/incident/incident.ts";
import { judgeIncidents } from "../../src/core/judge/incident/judge-incidents.ts";
import { createContainers } from "../../src/core/observe/container.ts";
import { decodeCases } from "../../src/core/observe/detect/decode-cases.ts";
import type { SignalFact } from "../../src/core/observe/detect/detect-fact.ts";
import { createDetection } from "../../src/core/observe/detect/detection.ts";
import type { Detector } from "../../src/core/observe/detect/detector.ts";
import { FactSet } from "../../src/core/observe/fact-set.ts";
import { createObserver } from "../../src/engine/observe-events.ts";

export const storyKinds = ["attacks", "techniques", "ordinary"] as const;
export type StoryKind = (typeof storyKinds)[number];

export interface Story {
  readonly kind: StoryKind;
  readonly name: string;
  /** What it is about, for tables. */
  readonly family: string;
  /** What a good detection gives: an incident of at least medium, a signal, or neither. */
  readonly expect: "incident" | "signal" | "quiet";
  /** Why these sensors cannot see it; "" they can. */
  readonly blind: string;
  /** `attacks/services.yaml#3` */
  readonly place: string;
  readonly events: readonly Event[];
}

export interface StoryResult {
  readonly story: Story;
  readonly signals: readonly SignalFact[];
  readonly incidents: readonly Incident[];
}

export interface ReadStories {
  readonly stories: readonly Story[];
  readonly problems: readonly string[];
}

export function readStories(folder: string): ReadStories {
  const stories: Story[] = [];
  const problems: string[] = [];
  for (const kind of storyKinds) {
    const names = readdirSync(join(folder, kind)).filter((name) => name.endsWith(".yaml"));
    for (const name of names.sort()) {
      const place = `${kind}/${name}`;
      const told = parse(readFileSync(join(folder, kind, name), "utf8")) as ToldDocument;
      for (const [index, one] of told.stories.entries()) {
        const made = readStory(one, kind, `${place}#${index + 1}`);
        stories.push(made.story);
        problems.push(...made.problems);
      }
    }
  }
  return { stories, problems };
}

interface ToldDocument {
  readonly stories: readonly ToldStory[];
}

interface ToldStory {
  readonly family: string;
  readonly expect: Story["expect"];
  readonly blind?: string;
}

function readStory(
  { family, expect, blind = "", ...told }: ToldStory,
  kind: StoryKind,
  place: string,
) {
  const { matching, problems } = decodeCases({ matching: [told] });
  const [one] = matching;
  const story: Story = {
    ...{ kind, family, expect, blind, place },
    name: one?.name ?? "",
    events: one?.events ?? [],
  };
  const lines = problems.map(({ path, message }) => `${place}: ${path} ${message}`);
  return { story, problems: lines };
}

/** `onlyPrograms`: sensors that tell of nothing but the start and end of programs. */
export function playStory(
  story: Story,
  detectors: readonly Detector<unknown>[],
  { onlyPrograms = false } = {},
): StoryResult {
  const facts = new FactSet();
  const folds = [createContainers(), createDetection({ detectors })];
  const observer = createObserver({ folds, emit: (fact) => facts.add(fact) });
  let lastUs = 0;
  for (const event of story.events) {
    if (onlyPrograms && event.type !== "exec" && event.type !== "exit") continue;
    lastUs = Math.max(lastUs, event.timeUs);
    observer.observe(event);
  }
  observer.finish();
  const { detected } = facts;
  const signals = detected.flatMap((container) => facts.signals(container));
  const incidents = judgeIncidents({
    signals,
    processes: detected.flatMap((container) => facts.processes(container)),
    steps: detected.flatMap((container) => facts.steps(container)),
    containers: [...facts.containers],
    coverage: facts.coverage,
    losses: facts.losses,
    ...{ flows: [], findings: [], contexts: [], previous: [] },
    listenersAt: () => [],
    nowUs: lastUs,
  });
  return { story, signals, incidents };
}

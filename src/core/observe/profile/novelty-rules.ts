/**
 * Holds what the rules of novelty say of themselves: one a dimension.
 * In: nothing. Out: their heads. None may weigh so much that new behaviour alone is an incident.
 */
import type { Evaluable, RuleHead, RuleListing } from "../detect/rule.ts";
import { type ProfileDimension, profileDimensions } from "./profile-fact.ts";

interface Said {
  readonly title: string;
  readonly score: number;
  readonly description: string;
}

const said: Readonly<Record<ProfileDimension, Said>> = {
  binary: {
    title: "A program that this workload never ran",
    score: 4,
    description: "The profile of the workload does not name this program.",
  },
  child: {
    title: "A program started by one that never started it",
    score: 4,
    description: "The profile knows no start of this program by that one, or by such a session.",
  },
  destination: {
    title: "A connection to a kind of place where this program never went",
    score: 4,
    description: "The profile knows no connection of this program to such addresses and that port.",
  },
  path: {
    title: "A sensitive file that this program never touched",
    score: 6,
    description: "The profile does not know that this program reads or changes that file.",
  },
  arguments: {
    title: "Arguments that this program was never given",
    score: 2,
    description: "No command line of the profile has this shape, variable parts left aside.",
  },
};

function headOf(dimension: ProfileDimension): RuleHead {
  return {
    id: `novelty-${dimension}`,
    title: said[dimension].title,
    kind: "novelty",
    level: "informational",
    score: said[dimension].score,
    family: "novelty",
    techniques: [],
    tactics: [],
    matrix: [],
    author: "waggle",
    source: "",
    description: said[dimension].description,
    falsePositives: [
      "A new version, a new job, somebody who looks into a fault for the first time",
    ],
    blindSpots: ["A workload without a frozen profile that is not known for long enough yet"],
  };
}

export const noveltyRules: Readonly<Record<ProfileDimension, RuleHead>> = {
  binary: headOf("binary"),
  child: headOf("child"),
  destination: headOf("destination"),
  path: headOf("path"),
  arguments: headOf("arguments"),
};

const evaluables: Readonly<Partial<Record<ProfileDimension, Evaluable>>> = {
  destination: {
    state: "with-policy",
    sensors: ["network"],
    policies: [],
    why: "needs a policy that tells of connections",
  },
  path: {
    state: "with-policy",
    sensors: ["open", "write"],
    policies: [],
    why: "needs a policy that tells of sensitive files",
  },
};

export const noveltyListings: readonly RuleListing[] = profileDimensions.map((dimension) => ({
  head: noveltyRules[dimension],
  evaluable: evaluables[dimension] ?? { state: "yes" },
}));

/**
 * Holds what a Sigma document says of itself: title, level, tags, author.
 * In: a document. Out: a head, and problems. Must never change what the author wrote.
 * **Source**: Sigma specification 2.1, "Components"; `waggle:` is a custom field of ours.
 */
import {
  type Family,
  families,
  type Level,
  levelScores,
  levels,
  type RuleHead,
} from "../detect/rule.ts";
import { tacticsOf, translateTactic, translateTechnique } from "../detect/techniques.ts";
import type { PlainReader } from "./plain-reader.ts";
import { familyOf } from "./rule-family.ts";

const statuses = ["stable", "test", "experimental", "deprecated", "unsupported"] as const;
const relations = ["derived", "obsolete", "merged", "renamed", "similar"] as const;

export interface Relation {
  readonly id: string;
  readonly type: (typeof relations)[number];
}

export interface DocumentHead {
  readonly head: RuleHead;
  /** What other rules may call it; "" none. */
  readonly id: string;
  readonly name: string;
  readonly related: readonly Relation[];
  /** Why it is not to be run whatever it asks; "" nothing. */
  readonly refusal: string;
}

/** A rule without a level is low: nothing says that it matters. */
const usualLevel: Level = "low";
const titleLengthMax = 256;

export function decodeHead(
  reader: PlainReader,
  source: string,
  kind: RuleHead["kind"],
): DocumentHead {
  const title = reader.text("title") ?? "";
  if (title === "") reader.fail("title", "a rule needs a title");
  if (title.length > titleLengthMax) reader.fail("title", "the title is too long");
  const id = reader.text("id") ?? "";
  const name = reader.text("name") ?? "";
  const level = reader.oneOf("level", levels) ?? usualLevel;
  const { techniques, tactics } = readTags(reader.texts("tags"));
  const more = readOurs(reader);
  const taxonomy = reader.text("taxonomy") ?? "sigma";
  const status = reader.oneOf("status", statuses);
  let refusal = status === "unsupported" ? "its author says that it is unsupported" : "";
  if (taxonomy !== "sigma") refusal = `its taxonomy ${JSON.stringify(taxonomy)} is not known here`;
  const head: RuleHead = {
    id: id !== "" ? id : name !== "" ? name : title,
    ...{ title, kind, level, techniques, tactics, source },
    score: more.score ?? levelScores[level],
    family: more.family ?? familyOf(techniques, tactics),
    matrix: more.matrix,
    author: reader.text("author") ?? "",
    description: reader.text("description") ?? "",
    falsePositives: reader.texts("falsepositives"),
    blindSpots: more.blindSpots,
  };
  return { head, id, name, related: readRelated(reader), refusal };
}

/** `attack.t1059.004`, `attack.credential-access`; others are other people's. */
function readTags(tags: readonly string[]) {
  const ours = tags.filter((tag) => /^attack\./i.test(tag));
  const techniques = new Set(ours.map(translateTechnique).filter((id) => id !== undefined));
  const tactics = new Set(ours.flatMap((tag) => translateTactic(tag, [...techniques])));
  if (tactics.size === 0) for (const tactic of tacticsOf([...techniques])) tactics.add(tactic);
  return { techniques: [...techniques], tactics: [...tactics] };
}

interface Ours {
  readonly family: Family | undefined;
  readonly score: number | undefined;
  readonly matrix: readonly string[];
  readonly blindSpots: readonly string[];
}

const ourKeys: ReadonlySet<string> = new Set(["family", "score", "matrix", "blindspots"]);
const scoreMax = 100;

function readOurs(reader: PlainReader): Ours {
  const ours = reader.map("waggle");
  const nothing = { family: undefined, score: undefined, matrix: [], blindSpots: [] };
  if (ours === undefined) return nothing;
  for (const key of ours.keys()) if (!ourKeys.has(key)) ours.fail(key, "there is no such key");
  const score = ours.number("score");
  const isScore = score === undefined || (score >= 0 && score <= scoreMax);
  if (!isScore) ours.fail("score", `score is between 0 and ${scoreMax}`);
  return {
    family: ours.oneOf("family", families),
    score,
    matrix: ours.texts("matrix"),
    blindSpots: ours.texts("blindspots"),
  };
}

function readRelated(reader: PlainReader): readonly Relation[] {
  const value = reader.get("related");
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const related = list.map((one) => {
    const { id, type } = (one ?? {}) as Readonly<Record<string, unknown>>;
    const known = relations.find((relation) => relation === type);
    return typeof id === "string" && known !== undefined ? { id, type: known } : undefined;
  });
  const whole = related.filter((one) => one !== undefined);
  if (whole.length !== list.length || !Array.isArray(value)) {
    reader.fail("related", `related is a list of id and type (${relations.join(", ")})`);
  }
  return whole;
}

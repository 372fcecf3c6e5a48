/**
 * Holds what a sequence says of itself before it says how it matches.
 * In: the map of a rule file. Out: its head; what is wrong is told to the reader of the map.
 */
import type { CaseReader } from "../detect/case-reader.ts";
import { isFamily, isLevel, levelScores, type RuleHead } from "../detect/rule.ts";
import { tacticsOf, translateTechnique } from "../detect/techniques.ts";

export interface HeadOptions {
  /** File name as given. */
  readonly source: string;
}

const slug = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const technique = /^T\d{4}(?:\.\d{3})?$/;
const matrixId = /^MS-TA9\d{3}$/;

export function decodeHead(map: CaseReader, options: HeadOptions): RuleHead {
  const id = map.text("id");
  if (!slug.test(id)) map.complain("id", "is no name of small letters, digits and hyphens");
  const title = map.text("title");
  if (title === "" || title.length > 120)
    map.complain("title", "is empty or beyond 120 characters");
  const level = oneOf(map, "level", isLevel);
  const family = oneOf(map, "family", isFamily);
  const told = idsOf(map, "techniques", technique);
  const techniques = [...new Set(told.map((one) => translateTechnique(one) ?? one))];
  const tactics = map.texts("tactics");
  return {
    id,
    title,
    kind: "sequence",
    level: level ?? "informational",
    score: map.number("score", levelScores[level ?? "informational"]),
    family: family ?? "novelty",
    techniques,
    tactics: tactics.length > 0 ? tactics : tacticsOf(techniques),
    matrix: idsOf(map, "matrix", matrixId),
    author: map.text("author"),
    source: options.source,
    description: map.text("description").trim(),
    falsePositives: map.texts("falsepositives"),
    blindSpots: map.texts("blindspots"),
  };
}

function oneOf<T extends string>(
  map: CaseReader,
  key: string,
  is: (text: string) => text is T,
): T | undefined {
  const text = map.text(key);
  if (is(text)) return text;
  map.complain(key, text === "" ? "is missing" : `cannot be "${text.slice(0, 40)}"`);
  return undefined;
}

function idsOf(map: CaseReader, key: string, pattern: RegExp): readonly string[] {
  const texts = map.texts(key);
  for (const text of texts) {
    if (!pattern.test(text)) map.complain(key, `has "${text.slice(0, 40)}", which is no id`);
  }
  return texts;
}

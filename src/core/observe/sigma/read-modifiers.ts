/**
 * Holds the reading of a field with its modifiers: `CommandLine|contains|all`.
 * In: a key of a search identifier. Out: what is to be done with its values, or why it cannot be.
 * Must never pass over a modifier: one that is not understood refuses the rule.
 * **Source**: Sigma specification 2.1, appendix of modifiers.
 */
import type { Encoding } from "./encode-value.ts";
import type { PatternPlace } from "./pattern.ts";
import type { RegexFlags } from "./regex-engine.ts";

export type Comparison = "lt" | "lte" | "gt" | "gte" | "eq";
export type TimePart = "minute" | "hour" | "day" | "week" | "month" | "year";

/** What a value means. */
export type ValueKind =
  | { readonly kind: "text" }
  | { readonly kind: "regex"; readonly flags: RegexFlags }
  | { readonly kind: "network" }
  | { readonly kind: "exists" }
  | { readonly kind: "field" }
  | { readonly kind: "number"; readonly comparison: Comparison }
  | { readonly kind: "time"; readonly part: TimePart; readonly comparison: Comparison };

export interface Modifiers {
  /** "" for keywords. */
  readonly field: string;
  readonly value: ValueKind;
  readonly place: PatternPlace;
  readonly encodings: readonly Encoding[];
  readonly spellsDashes: boolean;
  readonly expands: boolean;
  readonly isAll: boolean;
  readonly isCased: boolean;
  readonly isNegated: boolean;
}

const places = new Map<string, PatternPlace>([
  ["startswith", "start"],
  ["endswith", "end"],
  ["contains", "within"],
]);
const encodings = new Map<string, Encoding>([
  ["base64", "base64"],
  ["base64offset", "base64offset"],
  ["utf16le", "utf16le"],
  ["wide", "utf16le"],
  ["utf16be", "utf16be"],
  ["utf16", "utf16"],
]);
const comparisons: ReadonlySet<string> = new Set(["lt", "lte", "gt", "gte"]);
const timeParts: ReadonlySet<string> = new Set(["minute", "hour", "day", "week", "month", "year"]);
const regexFlags = new Map<string, keyof RegexFlags>([
  ["i", "ignoreCase"],
  ["m", "multiLine"],
  ["s", "dotAll"],
]);
const flagNames: ReadonlySet<string> = new Set(["all", "cased", "neq", "expand", "windash"]);
const kindNames = new Map<string, ValueKind>([
  ["cidr", { kind: "network" }],
  ["exists", { kind: "exists" }],
  ["fieldref", { kind: "field" }],
]);

interface Draft {
  field: string;
  value: ValueKind;
  place: PatternPlace;
  encodings: Encoding[];
  flags: Set<string>;
}

/** **Errors**: half a sentence. */
export function readModifiers(key: string): Modifiers | string {
  const [field = "", ...names] = key.split("|");
  const draft: Draft = {
    ...{ field, value: { kind: "text" }, place: "whole" },
    ...{ encodings: [], flags: new Set() },
  };
  for (const name of names) {
    const wrong = takeModifier(draft, name);
    if (wrong !== undefined) return wrong;
  }
  const { flags, value, place } = draft;
  const isText = value.kind === "text";
  const isPlaced = place !== "whole" || flags.has("cased");
  if (isPlaced && !isText && value.kind !== "field") return `${field}: ${clash}`;
  const changes = draft.encodings.length > 0 || flags.has("windash");
  if (changes && !isText) return `${field}: ${clash}`;
  if (flags.has("expand") && value.kind === "exists") return `${field}: ${clash}`;
  if (flags.has("all") && value.kind === "exists") return `${field}: ${clash}`;
  return {
    ...{ field, value, place, encodings: draft.encodings },
    spellsDashes: flags.has("windash"),
    expands: flags.has("expand"),
    isAll: flags.has("all"),
    isCased: flags.has("cased"),
    isNegated: flags.has("neq"),
  };
}

const clash = "these modifiers do not go together";

function takeModifier(draft: Draft, name: string): string | undefined {
  const place = places.get(name);
  const encoding = encodings.get(name);
  const kind = kindNames.get(name);
  if (place !== undefined) return takePlace(draft, place);
  if (encoding !== undefined) {
    if (draft.place !== "whole") return `${name} must stand before contains and the like`;
    draft.encodings.push(encoding);
    return undefined;
  }
  if (flagNames.has(name)) {
    draft.flags.add(name);
    return undefined;
  }
  if (regexFlags.has(name) && draft.value.kind === "regex") {
    const flags = { ...draft.value.flags, [regexFlags.get(name) ?? ""]: true };
    draft.value = { kind: "regex", flags };
    return undefined;
  }
  if (kind !== undefined) return takeKind(draft, kind);
  if (name === "re") {
    const flags = { ignoreCase: false, multiLine: false, dotAll: false };
    return takeKind(draft, { kind: "regex", flags });
  }
  return takeNumber(draft, name);
}

function takePlace(draft: Draft, place: PatternPlace): string | undefined {
  if (draft.place !== "whole") return clash;
  draft.place = place;
  return undefined;
}

function takeKind(draft: Draft, kind: ValueKind): string | undefined {
  if (draft.value.kind !== "text") return clash;
  draft.value = kind;
  return undefined;
}

function takeNumber(draft: Draft, name: string): string | undefined {
  const { value } = draft;
  if (comparisons.has(name)) {
    const comparison = name as Comparison;
    if (value.kind === "time" && value.comparison === "eq") draft.value = { ...value, comparison };
    else return takeKind(draft, { kind: "number", comparison });
    return undefined;
  }
  if (timeParts.has(name)) {
    return takeKind(draft, { kind: "time", part: name as TimePart, comparison: "eq" });
  }
  return `there is no modifier ${JSON.stringify(name.slice(0, 40))}`;
}

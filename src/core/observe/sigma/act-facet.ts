/**
 * Holds the side of an act that comes again and again: its program and arguments, or its path. What
 * rules say of that side alone is asked once.
 * In: kinds of acts. Out: the facet's key of an act, and which fields follow from it.
 * Must never count a field in that depends on anything but the kind of the act and the key.
 */
import type { Act, ActKind } from "../detect/act.ts";
import type { ActField } from "../detect/act-fields.ts";
import type { ActReader } from "../detect/act-reader.ts";
import { kindFields } from "./compile-item.ts";

export interface ActFacet {
  /** "" where it is too long to be worth keeping. */
  keyOf(act: Act): string;
  knows(field: ActField): boolean;
}

/** **Unit**: UTF-16 code units: longer texts seldom come twice. */
const keyLengthMax = 512;
/** Keys remembered of one kind of acts. */
const rememberedMax = 2048;

/** Of the latest act: each detector asks for the key of the same program. */
const latest = { binary: "", arguments: "", name: "", key: "\u0000\u0000" };

function programKey({ subject: { binary, arguments: args, name } }: Act): string {
  if (binary.length + args.length > keyLengthMax) return "";
  if (latest.binary === binary && latest.arguments === args && latest.name === name) {
    return latest.key;
  }
  latest.binary = binary;
  latest.arguments = args;
  latest.name = name;
  latest.key = `${binary}\u0000${args}\u0000${name}`;
  return latest.key;
}

const program: ActFacet = {
  keyOf: programKey,
  knows: ({ name, facet }) => facet === "program" || kindFields.has(name),
};

const path: ActFacet = {
  keyOf: ({ path: text }) => (text.length > keyLengthMax ? "" : text),
  knows: ({ name, facet }) => facet === "path" || kindFields.has(name),
};

const facets: Partial<Record<ActKind, ActFacet>> = {
  exec: program,
  connect: program,
  read: path,
  write: path,
  map: path,
  mode: path,
  delete: path,
  rename: path,
  link: path,
  truncate: path,
  attribute: path,
  mount: path,
};

/** Undefined where nothing of such acts comes again, or they are too few. */
export function facetOf(kind: ActKind): ActFacet | undefined {
  return facets[kind];
}

/** Answers by key. **Cost**: one look-up for what is known. */
export class FacetMemory<T> {
  private readonly answers = new Map<string, T>();
  private readonly facet: ActFacet;
  private readonly answer: (act: Act, reader: ActReader) => T;

  constructor(facet: ActFacet, answer: (act: Act, reader: ActReader) => T) {
    this.facet = facet;
    this.answer = answer;
  }

  /** The answer must follow from the kind of the act and the facet alone. */
  get(act: Act, reader: ActReader): T {
    const key = this.facet.keyOf(act);
    if (key === "") return this.answer(act, reader);
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    if (this.answers.size >= rememberedMax) this.answers.clear();
    const made = this.answer(act, reader);
    this.answers.set(key, made);
    return made;
  }
}

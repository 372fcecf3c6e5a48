/**
 * Holds the reading of YAML that anybody may have written.
 * In: text. Out: its documents as plain values, or where and why one is refused.
 * Must never take time or memory out of proportion to the text: the parser's own check for equal
 * keys, its conversion of keys that are maps, and aliases all can, so they are done here.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
} from "yaml";

/** **Unit**: UTF-16 code units. The parser takes seconds for a hostile text of this length. */
export const yamlLengthMax = 1024 * 1024;

const depthMax = 100;
/** **Unit**: values; an alias counts as much as what it stands for. */
const valueCountMax = 1_000_000;

/** 1-based. */
export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

export interface YamlRefusal {
  readonly kind: "refused";
  /** Half a sentence: what is wrong. */
  readonly message: string;
  /** **Unit**: UTF-16 code units from the start of the text. */
  readonly offset: number;
  readonly place: YamlPlace;
}

export interface YamlValue {
  readonly kind: "read";
  /** Its objects have no prototype. */
  readonly value: unknown;
  /** Gives the places of keys and values. */
  readonly root: Node | null;
  readonly placeAt: (offset: number) => YamlPlace;
}

export type YamlDocument = YamlValue | YamlRefusal;

/** **Errors**: none; each document that cannot be taken is a refusal. Tags mean nothing. */
export function readYaml(
  text: string,
  options: { readonly takesAliases: boolean },
): readonly YamlDocument[] {
  const lines = new LineCounter();
  const placeAt = (offset: number): YamlPlace => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (message: string, offset: number): YamlRefusal => {
    return { kind: "refused", message, offset, place: placeAt(offset) };
  };
  if (text.length > yamlLengthMax) return [refuse("it is longer than 1 MB", 0)];
  try {
    const settings = { lineCounter: lines, prettyErrors: false, uniqueKeys: false } as const;
    return [...parseAllDocuments(text, { ...settings, logLevel: "silent" })].map((document) => {
      const broken = document.errors[0];
      if (broken !== undefined)
        return refuse(`not YAML: ${firstLine(broken.message)}`, broken.pos[0]);
      const root = document.contents as Node | null;
      const reader = new PlainReader(options.takesAliases);
      const value = reader.read(root, 0);
      const { refused } = reader;
      if (refused !== undefined) return refuse(refused.message, refused.offset);
      return { kind: "read", value, root, placeAt };
    });
  } catch (error) {
    return [refuse(error instanceof Error ? firstLine(error.message) : "it is too deep", 0)];
  }
}

interface Anchored {
  readonly value: unknown;
  readonly valueCount: number;
}

/** Makes plain values of nodes; the first thing that is refused ends it. */
class PlainReader {
  refused: { readonly message: string; readonly offset: number } | undefined;
  private valueCount = 0;
  private readonly anchors = new Map<string, Anchored>();
  private readonly takesAliases: boolean;

  constructor(takesAliases: boolean) {
    this.takesAliases = takesAliases;
  }

  read(node: unknown, depth: number): unknown {
    if (this.refused !== undefined || node === null || node === undefined) return null;
    const countBefore = this.valueCount++;
    if (depth > depthMax) return this.refuse(`it nests deeper than ${depthMax} levels`, node);
    if (this.valueCount > valueCountMax) return this.refuse("it holds too many values", node);
    if (isAlias(node)) return this.readAlias(node.source, node);
    const value = this.readPlain(node, depth);
    const name = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (name !== undefined) {
      this.anchors.set(name, { value, valueCount: this.valueCount - countBefore });
    }
    return value;
  }

  private readPlain(node: unknown, depth: number): unknown {
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1));
    return isMap(node) ? this.readPairs(node.items, depth) : null;
  }

  private readPairs(pairs: readonly Pair[], depth: number): unknown {
    const record: Record<string, unknown> = Object.create(null);
    for (const { key, value } of pairs) {
      if (!isScalar(key)) return this.refuse("a key is not a plain text", key);
      const name = String(key.value ?? "");
      if (Object.hasOwn(record, name)) {
        return this.refuse(
          `not YAML: the key ${JSON.stringify(name.slice(0, 80))} is there twice`,
          key,
        );
      }
      record[name] = this.read(value, depth + 1);
    }
    return record;
  }

  private readAlias(source: string, node: unknown): unknown {
    if (!this.takesAliases) return this.refuse("aliases are not taken; write it out", node);
    const found = this.anchors.get(source);
    if (found === undefined) return this.refuse("an alias stands for nothing", node);
    this.valueCount += found.valueCount;
    return found.value;
  }

  private refuse(message: string, node: unknown): null {
    this.refused ??= { message, offset: (node as Node | null)?.range?.[0] ?? 0 };
    return null;
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/**
 * Holds rule files as they were parsed when the program was made: reading YAML takes a second of
 * the processor that a report should not pay each time.
 * In: rule files; the document that keeps them parsed. Out: the same files with their values.
 * Must never give values of another text: whoever edits a rule gets what is in the file.
 */
import { readYaml, type YamlDocument } from "../read-yaml.ts";

/** A rule file as it is; each document of it is a rule, a correlation or a filter. */
export interface RuleFile {
  readonly source: string;
  readonly text: string;
  /** Values of its documents, where they are known already. */
  readonly parsed?: readonly unknown[];
}

/** Beside the rules that come with the program. */
export const parsedRulesName = "parsed.json";

/** Values by a print of the text. */
export type ParsedTexts = ReadonlyMap<string, readonly unknown[]>;

/** **Shape**: JSON, one line a file. What cannot be kept so is left out. **Order**: by print. */
export function keepParsed(texts: readonly string[]): string {
  const lines = texts.flatMap((text) => {
    const documents = readYaml(text, { takesAliases: false });
    const values = documents.map((one) => (one.kind === "read" ? one.value : undefined));
    const isWhole = documents.every(({ kind }) => kind === "read");
    return isWhole ? [`${JSON.stringify(printOf(text))}: ${JSON.stringify(values)}`] : [];
  });
  return `{\n${lines.sort().join(",\n")}\n}\n`;
}

/** **Errors**: none; what is no such document holds nothing. */
export function readParsed(json: string): ParsedTexts {
  const texts = new Map<string, readonly unknown[]>();
  let kept: unknown;
  try {
    kept = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return texts;
    throw error;
  }
  if (typeof kept !== "object" || kept === null) return texts;
  for (const [print, values] of Object.entries(kept)) {
    if (Array.isArray(values)) texts.set(print, values);
  }
  return texts;
}

/** The file with its values, where these are those of its very text. */
export function withParsed(file: RuleFile, texts: ParsedTexts): RuleFile {
  const parsed = texts.get(printOf(file.text));
  return parsed === undefined ? file : { ...file, parsed };
}

/** As `readYaml`; where places are asked for, the text is parsed after all. */
export function readRuleFile(
  { text, parsed }: RuleFile,
  options: { readonly takesAliases: boolean },
): readonly YamlDocument[] {
  if (parsed === undefined) return readYaml(text, options);
  let documents: readonly YamlDocument[] | undefined;
  const documentAt = (index: number) => {
    documents ??= readYaml(text, options);
    const document = documents[index];
    return document?.kind === "read" ? document : undefined;
  };
  return parsed.map((value, index) => ({
    kind: "read",
    value: withoutPrototype(value),
    get root() {
      return documentAt(index)?.root ?? null;
    },
    placeAt: (offset) => documentAt(index)?.placeAt(offset) ?? { line: 1, column: 1 },
  }));
}

/** As the reader of YAML gives them: a key of a rule is never something inherited. */
function withoutPrototype(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototype);
  if (typeof value !== "object" || value === null) return value;
  const record: Record<string, unknown> = Object.create(null);
  for (const [key, one] of Object.entries(value)) record[key] = withoutPrototype(one);
  return record;
}

/** Length and two sums of it; to tell an edited file, not to withstand a forger. */
function printOf(text: string): string {
  let one = 0x811c9dc5;
  let other = 0x9e3779b9;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x85ebca6b) ^ (other >>> 13);
  }
  return [text.length, one >>> 0, other >>> 0].map((part) => part.toString(36)).join("-");
}

/**
 * Holds the way from an operation's input schema to options of the command line.
 * In: a zod object. Out: one option per key: flag, kind, choices, description; and back: the value
 * that the schema wants from the words that were typed.
 * Must never know an operation by name.
 */
import * as z from "zod";
import { WaggleError } from "../../ports/waggle-error.ts";

export type OptionKind = "text" | "list" | "integer" | "flag";

export interface SchemaOption {
  readonly key: string;
  /** Long flag without dashes. */
  readonly flag: string;
  readonly kind: OptionKind;
  readonly choices: readonly string[];
  readonly description: string;
  readonly required: boolean;
}

interface JsonProperty {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: JsonProperty;
  readonly description?: string;
}

/** **Order**: as the schema declares its keys. */
export function schemaOptions(schema: z.ZodObject): readonly SchemaOption[] {
  const json = z.toJSONSchema(schema, { io: "input" });
  const properties = Object.entries((json.properties ?? {}) as Record<string, JsonProperty>);
  return properties.map(([key, property]) => ({
    key,
    flag: key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    kind: kindOf(property),
    choices: (property.enum ?? property.items?.enum ?? []).map(String),
    description: property.description ?? "",
    required: json.required?.includes(key) ?? false,
  }));
}

function kindOf(property: JsonProperty): OptionKind {
  if (property.type === "array") return "list";
  if (property.type === "boolean") return "flag";
  if (property.type === "integer" || property.type === "number") return "integer";
  return "text";
}

/**
 * **Errors**: throws `usage` for a value that is the next option: commander takes `--sbom --vulns`
 * for a file called `--vulns`.
 */
export function refuseSwallowed(flag: string, typed: unknown): void {
  const swallowed = [typed].flat().find((word) => /^--[a-z]/.test(String(word)));
  if (swallowed === undefined) return;
  throw new WaggleError("usage", `--${flag} needs a value before ${swallowed}.`);
}

/** **Errors**: throws `usage` for a number that is none, and for a value that is an option. */
export function readOptionValue(option: SchemaOption, typed: unknown): unknown {
  refuseSwallowed(option.flag, typed);
  if (option.kind !== "integer" || typeof typed !== "string") return typed;
  if (/^\d{1,15}$/.test(typed)) return Number(typed);
  throw new WaggleError("usage", `--${option.flag} takes a whole number, not "${typed}".`);
}

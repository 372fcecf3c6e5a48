/**
 * Holds what a service is told by its environment: `WAGGLE_TETRAGON_METRICS` for
 * `--tetragon-metrics`.
 * In: what was typed, the environment. Out: both; what was typed wins.
 */
import type * as z from "zod";
import { WaggleError } from "../../ports/waggle-error.ts";
import { readOptionValue, type SchemaOption, schemaOptions } from "./schema-options.ts";

/** **Errors**: throws `usage` naming the variable. */
export function fillFromEnvironment(
  raw: Readonly<Record<string, unknown>>,
  input: z.ZodObject,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, unknown>> {
  const filled: Record<string, unknown> = { ...raw };
  for (const option of schemaOptions(input)) {
    const name = variableName(option);
    const text = environment[name];
    if (filled[option.key] !== undefined || text === undefined || text === "") continue;
    filled[option.key] = readVariable(option, text, name);
  }
  return filled;
}

function variableName({ flag }: Pick<SchemaOption, "flag">): string {
  return `WAGGLE_${flag.toUpperCase().replaceAll("-", "_")}`;
}

function readVariable(option: SchemaOption, text: string, name: string): unknown {
  if (option.kind === "list") return text.split(",").map((word) => word.trim());
  if (option.kind !== "flag") return readOptionValue(option, text);
  if (/^(?:1|true|yes|on)$/i.test(text)) return true;
  if (/^(?:0|false|no|off)$/i.test(text)) return false;
  throw new WaggleError("usage", `${name} takes true or false, not "${text}".`);
}

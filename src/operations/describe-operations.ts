/**
 * Holds the document about operations, made from the table.
 * In: operations. Out: Markdown. Must never say what the table does not.
 */
import { z } from "zod";
import { configSchema } from "./config.ts";
import { failOnWords } from "./fail-on.ts";
import type { OperationInfo } from "./operation.ts";

/** **Order**: as the table. */
export function describeOperations(operations: readonly OperationInfo[]): string {
  const parts = operations.flatMap(describeOperation);
  return [
    "# Operations",
    "",
    "Every question and command of waggle, declared once in `src/operations/`. The command line",
    "renders them; so will other surfaces. Keys are flags there: `tetragonMetrics` is",
    "`--tetragon-metrics`.",
    "",
    ...parts,
    ...describeFailOn(),
    ...describeConfig(),
  ].join("\n");
}

function describeOperation(operation: OperationInfo): readonly string[] {
  const effect = operation.effect === "read" ? "Changes nothing." : "Writes files.";
  return [
    `## ${operation.name}`,
    "",
    `${operation.description} ${effect}`,
    "",
    ...describeKeys(operation.input),
  ];
}

interface JsonProperty {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: JsonProperty;
  readonly description?: string;
}

function describeKeys(schema: z.ZodObject): readonly string[] {
  const json = z.toJSONSchema(schema, { io: "input" });
  const properties = Object.entries((json.properties ?? {}) as Record<string, JsonProperty>);
  const rows = properties.map(([key, property]) => {
    const required = json.required?.includes(key) === true ? " (required)" : "";
    return `| \`${key}\`${required} | ${typeOf(property)} | ${cell(property.description ?? "")} |`;
  });
  return ["| key | type | what |", "|---|---|---|", ...rows, ""];
}

function typeOf(property: JsonProperty): string {
  if (property.enum !== undefined) return property.enum.map(String).join(", ");
  if (property.type === "array") return `list of ${typeOf(property.items ?? {})}`;
  return property.type ?? "any of several";
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

function describeFailOn(): readonly string[] {
  const rows = [...failOnWords].map(([word, { says }]) => `| \`${word}\` | ${cell(says)} |`);
  return [
    "## Conditions of `--fail-on`",
    "",
    "Words joined by `:` must all hold for one finding (`in-use:high`); of several conditions",
    "(`--fail-on kev --fail-on in-use:critical`, or with a comma) any is enough. The report is",
    "written first; then the exit status is 10.",
    "",
    "| word | holds for a finding with |",
    "|---|---|",
    ...rows,
    "",
  ];
}

function describeConfig(): readonly string[] {
  return [
    "## `waggle.yaml`",
    "",
    "Read when it is in the working directory, or named with `--config`; what the command line says",
    "wins. Paths are relative to the file. Its JSON Schema is `docs/config.schema.json`.",
    "",
    ...describeKeys(configSchema),
  ];
}

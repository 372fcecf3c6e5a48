/**
 * Holds the document of operations: what each asks, takes and does, from the table itself.
 * In: the table. Out: Markdown for `docs/operations.md`. Must never say what the schemas do not.
 */
import { z } from "zod";
import type { OperationInfo } from "./operation.ts";

interface Property {
  readonly type?: string;
  readonly description?: string;
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

export function describeOperations(operations: readonly OperationInfo[]): string {
  const list = operations.map(({ name, summary }) => `- [\`${name}\`](#${name}): ${summary}`);
  const parts = operations.map(describeOperation);
  return ["# Operations", "", ...list, "", ...parts].join("\n");
}

function describeOperation({ name, description, effect, input }: OperationInfo): string {
  const schema = z.toJSONSchema(input, { io: "input" }) as ObjectSchema;
  const rows = Object.entries(schema.properties ?? {}).map(([key, property]) => {
    const needed = schema.required?.includes(key) ? "yes" : "";
    return `| \`${key}\` | ${property.type ?? ""} | ${needed} | ${cell(property.description)} |`;
  });
  return [
    `## ${name}`,
    "",
    description,
    "",
    effect === "read" ? "Changes nothing outside." : "Changes something outside.",
    "",
    "| input | type | required | meaning |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function cell(text = ""): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

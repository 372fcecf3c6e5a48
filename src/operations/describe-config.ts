/**
 * Holds the document about `waggle.yaml` and `--fail-on`, made from their schemas and tables.
 * In: nothing. Out: Markdown for `docs/configuration.md`. Must never say what the code does not.
 */
import { wrap } from "../core/report/text-layout.ts";
import { configJsonSchema } from "./config.ts";
import { failOnWords } from "./fail-on.ts";

interface Property {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Property;
  readonly anyOf?: readonly Property[];
  readonly description?: string;
}

const example = `events: [/var/log/tetragon]
sbom: [sboms/]
vulns: [scans/]
policies: [policies/]
images:
  registry.example/shop/web: [sboms/web.syft.json, scans/web.grype.json]
probes:
  - container: redis
    command: redis-cli ping
minimum-window: 10m
fail-on: [kev, "in-use:critical:fixable"]`;

/** **Order**: keys as the schema declares them, words as their table. */
export function describeConfig(): string {
  const { properties } = configJsonSchema() as {
    properties: Readonly<Record<string, Property>>;
  };
  const keys = Object.entries(properties).flatMap(([key, property]) => {
    const text = `\`${key}\` (${typeOf(property)}): ${property.description ?? ""}`;
    return wrap(text, 116, 20).map((line, at) => `${at === 0 ? "- " : "  "}${line}`);
  });
  const words = [...failOnWords].map(([word, { says }]) => `| \`${word}\` | ${cell(says)} |`);
  return [
    "# Configuration",
    "",
    "`waggle.yaml` in the working directory is read when it is there; `--config` names another.",
    "What the command line says wins, key by key. Paths are relative to the file.",
    "Editors find the JSON Schema in `docs/config.schema.json`.",
    "",
    "```yaml",
    example,
    "```",
    "",
    "Every key is optional:",
    "",
    ...keys,
    "",
    "## Conditions of `--fail-on`",
    "",
    "Words that are joined with `:` must all hold for one finding. Of several conditions any is",
    "enough. The report is written first; then the exit status is 10.",
    "",
    "| word | holds for a finding with |",
    "|---|---|",
    ...words,
    "",
  ].join("\n");
}

/** The configuration that the document shows; a test reads it. */
export const configExample = example;

function typeOf(property: Property): string {
  if (property.enum !== undefined) return property.enum.map(String).join(", ");
  if (property.type === "array") return `list of ${typeOf(property.items ?? {})}`;
  return property.type ?? (property.anyOf ?? []).map(typeOf).join(" or ");
}

function cell(text = ""): string {
  return text.replaceAll("|", "\\|");
}

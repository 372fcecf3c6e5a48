/**
 * Holds how tests hold events of OCSF to its schema: known fields, types, numbers, what must be.
 * In: an event as plain data. Out: what is wrong with it, each with its path; "" when it is right.
 * **Source**: `fixtures/documents/ocsf-1.8.0-fields.json.gz`.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

interface Field {
  readonly type: string;
  readonly array?: boolean;
  readonly required?: boolean;
  readonly enum?: readonly (number | string)[];
}

interface Definition {
  readonly fields: Readonly<Record<string, Field>>;
  readonly constraints?: Readonly<Record<string, readonly string[]>>;
}

const address = new URL("../../fixtures/documents/ocsf-1.8.0-fields.json.gz", import.meta.url);
const { objects } = JSON.parse(gunzipSync(readFileSync(address)).toString("utf8")) as {
  readonly objects: Readonly<Record<string, Definition>>;
};

const classes: Readonly<Record<number, string>> = {
  2004: "detection_finding",
  2005: "incident_finding",
};
const numbers = new Set(["integer_t", "long_t", "timestamp_t", "port_t"]);

export function errorsOfOcsf(event: Readonly<Record<string, unknown>>): string {
  const name = classes[Number(event["class_uid"])];
  return name === undefined ? "no class" : errorsOf(event, name, name).join("\n");
}

function errorsOf(value: unknown, name: string, path: string): readonly string[] {
  const definition = objects[name];
  if (definition === undefined) return [`${path}: ${name} is not in the list of fields`];
  if (typeof value !== "object" || value === null) return [`${path}: not an object`];
  const { fields, constraints } = definition;
  const missing = Object.entries(fields)
    .filter(([key, field]) => field.required && !(key in value))
    .map(([key]) => `${path}.${key}: is missing`);
  const either = constraints?.["at_least_one"] ?? constraints?.["just_one"] ?? [];
  const lacks = either.length > 0 && !either.some((key) => key in value);
  return [
    ...missing,
    ...(lacks ? [`${path}: needs one of ${either.join(", ")}`] : []),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const field = fields[key];
      if (field === undefined) return [`${path}.${key}: no such field`];
      if (!field.array) return errorsOfField(inner, field, `${path}.${key}`);
      if (!Array.isArray(inner)) return [`${path}.${key}: must be a list`];
      return inner.flatMap((one, at) => errorsOfField(one, field, `${path}.${key}[${at}]`));
    }),
  ];
}

function errorsOfField(value: unknown, field: Field, path: string): readonly string[] {
  if (field.enum !== undefined && !field.enum.includes(value as number)) {
    return [`${path}: ${String(value)} is not one of its numbers`];
  }
  if (numbers.has(field.type)) return Number.isSafeInteger(value) ? [] : [`${path}: no number`];
  if (field.type === "boolean_t") return typeof value === "boolean" ? [] : [`${path}: no boolean`];
  if (field.type === "json_t") return [];
  if (field.type.endsWith("_t")) return typeof value === "string" ? [] : [`${path}: no text`];
  return errorsOf(value, field.type, path);
}

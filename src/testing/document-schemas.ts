/**
 * Holds how tests validate documents against the schemas of their standards.
 * In: plain data. Out: what is wrong with it, "" when it is valid.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import { Ajv, type ValidateFunction } from "ajv";

const require = createRequire(import.meta.url);
const fixtures = new URL("../../fixtures/documents/", import.meta.url);
const visibleOnly = /^[\x21-\x7e]*$/;

function newValidator(): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true });
  const isTime = (text: string) => /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text);
  ajv.addFormat("date-time", (text) => isTime(text) && !Number.isNaN(Date.parse(text)));
  ajv.addFormat("uri", (text) => visibleOnly.test(text) && URL.canParse(text));
  const isReference = (text: string) => visibleOnly.test(text) && URL.canParse(text, "file:///");
  ajv.addFormat("uri-reference", isReference);
  ajv.addFormat("iri-reference", isReference);
  ajv.addFormat("email", true);
  ajv.addFormat("idn-email", true);
  return ajv;
}

function tellErrors(validate: ValidateFunction, value: unknown): string {
  if (validate(value)) return "";
  const errors = (validate.errors ?? []).slice(0, 10);
  return errors.map((one) => `${one.instancePath} ${one.message ?? ""}`).join("\n");
}

let sarif: ValidateFunction | undefined;

/** **Source**: the schema of OASIS; draft 4, of which it uses what later drafts kept. */
export function errorsOfSarif(value: unknown): string {
  if (sarif === undefined) {
    const bytes = gunzipSync(readFileSync(new URL("sarif-schema-2.1.0.json.gz", fixtures)));
    const { $schema: _draft, id: _id, ...schema } = JSON.parse(bytes.toString("utf8"));
    sarif = newValidator().compile(schema);
  }
  return tellErrors(sarif, value);
}

let cycloneDx: ValidateFunction | undefined;

/** **Source**: the schemas that the library of CycloneDX ships. */
export function errorsOfCycloneDx(value: unknown): string {
  if (cycloneDx === undefined) {
    const entry = require.resolve("@cyclonedx/cyclonedx-library/package.json");
    const folder = new URL("res/schema/", `file://${entry}`);
    const read = (name: string) =>
      JSON.parse(readFileSync(new URL(`${name}.SNAPSHOT.schema.json`, folder), "utf8"));
    const ajv = newValidator();
    for (const name of ["spdx", "jsf-0.82"]) {
      ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
    }
    cycloneDx = ajv.compile(read("bom-1.6"));
  }
  return tellErrors(cycloneDx, value);
}

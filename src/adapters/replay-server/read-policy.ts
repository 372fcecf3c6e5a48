/**
 * Holds the reading of a tracing policy as strictly as Tetragon reads it.
 * In: YAML of a client. Out: the policy as plain data, or a refusal in Tetragon's words.
 * Must never take what Tetragon 1.7.0 refuses at this step, so far as `policy-schema.ts` knows it.
 * Source: `tracingpolicy.FromYAML`, tried with documents of every kind; its quirks are kept: only
 * the first document counts, and nobody looks at `apiVersion`.
 */
import { parseAllDocuments } from "yaml";
import { findFaults, findMismatch, goKind } from "./check-shape.ts";
import { isPlain, type Plain } from "./policy-fields.ts";
import { policyShape } from "./policy-schema.ts";
import { Refusal } from "./refusal.ts";

export interface Policy {
  readonly name: string;
  /** "" for a policy of the whole cluster. */
  readonly namespace: string;
  readonly spec: Plain;
}

/** **Errors**: throws `Refusal`. */
export function readPolicy(yaml: string): Policy {
  const document = parseYaml(yaml);
  // An empty document has no kind, which is told as one that is not known.
  if (document === null) throw new Refusal("unknown CRD kind: ");
  if (!isPlain(document)) {
    throw notJson(`json: cannot unmarshal ${goKind(document)} into Go value of type ${anyMap}`);
  }
  const kind = document["kind"];
  if (typeof kind !== "string" || kind === "") {
    throw notJson(`Object 'Kind' is missing in '${sortedJson(document)}'`);
  }
  if (kind !== "TracingPolicy" && kind !== "TracingPolicyNamespaced") {
    throw new Refusal(`unknown CRD kind: ${kind}`);
  }
  const mismatch = findMismatch(document, policyShape);
  if (mismatch !== undefined) {
    const where = "failed to unmarshal into typed object: error unmarshaling JSON: ";
    throw new Refusal(`${where}while decoding JSON: json: ${mismatch}`);
  }
  const metadata = isPlain(document["metadata"]) ? document["metadata"] : {};
  const faults = findMetadataFaults(metadata, kind === "TracingPolicyNamespaced");
  findFaults(document, policyShape, "", faults);
  if (faults.length > 0) throw new Refusal(`validation failed: ${faults.join("\n")}`);
  return {
    name: textOf(metadata["name"]),
    namespace: textOf(metadata["namespace"]),
    spec: document["spec"] as Plain,
  };
}

const anyMap = "map[string]interface {}";

function notJson(what: string): Refusal {
  return new Refusal(
    `failed to unmarshal YAML: error unmarshaling JSON: while decoding JSON: ${what}`,
  );
}

function parseYaml(yaml: string): unknown {
  try {
    return parseFirst(yaml);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // The parser gives up on what is nested too deep, and on aliases of aliases.
    throw notYaml("document contains excessive aliasing");
  }
}

function notYaml(what: string): Refusal {
  return new Refusal(`failed to unmarshal YAML: error converting YAML to JSON: yaml: ${what}`);
}

function parseFirst(yaml: string): unknown {
  const [document] = parseAllDocuments(yaml, {
    version: "1.1",
    logLevel: "silent",
    prettyErrors: true,
    // Neither times nor sixty-based numbers: they are text to the parser that Tetragon has.
    customTags: (tags) =>
      tags.filter(
        (tag) =>
          typeof tag === "string" || (tag.format !== "TIME" && !tag.tag.endsWith(":timestamp")),
      ),
  });
  if (document === undefined || !("errors" in document)) return null;
  const twice = document.errors.filter(({ code }) => code === "DUPLICATE_KEY");
  const [broken] = document.errors.filter(
    ({ code }) => code !== "DUPLICATE_KEY" && code !== "MULTIPLE_DOCS",
  );
  if (broken !== undefined) {
    const [what = ""] = broken.message.split(/ at line |\n/);
    throw notYaml(`line ${broken.linePos?.[0].line ?? 1}: ${what}`);
  }
  if (twice.length > 0) {
    const lines = twice.map((error) => {
      const key = /^\s*(?:- )*"?([^":]*)/.exec(yaml.slice(error.pos[0]))?.[1] ?? "";
      return `\n  line ${error.linePos?.[0].line ?? 1}: key "${key}" already set in map`;
    });
    throw notYaml(`unmarshal errors:${lines.join("")}`);
  }
  return document.toJS({ maxAliasCount: 1000 });
}

const nameRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or " +
  "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used " +
  "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function findMetadataFaults(metadata: Plain, isNamespaced: boolean): string[] {
  const faults: string[] = [];
  const name = textOf(metadata["name"]);
  if (name === "") faults.push("metadata.name: Required value: name or generateName is required");
  else {
    const invalid = (why: string) => faults.push(`metadata.name: Invalid value: "${name}": ${why}`);
    if (name.length > 253) invalid("must be no more than 253 characters");
    if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)) {
      invalid(nameRule);
    }
  }
  const hasNamespace = textOf(metadata["namespace"]) !== "";
  if (isNamespaced && !hasNamespace) faults.push("metadata.namespace: Required value");
  if (!isNamespaced && hasNamespace) {
    faults.push("metadata.namespace: Forbidden: not allowed on this type");
  }
  return faults;
}

/** A name such as 123 is taken for text, as Tetragon's parser does. */
function textOf(value: unknown): string {
  return value === null || value === undefined || typeof value === "object" ? "" : String(value);
}

function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (!isPlain(value)) return JSON.stringify(value) ?? "null";
  const pairs = Object.keys(value).sort();
  return `{${pairs.map((key) => `${JSON.stringify(key)}:${sortedJson(value[key])}`).join(",")}}`;
}

/**
 * Holds the decoding of CISA's catalogue of known exploited vulnerabilities (KEV), JSON.
 * In: chunks of bytes, the CVEs to keep. Out: their entries and the date of the catalogue, or why
 * the document was refused. Must never take another document for an empty catalogue.
 * **Source**: CISA, `known_exploited_vulnerabilities_schema.json`.
 */
import { cutText, textLengthMax } from "../event/bounds.ts";
import type { ProblemLog } from "../event/problem.ts";
import { DocumentProblems } from "./document-decoder.ts";
import { joinKnownExploited } from "./enrichment.ts";
import type { KnownExploited } from "./image.ts";
import { type JsonPlace, readJsonElements } from "./json-elements.ts";
import { type Faults, isObject, nameKind, readRequiredText, readText } from "./json-value.ts";

/** **Shape**: `message` is one sentence for people where it was refused. */
export type EnrichmentDocument<Entry> =
  | {
      readonly kind: "read";
      readonly entries: ReadonlyMap<string, Entry>;
      /** Entries of the whole document. */
      readonly count: number;
      /** `YYYY-MM-DD`; "" when it does not say. */
      readonly date: string;
      /** Version of the catalogue or of the model. */
      readonly version: string;
    }
  | { readonly kind: "refused"; readonly message: string };

/** **Cost**: memory of what is kept. */
export async function readKev(
  chunks: AsyncIterable<Uint8Array>,
  input: string,
  options: { readonly wanted: ReadonlySet<string>; readonly problems: ProblemLog },
): Promise<EnrichmentDocument<KnownExploited>> {
  const problems = new DocumentProblems(input, options.problems);
  const entries = new Map<string, KnownExploited>();
  const texts = new Map<string, string>();
  let count = 0;
  const addEntry = (value: unknown, place: JsonPlace): void => {
    const faults: Faults = { first: undefined };
    const cve = isObject(value) ? readRequiredText(value, "cveID", faults).toUpperCase() : "";
    if (!isObject(value) || cve === "") {
      problems.leftOut(place, faults.first ?? `expected an object, found ${nameKind(value)}`);
      return;
    }
    count += 1;
    if (!options.wanted.has(cve)) return;
    const use = readText(value, "knownRansomwareCampaignUse", faults).toLowerCase();
    const entry = {
      dateAdded: cutText(readText(value, "dateAdded", faults), textLengthMax.name),
      dueDate: cutText(readText(value, "dueDate", faults), textLengthMax.name),
      ransomware: use === "known",
    };
    problems.doubt(place, faults);
    const known = entries.get(cve);
    entries.set(cve, known === undefined ? entry : joinKnownExploited(known, entry));
  };
  const failure = await readJsonElements(chunks, {
    plan: (path, kind) => {
      if (path === "") return kind === "object" ? "enter" : "skip";
      if (path === "vulnerabilities") return kind === "array" ? "elements" : "skip";
      return kind === "scalar" ? "value" : "skip";
    },
    element: (_, value, place) => addEntry(value, place),
    value: (path, value) => {
      const isKept = typeof value === "string" && texts.size < 64;
      if (isKept) texts.set(path, cutText(value, textLengthMax.name));
    },
    tooLarge: (place) => problems.tooLarge(place),
  });
  const what = `${input}: not CISA's catalogue of known exploited vulnerabilities`;
  const hint = "give the JSON file known_exploited_vulnerabilities.json.";
  if (failure !== undefined) {
    const at = failure.offset > 0 ? ` at byte ${failure.offset}` : "";
    return { kind: "refused", message: `${what}: ${failure.message}${at}; ${hint}` };
  }
  const version = texts.get("catalogVersion") ?? "";
  if (count === 0) {
    return { kind: "refused", message: `${what}: it has no vulnerabilities with a cveID; ${hint}` };
  }
  return {
    kind: "read",
    entries,
    count,
    date: dateOf(texts.get("dateReleased"), version),
    version,
  };
}

/** The day of release; where it is missing, the version is one: `2026.08.07`. */
function dateOf(released: string | undefined, version: string): string {
  const found = [released ?? "", version.replaceAll(".", "-")]
    .map((text) => /^\d{4}-\d\d-\d\d/.exec(text)?.[0])
    .find((day) => day !== undefined);
  return found ?? "";
}

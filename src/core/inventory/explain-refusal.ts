/**
 * Holds what to tell a person whose document cannot be used: what it seems to be, what was
 * expected, and which command makes the right one.
 * In: the first bytes, the keys, the place where reading stopped. Out: a message and a path.
 * Must never quote more than a few words of the document.
 */
import type { JsonFailure, JsonKind } from "./json-elements.ts";
import { quoteText } from "./json-value.ts";

export interface Refusal {
  readonly message: string;
  /** JSON path; "" for the document as a whole. */
  readonly path: string;
}

const remedy =
  "Expected JSON of Syft, Grype, CycloneDX 1.4–1.7 or SPDX 2.3: " +
  "`syft IMAGE -o json`, `grype sbom:FILE -o json`.";

/** Beginnings of documents that are no JSON. */
const beginnings: readonly (readonly [RegExp, string])[] = [
  [/^\s*<\?xml[\s\S]*cyclonedx|^\s*<bom/i, "It is CycloneDX XML; only its JSON form is read."],
  [/^\s*<(!doctype html|html)/i, "It is a web page, perhaps the answer of a failed download."],
  [/^\s*</, "It is XML."],
  [/^\s*SPDXVersion:/, "It is SPDX in tag-value form; only its JSON form is read."],
  [/^\s*(---|apiVersion:|[\w-]+:\s)/, "It is YAML."],
  [/^(PK\x03\x04|BZh|\x7fELF|SQLite)/, "It is binary: an archive, a program or a database."],
  [/^NAME\s+INSTALLED/, "It is Grype's table."],
  [/^NAME\s+VERSION\s+TYPE/, "It is Syft's table."],
  [/^(CONTAINER|NAMES)\s/, "It is a table of containers: give it with --containers."],
  [/^\s*\[?\s*(error|fatal|panic|\d{4}-\d\d-\d\d)/i, "It is the log or error of a program."],
];

/** Keys that give away another kind of JSON. */
const relatives: readonly (readonly [string, string])[] = [
  ["process_exec", "It is an export of Tetragon events: give it with --events."],
  ["process_exit", "It is an export of Tetragon events: give it with --events."],
  ["process_kprobe", "It is an export of Tetragon events: give it with --events."],
  ["process_loader", "It is an export of Tetragon events: give it with --events."],
  ["Results", "It is a report of Trivy; `trivy image --format cyclonedx` writes what is read."],
  ["runs", "It is SARIF, which has no packages."],
  ["catalogVersion", "It is a catalogue of exploited vulnerabilities and no scan."],
  ["payloadType", "It is a signed envelope: take the document out of its payload first."],
  ["@graph", "It is SPDX 3 or other linked data; write SPDX 2.3."],
  ["items", "It is a list of Kubernetes objects: give it with --k8s."],
  ["statements", "It is OpenVEX, which has no packages."],
  ["product_tree", "It is CSAF, which has no packages."],
  ["predicateType", "It is an attestation of something else than an SBOM."],
  ["detector", "It is a GitHub dependency snapshot, which has no files."],
  ["manifests", "It is an image index: scan the image with `syft`."],
  ["rootfs", "It is the configuration of an image: scan the image with `syft`."],
  ["spec", "It is a Kubernetes object: give it with --k8s."],
  ["HostConfig", "It is a container: give it with --containers."],
];

function refuse(input: string, path: string, what: string): Refusal {
  const place = path === "" ? "" : ` ${path}:`;
  return { path, message: `${quoteText(input)}:${place} ${what} ${remedy}` };
}

/** A document that is no JSON, broken, or cut. */
export function explainBroken(broken: {
  readonly input: string;
  readonly failure: JsonFailure;
  readonly head: Uint8Array;
  readonly keys: readonly string[];
}): Refusal {
  const { input, failure, head, keys } = broken;
  const encoding = wideEncoding(head);
  if (encoding !== "") return refuse(input, "", `It is text in ${encoding}; save it as UTF-8.`);
  if (failure.message === "nothing is in it") {
    return refuse(input, "", "It is empty: the tool that should write it may have failed.");
  }
  const text = new TextDecoder("utf-8").decode(head);
  const beginning =
    failure.offset < 64 ? beginnings.find(([pattern]) => pattern.test(text)) : undefined;
  if (beginning !== undefined) return refuse(input, "", beginning[1]);
  const relative = findRelative(keys);
  if (relative !== "") return refuse(input, "", relative);
  const isCut = failure.message.startsWith("the document ends");
  const advice = isCut ? " The file was cut: copy or write it again." : "";
  const where = `${failure.message} at byte ${failure.offset}.${advice}`;
  const isOther = failure.path === "" && !isCut && keys.every((key) => key === "");
  return refuse(input, failure.path, isOther ? `It is no JSON: ${where}` : where);
}

/** Whole JSON of a kind that is not read here. */
export function explainUnknown(unknown: {
  readonly input: string;
  readonly kind: JsonKind;
  readonly keys: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}): Refusal {
  const { input, kind, keys, texts } = unknown;
  if (kind !== "object") {
    const found =
      kind === "array" ? "a list; containers are given with --containers" : "a single value";
    return refuse(input, "", `Expected one JSON object, found ${found}.`);
  }
  const version = texts.get("spdxVersion");
  if (version !== undefined) {
    return refuse(
      input,
      "spdxVersion",
      `Expected SPDX-2.2 or SPDX-2.3, found ${quoteText(version)}.`,
    );
  }
  const format = texts.get("bomFormat");
  if (format !== undefined) {
    return refuse(input, "bomFormat", `Expected "CycloneDX", found ${quoteText(format)}.`);
  }
  const relative = findRelative(keys);
  if (relative !== "") return refuse(input, "", relative);
  if (keys.length === 0) return refuse(input, "", "The JSON object is empty.");
  const shown = keys.slice(0, 6).map(quoteText).join(", ");
  return refuse(input, "", `The JSON is of a kind that is not known here (its keys: ${shown}).`);
}

function findRelative(keys: readonly string[]): string {
  return relatives.find(([key]) => keys.includes(key))?.[1] ?? "";
}

/** UTF-16, as a shell on Windows writes it: with a mark, or with zeros between ASCII letters. */
function wideEncoding(head: Uint8Array): string {
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe) return "UTF-16";
  if (a === 0xfe && b === 0xff) return "UTF-16";
  return (b === 0 && d === 0 && a !== 0) || (a === 0 && c === 0 && b !== 0) ? "UTF-16" : "";
}

/**
 * Holds how an SBOM or scan document is told apart by its content and read in one pass.
 * In: chunks of bytes. Out: an `Sbom`, a `Scan`, or why the document was refused and what to do.
 * Must never decide by the name of the file, and never hold the whole document.
 */
import { cutText } from "../event/bounds.ts";
import { ProblemLog } from "../event/problem.ts";
import { createCyclonedxDecoder } from "./decode-cyclonedx.ts";
import { createGrypeDecoder } from "./decode-grype.ts";
import { createSpdxDecoder } from "./decode-spdx.ts";
import { createSyftDecoder } from "./decode-syft.ts";
import type { DocumentDecoder } from "./document-decoder.ts";
import { DocumentProblems } from "./document-decoder.ts";
import { explainBroken, explainUnknown } from "./explain-refusal.ts";
import type { Sbom, Scan } from "./image.ts";
import type { JsonKind, JsonPlace, JsonPlan, JsonVisitor } from "./json-elements.ts";
import { readJsonElements } from "./json-elements.ts";
import { nameKind } from "./json-value.ts";

export type InventoryDocument =
  | { readonly kind: "sbom"; readonly sbom: Sbom }
  | { readonly kind: "scan"; readonly scan: Scan }
  | { readonly kind: "refused"; readonly message: string; readonly path: string };

/**
 * Reads Syft, Grype, CycloneDX or SPDX JSON.
 * **Cost**: memory of what is kept, not of the document. **Errors**: a document that cannot be used
 * is `refused` with a message for people; elements that cannot are left out and go to `problems`.
 */
export async function readInventory(
  chunks: AsyncIterable<Uint8Array>,
  input: string,
  problems: ProblemLog,
): Promise<InventoryDocument> {
  // What decoders say of a document that turns out to be another kind is of no interest.
  const own = new ProblemLog();
  const reader = new DocumentReader(new DocumentProblems(input, own));
  const head = new HeadKeeper(chunks);
  const failure = await readJsonElements(head, reader);
  if (failure !== undefined) {
    const keys = [...reader.seen.keys()];
    return { kind: "refused", ...explainBroken({ input, failure, head: head.bytes, keys }) };
  }
  const document = reader.finish();
  if (document.kind === "refused") return document;
  for (const { first, ...problem } of own.list()) problems.add({ ...problem, place: first });
  return document;
}

/** Passes chunks on and keeps the first bytes, to say what a document is when it is no JSON. */
class HeadKeeper implements AsyncIterable<Uint8Array> {
  bytes: Uint8Array = new Uint8Array(0);
  private readonly chunks: AsyncIterable<Uint8Array>;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.chunks = chunks;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.chunks) {
      if (this.bytes.length < 64) {
        const more = chunk.subarray(0, 256);
        const joined = new Uint8Array(this.bytes.length + more.length);
        joined.set(this.bytes);
        joined.set(more, this.bytes.length);
        this.bytes = joined;
      }
      yield chunk;
    }
  }
}

/**
 * Objects that wrap a document: in-toto statements, exports of code hosts, and the Kubernetes
 * objects in which Kubescape keeps SBOMs (`syft`, `spdx`) and scans (`payload`).
 */
const wrappers: readonly string[] = ["predicate", "sbom", "spec.syft", "spec.spdx", "spec.payload"];

class DocumentReader implements JsonVisitor {
  /** Keys of the document and the kind of their values; bounded. */
  readonly seen = new Map<string, JsonKind>();
  private readonly texts = new Map<string, string>();
  private readonly problems: DocumentProblems;
  private readonly syft: DocumentDecoder<Sbom>;
  private readonly grype: DocumentDecoder<Scan>;
  private readonly cyclonedx: DocumentDecoder<Sbom>;
  private readonly spdx: DocumentDecoder<Sbom>;
  private readonly decoders: readonly DocumentDecoder<unknown>[];

  constructor(problems: DocumentProblems) {
    this.problems = problems;
    this.syft = createSyftDecoder(problems);
    this.grype = createGrypeDecoder(problems);
    this.cyclonedx = createCyclonedxDecoder(problems);
    this.spdx = createSpdxDecoder(problems);
    this.decoders = [this.syft, this.grype, this.cyclonedx, this.spdx];
  }

  plan(path: string, kind: JsonKind): JsonPlan {
    if (path === "") {
      this.seen.set("", kind);
      return kind === "object" ? "enter" : "skip";
    }
    if ((path === "spec" || wrappers.includes(path)) && kind === "object") {
      this.seen.set(path, kind);
      return "enter";
    }
    const key = unwrap(path);
    const isList = this.decoders.some(({ lists }) => lists.has(key));
    if (isList || this.seen.size < 64) this.seen.set(key, kind);
    if (isList) return "elements";
    const isMark = key === "bomFormat" || key === "$schema";
    return isMark || this.decoders.some(({ values }) => values.has(key)) ? "value" : "skip";
  }

  element(list: string, value: unknown, place: JsonPlace): void {
    const key = unwrap(list);
    for (const { lists } of this.decoders) lists.get(key)?.(value, place);
  }

  value(path: string, value: unknown, place: JsonPlace): void {
    const key = unwrap(path);
    if (typeof value === "string") this.texts.set(key, cutText(value, 200));
    if (typeof value === "object" && value !== null && key === "descriptor") {
      const name: unknown = Reflect.get(value, "name");
      if (typeof name === "string") this.texts.set("descriptor.name", cutText(name, 200));
    }
    const isMisplaced = value !== null && this.decoders.some(({ lists }) => lists.has(key));
    if (isMisplaced) this.problems.leftOut(place, `expected a list, found ${nameKind(value)}`);
    for (const { values } of this.decoders) values.get(key)?.(value, place);
  }

  tooLarge(place: JsonPlace): void {
    this.problems.tooLarge(place);
  }

  finish(): InventoryDocument {
    const writer = this.texts.get("descriptor.name") ?? "";
    const isList = (key: string) => this.seen.get(key) === "array";
    if (this.texts.get("bomFormat") === "CycloneDX") {
      return { kind: "sbom", sbom: checkPaths(this.cyclonedx.finish(), this.problems) };
    }
    if (/^SPDX-2\./.test(this.texts.get("spdxVersion") ?? "")) {
      return { kind: "sbom", sbom: checkPaths(this.spdx.finish(), this.problems) };
    }
    if (this.seen.has("matches") && (isList("matches") || writer === "grype")) {
      return { kind: "scan", scan: this.grype.finish() };
    }
    const marks = ["schema", "source", "descriptor", "artifactRelationships"];
    if (this.seen.has("artifacts") && marks.some((key) => this.seen.has(key))) {
      return { kind: "sbom", sbom: checkPaths(this.syft.finish(), this.problems) };
    }
    const keys = [...this.seen.keys()].filter((key) => key !== "");
    const kind = this.seen.get("") ?? "scalar";
    const { input } = this.problems;
    return { kind: "refused", ...explainUnknown({ input, kind, keys, texts: this.texts }) };
  }
}

function unwrap(path: string): string {
  for (const wrapper of wrappers) {
    if (path.startsWith(`${wrapper}.`)) return path.slice(wrapper.length + 1);
  }
  return path;
}

function checkPaths(sbom: Sbom, problems: DocumentProblems): Sbom {
  if (!sbom.hasLocations && sbom.packages.length > 0) {
    const text =
      "its packages carry no paths, so whether they are used stays unknown; " +
      "write the SBOM with `syft IMAGE -o json`.";
    problems.remark("packages-without-paths", "doubtful", text, sbom.packages.length);
  } else if (sbom.packages.length === 0) {
    problems.remark("no-packages", "doubtful", "it lists no packages at all.");
  }
  return sbom;
}

/**
 * Holds how Grype looks a match up in an OpenVEX document, for tests of what waggle writes.
 * In: a document, an image as Syft names it, a match. Out: the statements that would be found.
 * **Source**: what grype/vex/openvex and go-vex 0.2.8 (`Matches`, `PurlMatches`) were seen to do.
 */
import { parsePurl } from "../core/inventory/purl.ts";
import type { OpenVexDocument, OpenVexStatement } from "../core/report/vex/render-openvex.ts";

export interface ScannedImage {
  readonly tags: readonly string[];
  /** `registry.example/shop/web@sha256:…` */
  readonly repoDigests: readonly string[];
}

export interface ScannedMatch {
  readonly vulnerability: string;
  readonly purl: string;
}

/** **Order**: as in the document. By the image first; then, as Grype, by the package as product. */
export function findStatements(
  document: OpenVexDocument,
  image: ScannedImage,
  { vulnerability, purl }: ScannedMatch,
): readonly OpenVexStatement[] {
  const packages = purl === "" ? [] : [purl];
  for (const product of productsOf(image)) {
    const found = document.statements.filter((one) =>
      matches(one, vulnerability, product, packages),
    );
    if (found.length > 0) return found;
  }
  for (const product of packages) {
    const found = document.statements.filter((one) => matches(one, vulnerability, product, []));
    if (found.length > 0) return found;
  }
  return [];
}

function productsOf({ tags, repoDigests }: ScannedImage): readonly string[] {
  const digests = repoDigests.flatMap((given) => {
    const [repository = "", digest = ""] = given.split("@");
    const at = repository.lastIndexOf("/");
    const host = encodeURIComponent(repository.slice(0, Math.max(0, at)));
    const name = repository.slice(at + 1);
    const purl = `pkg:oci/${name}@${encodeURIComponent(digest)}?repository_url=${host}`;
    return [given, purl, digest.replace("sha256:", "")];
  });
  return [...tags, ...digests];
}

function matches(
  { vulnerability, products }: OpenVexStatement,
  id: string,
  product: string,
  packages: readonly string[],
): boolean {
  const { name, aliases = [] } = vulnerability;
  if (name !== id && !aliases.includes(id)) return false;
  return products.some(
    (one) =>
      isComponent(one["@id"], product) &&
      (one.subcomponents.length === 0 ||
        packages.length === 0 ||
        packages.some((purl) => one.subcomponents.some((part) => isComponent(part["@id"], purl)))),
  );
}

function isComponent(stated: string, candidate: string): boolean {
  if (stated === candidate) return stated !== "";
  const [a, b] = [parsePurl(stated), parsePurl(candidate)];
  if (a === undefined || b === undefined) return false;
  if (a.type !== b.type || a.namespace !== b.namespace || a.name !== b.name) return false;
  if (a.version !== "" && a.version !== b.version) return false;
  return [...a.qualifiers].every(([key, value]) => b.qualifiers.get(key) === value);
}

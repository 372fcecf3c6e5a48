/**
 * Holds how documents name an image so that scanners recognise it, and how they name themselves.
 * In: an image as a report names it; the content of a document. Out: identifiers.
 * Must never name an image by less than is known of it.
 */
import { fingerprint, sha256 } from "../../judge/fingerprint.ts";
import { parseReference } from "../../judge/image-reference.ts";
import type { ImageRef } from "../../judge/verdict.ts";

/**
 * `pkg:oci/NAME@sha256%3AHEX` where digest and name are known, else the bare digest, else the
 * reference, else "". **Source**: purl-spec, type oci; without `repository_url`, because consumers
 * take a purl with fewer qualifiers for all that have more, and mirrors differ in it alone.
 */
export function productId({ reference, digest }: ImageRef): string {
  const known = parseReference(reference);
  const hex = /sha256:([0-9a-f]{64})$/i.exec(digest === "" ? known.digest : digest)?.[1] ?? "";
  if (hex === "") return known.repository === "" ? "" : reference.trim();
  const name = encodeURIComponent(known.baseName.toWellFormed().toLowerCase());
  return name === "" ? hex.toLowerCase() : `pkg:oci/${name}@sha256%3A${hex.toLowerCase()}`;
}

/**
 * A UUID of what a document says: equal for equal content, and for nothing else.
 * **Source**: RFC 9562 §5.8 (version 8).
 */
export function contentUuid(content: string): string {
  const hex = sha256(new TextEncoder().encode(content));
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join("-")}`;
}

/** A short reference within a document. **Shape**: letters, digits and `-`. */
export function shortRef(kind: string, parts: readonly string[]): string {
  return `${kind}-${fingerprint([kind, ...parts])}`;
}

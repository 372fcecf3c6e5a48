/**
 * Holds how text and places become what SARIF's readers take.
 * In: untrusted text, paths, image references. Out: visible text within limits; relative URIs.
 * Must never let a name become a scheme, climb out of a folder, or end a URI early.
 */
import type { Finding } from "../../judge/verdict.ts";
import { makeVisible } from "../safe-text.ts";

/** **Unit**: code units; code scanning shows no more of a message. */
const messageLengthMax = 1000;
/** **Unit**: code units; code scanning takes no longer id of a rule. */
const idLengthMax = 255;

export function sarifMessage(text: string): { readonly text: string } {
  return { text: makeVisible(text, messageLengthMax) };
}

export function sarifId(text: string): string {
  return makeVisible(text, idLengthMax);
}

/** `registry.example/web%3A1/usr/lib/libssl.so.1`: where the package lies in its image. */
export function placeUri({ image, package: one }: Finding): string {
  const inside = one.location === "" ? one.name : one.location;
  return relativeUri(`${image.reference === "" ? image.digest : image.reference}/${inside}`);
}

/** Each segment is escaped, so that none is a scheme, a query or a step up. */
export function relativeUri(path: string): string {
  const segments = path
    .split("/")
    .filter((one) => one !== "" && one !== "." && one !== "..")
    .map((one) => encodeURIComponent(one.toWellFormed()));
  return segments.length === 0 ? "unknown" : segments.join("/");
}

/**
 * Holds taking a document out of a DSSE envelope, alone or in a bundle of Sigstore.
 * In: the text of the envelope. Out: the bytes of its payload, or undefined. The signature is not
 * checked. **Source**: DSSE 1.0, envelope; Sigstore bundle 0.3, `dsseEnvelope`.
 */
import { isObject } from "../core/inventory/json-value.ts";

/** What was signed. */
export interface Payload {
  readonly bytes: Uint8Array;
  /** Of an in-toto statement; "" when there is none. */
  readonly predicateType: string;
}

/** undefined: there is no payload. **Cost**: the text, twice over. */
export function openEnvelope(text: string): Payload | undefined {
  const outer = parse(text);
  const envelope = isObject(outer?.["dsseEnvelope"]) ? outer["dsseEnvelope"] : outer;
  const payload = envelope?.["payload"];
  if (typeof payload !== "string") return undefined;
  const bytes = decodeBase64(payload);
  if (bytes === undefined) return undefined;
  const type = parse(new TextDecoder().decode(bytes))?.["predicateType"];
  return { bytes, predicateType: typeof type === "string" ? type : "" };
}

function parse(text: string) {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // The caller says that there is no envelope.
    return undefined;
  }
}

/** Both alphabets: DSSE allows either. */
function decodeBase64(text: string): Uint8Array | undefined {
  try {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  } catch {
    // As above.
    return undefined;
  }
}

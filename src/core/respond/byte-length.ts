/**
 * Holds what a text is for the kernel, which knows bytes only, and for the server in between.
 * In: text. Out: bytes of UTF-8; whether it is the name of a file; whether a policy can carry it.
 */
const encoder = new TextEncoder();

/** **Unit**: bytes of UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/**
 * False for what the kernel can never be told: relative names, NUL, and text whose bytes are not
 * known any more (a decoder put U+FFFD, or half of a surrogate pair).
 */
export function isKernelPath(path: string): boolean {
  return path.startsWith("/") && !/[\0\ufffd]/.test(path) && path.isWellFormed();
}

/**
 * False for characters with which a server refuses the whole policy, or which it changes.
 * **Source**: tried on `FromYAML` of Tetragon v1.7.0, which writes a policy as JSON and reads that
 * as YAML again: there DEL, most of U+0080 to U+009F, U+FFFE and U+FFFF are forbidden, and U+0085
 * becomes a space.
 */
export function isTakenByServer(text: string): boolean {
  return !/[\x7f-\x9f\ufffe\uffff]/.test(text);
}

/**
 * Holds how long a text is for the kernel, which knows bytes only.
 * In: text. Out: bytes of UTF-8; and whether it is the name of a file at all.
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

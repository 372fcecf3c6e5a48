/**
 * Holds the limits of every field of an event, and the one way text is cut to them.
 * In: decoded text. Out: text of bounded length. All decoders use these and nothing else, so that
 * they agree. Must never throw.
 */

/**
 * **Unit**: UTF-16 code units. Paths are at most 4,096 bytes in Linux; arguments can be 131,007.
 */
export const textLengthMax = {
  arguments: 4096,
  path: 4096,
  name: 512,
  message: 1024,
} as const;

/** **Unit**: elements. Longer lists are cut; what is beyond is never looked at. */
export const listLengthMax = {
  arguments: 16,
  ancestors: 64,
  capabilities: 64,
  tags: 16,
  privilegesChanged: 8,
} as const;

/** **Unit**: bytes. A longer line is skipped and counted (`line-too-long`). */
export const lineSizeBytesMax = 16 * 1024 * 1024;

/**
 * Cuts at `lengthMax` code units, never through a surrogate pair. The result does not keep the
 * whole text alive: engines make a slice a view of its parent, which may be thirty times as long.
 */
export function cutText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const last = text.charCodeAt(lengthMax - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  const view = text.slice(0, splitsPair ? lengthMax - 1 : lengthMax);
  return ` ${view}`.slice(1); // joining and slicing again copies the characters out of the parent
}

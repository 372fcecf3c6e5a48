/**
 * Holds how one document is chosen for a running image from all that were given.
 * In: what runs, SBOMs or scans. Out: the one that fits best, or why none does.
 * Must never choose between documents of different images that fit equally well.
 */

import { compareText } from "../event/compare-text.ts";
import type { ImageIdentity } from "../inventory/image.ts";
import {
  isOtherImage,
  isSameImage,
  type MatchWay,
  matchImage,
  matchWays,
  type RunningImage,
} from "./match-image.ts";
import { quoteName } from "./quote-name.ts";

export interface Choice<Found> {
  readonly found: Found | undefined;
  readonly by: "by-hand" | MatchWay | "none";
  readonly note: string;
}

interface Identified {
  readonly identity: ImageIdentity;
  readonly input: string;
}

/** `prefer` orders documents of the same image. */
export function chooseDocument<Found extends Identified>(
  running: RunningImage,
  documents: readonly Found[],
  prefer: (a: Found, b: Found) => number,
): Choice<Found> {
  const matched = documents.map((one) => ({ one, ...matchImage(running, one.identity) }));
  for (const by of matchWays) {
    const fitting = matched.filter(({ way }) => way === by).map(({ one }) => one);
    if (fitting.length === 0) continue;
    if (areDifferent(fitting, by))
      return { found: undefined, by: "none", note: ambiguity(fitting, by) };
    const [found] = [...fitting].sort((a, b) => prefer(a, b) || compareText(a.input, b.input));
    const note = by === "name" ? "the name alone agrees, no digest or tag could be compared" : "";
    return { found, by, note };
  }
  const other = matched.find(({ contradiction }) => contradiction !== "");
  return {
    found: undefined,
    by: "none",
    note:
      other === undefined
        ? ""
        : `${quoteName(other.one.input)} does not fit: ${other.contradiction}`,
  };
}

/**
 * Documents that fit by a digest differ only if they say so (two architectures below one index);
 * those that fit by a name are different images unless they say that they are not.
 */
function areDifferent(fitting: readonly Identified[], by: MatchWay): boolean {
  const [first, ...others] = fitting;
  if (first === undefined) return false;
  const isByDigest = by === "digest" || by === "image-id";
  return others.some((other) =>
    isByDigest
      ? isOtherImage(first.identity, other.identity)
      : !isSameImage(first.identity, other.identity),
  );
}

function ambiguity(fitting: readonly Identified[], by: MatchWay): string {
  const inputs = fitting.map(({ input }) => quoteName(input)).sort(compareText);
  const shown = inputs.slice(0, 3).join(", ");
  const what = `${fitting.length} documents of different images fit by ${by}`;
  return `${what} (${shown}): name the right one by hand`;
}

/**
 * Holds what becomes of scans whose image no container was seen to run.
 * In: all scans, and those that containers were joined to. Out: images with their findings, use
 * unknown. Must never list the same image twice.
 */
import { compareText } from "../event/compare-text.ts";
import type { ProblemLog } from "../event/problem.ts";
import type { Scan } from "../inventory/image.ts";
import { originOf } from "./image-origin.ts";
import type { ImageJoin } from "./join-images.ts";
import type { JudgedImage } from "./judged-image.ts";

export interface UnobservedOptions {
  readonly joins: readonly ImageJoin[];
  readonly scans: readonly Scan[];
  readonly problems: ProblemLog;
}

/** **Order**: by the name of the input. A second scan of one image is told and left out. */
export function listUnobserved(options: UnobservedOptions): readonly JudgedImage[] {
  const { joins, scans, problems } = options;
  const joined = new Set(joins.flatMap((join) => (join.scan === undefined ? [] : [join.scan])));
  const seen = new Set([...joined].map(scanKey));
  const images: JudgedImage[] = [];
  const left = scans.filter((scan) => !joined.has(scan));
  for (const scan of left.sort((a, b) => compareText(a.input, b.input))) {
    const key = scanKey(scan);
    if (seen.has(key)) {
      problems.add({
        code: "scan-of-same-image",
        weight: "notice",
        message: "Another scan of the same image is used; this one is left out.",
        place: { input: scan.input, offset: -1, line: 0 },
      });
      continue;
    }
    seen.add(key);
    images.push(unobservedImage(scan));
  }
  return images;
}

function scanKey({ identity, input }: Scan): string {
  const { imageId, manifestDigest } = identity;
  return imageId || manifestDigest || `input:${input}`;
}

function unobservedImage(scan: Scan): JudgedImage {
  const { identity, input, matches } = scan;
  const reference = identity.tags[0] ?? (identity.name === "" ? input : identity.name);
  return {
    image: { reference, digest: identity.manifestDigest },
    workload: { cluster: "", namespace: "", kind: "Image", name: reference, container: "" },
    packages: [],
    matches,
    privileges: [],
    privileged: false,
    observedUs: 0,
    context: undefined,
    origin: originOf(undefined, scan),
    missing: "no container was seen to run this image",
  };
}

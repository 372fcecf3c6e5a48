/**
 * Holds the list of verdicts: one for each package of each image that was observed.
 * In: judged images. Out: verdicts in a fixed order.
 */
import type { JudgedImage } from "./judged-image.ts";
import { compareRefs } from "./package-ref.ts";
import type { PackageVerdict } from "./verdict.ts";

/** **Order**: of images, then by package. */
export function listVerdicts(images: readonly JudgedImage[]): readonly PackageVerdict[] {
  return images.flatMap(({ image, workload, packages }) =>
    [...packages]
      .sort((a, b) => compareRefs(a.ref, b.ref))
      .map(({ ref, usage }) => ({ image, workload, package: ref, usage })),
  );
}

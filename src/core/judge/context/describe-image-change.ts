/**
 * Holds whether the image that a container runs is the one that its pod declares.
 * In: a join, the pod's images. Out: both sides in words; undefined when they agree or are silent.
 * Must never call another spelling of a name, or an index beside its manifest, another image.
 */
import type { DeclaredImage } from "../cluster/cluster-view.ts";
import { digestOf, isSameReference, parseReference } from "../image-reference.ts";
import type { ImageJoin } from "../join-images.ts";
import { quoteName } from "../quote-name.ts";

export interface ImageChange {
  readonly declared: string;
  readonly observed: string;
}

/**
 * Digests decide where events and status both have one. A declared digest may be that of an index
 * while the node names the manifest, so it decides nothing alone; nor does a name while digests
 * agree: nodes call one image by any of its tags.
 */
export function describeImageChange(
  { container }: ImageJoin,
  image: DeclaredImage | undefined,
): ImageChange | undefined {
  if (image === undefined) return undefined;
  const seen = digestOf(container.imageId);
  const status = digestOf(image.runningId);
  if (seen !== "" && status !== "" && seen !== status) {
    return { declared: `its pod runs ${quoteName(image.runningId)}`, observed: shown(container) };
  }
  if (seen !== "" && seen === status) return undefined;
  if (container.imageName === "" || !isOtherName(image.declared, container.imageName)) {
    return undefined;
  }
  return { declared: `its pod declares ${quoteName(image.declared)}`, observed: shown(container) };
}

function shown({ imageName, imageId }: ImageJoin["container"]): string {
  const text = [imageName, imageId].filter((one) => one !== "").map(quoteName);
  return `it runs ${text.join(", ")}`;
}

/** Both name a repository, and not the same one, or the same with another tag. */
function isOtherName(declared: string, running: string): boolean {
  const [a, b] = [parseReference(declared), parseReference(running)];
  if (a.repository === "" || b.repository === "") return false;
  if (a.digest !== "" && a.digest === b.digest) return false;
  if (a.repository !== b.repository) return a.baseName !== b.baseName;
  if (a.tag === "" || b.tag === "") return false;
  return !isSameReference(a, b);
}

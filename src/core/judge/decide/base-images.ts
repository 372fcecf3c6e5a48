/**
 * Holds which layers of an image are its base, and what images share it.
 * In: images with their layers. Out: for each image its base, and whether a layer is part of it.
 * Must never call base what only releases of one and the same image share.
 */
import type { ImageOrigin } from "../judged-image.ts";
import type { ImageRef } from "../verdict.ts";

export interface BaseImage {
  /** Equal for images of one base. */
  readonly key: string;
  /** What an image says that its base is, or the release; "" when unknown. Untrusted text. */
  readonly name: string;
  readonly layers: ReadonlySet<string>;
  /** Several images share it; else it is the first layer, where only a distribution is base. */
  readonly isShared: boolean;
}

export interface ImageOfRun {
  readonly image: ImageRef;
  readonly origin: ImageOrigin;
}

/** Name of an image without tag and digest. */
function repositoryOf({ reference }: ImageRef): string {
  return reference.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
}

/**
 * The base of an image is the longest start of its layers that an image of another name shares; of
 * an image that shares none, the first layer. Never all of its layers.
 * **Cost**: linear in layers.
 */
export function findBases(
  images: readonly ImageOfRun[],
): (image: ImageRef, origin: ImageOrigin) => BaseImage | undefined {
  const prefixes = new PrefixTable();
  for (const { image, origin } of images) prefixes.add(origin.layers, repositoryOf(image));
  const names = new Map<string, string>();
  const bases = new Map<string, BaseImage | undefined>();
  const baseOf = (origin: ImageOrigin): BaseImage | undefined => {
    const { layers } = origin;
    if (layers.length < 2) return undefined;
    const sharedCount = prefixes.sharedCount(layers);
    const own = layers.slice(0, Math.max(1, sharedCount));
    const key = JSON.stringify(own);
    return { key, name: "", layers: new Set(own), isShared: sharedCount > 0 };
  };
  for (const { origin } of images) {
    const id = JSON.stringify(origin.layers);
    const base = bases.get(id) ?? baseOf(origin);
    bases.set(id, base);
    if (base === undefined) continue;
    const name = origin.baseName === "" ? origin.release : origin.baseName;
    const known = names.get(base.key) ?? "";
    // Any of several names, the same in any order.
    if (name !== "" && (known === "" || name < known)) names.set(base.key, name);
  }
  return (_, origin) => {
    const base = bases.get(JSON.stringify(origin.layers));
    return base === undefined ? undefined : { ...base, name: names.get(base.key) ?? "" };
  };
}

/** Every start of a list of layers, and the names of images that begin with it. */
class PrefixTable {
  private readonly ids = new Map<string, number>();
  private readonly repositories: Set<string>[] = [];

  add(layers: readonly string[], repository: string): void {
    let id = -1;
    for (const layer of layers) {
      const key = `${id} ${layer}`;
      const known = this.ids.get(key);
      id = known ?? this.repositories.length;
      if (known === undefined) {
        this.ids.set(key, id);
        this.repositories.push(new Set());
      }
      this.repositories[id]?.add(repository);
    }
  }

  /** How many layers from the bottom another image shares; never all. */
  sharedCount(layers: readonly string[]): number {
    let id = -1;
    let count = 0;
    for (const layer of layers.slice(0, -1)) {
      const next = this.ids.get(`${id} ${layer}`);
      if (next === undefined || (this.repositories[next]?.size ?? 0) < 2) return count;
      id = next;
      count += 1;
    }
    return count;
  }
}

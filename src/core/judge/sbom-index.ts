/**
 * Holds the SBOMs of a run with their indexes: many containers run one image.
 * In: an SBOM. Out: who owns its files, and which packages have nothing to use.
 * Must never index an SBOM twice.
 */
import type { Sbom } from "../inventory/image.ts";
import { createFileOwners, type FileOwners } from "./file-owners.ts";

export interface IndexedSbom {
  readonly owners: FileOwners;
  /** Packages whose listed files hold nothing that could be used. */
  readonly blanks: ReadonlySet<string>;
}

/** Gives a function that indexes an SBOM, once. **Cost**: linear in its files the first time. */
export function createSbomIndex(): (sbom: Sbom) => IndexedSbom {
  const known = new Map<Sbom, IndexedSbom>();
  return (sbom) => {
    const found = known.get(sbom);
    if (found !== undefined) return found;
    const owners = createFileOwners(sbom);
    const blanks = sbom.packages.filter(
      (one) =>
        one.files.length + one.containedFiles.length > 0 && owners.codeFilesOf(one.id).length === 0,
    );
    const indexed: IndexedSbom = { owners, blanks: new Set(blanks.map(({ id }) => id)) };
    known.set(sbom, indexed);
    return indexed;
  };
}

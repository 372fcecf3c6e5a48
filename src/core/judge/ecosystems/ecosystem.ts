/**
 * Holds what one kind of package must tell so that touched files can be joined to it.
 * In: nothing. Out: types only. An ecosystem is one file beside this one and one line in
 * `table.ts`.
 * Must never hold state: everything is told from the package and the paths of its image.
 */
import { directoryOf } from "../../inventory/container-path.ts";
import type { Package } from "../../inventory/image.ts";

/**
 * `file`: a file of the package. `tree`: all below a directory, but not what a deeper tree claims.
 * `part`: compiled into that binary with others. `archive`: the package is this archive.
 * `nested`: one of several in that archive.
 */
export type ClaimKind = "file" | "tree" | "part" | "archive" | "nested";

export interface Claim {
  readonly kind: ClaimKind;
  /** Absolute path inside the image, links not yet followed. */
  readonly path: string;
  /** Told by a convention only: no such file may exist, and then its silence means nothing. */
  readonly isGuess?: boolean;
}

export interface Ecosystem {
  /** Syft's package types. */
  readonly types: readonly string[];
  claims(one: Package): readonly Claim[];
  /** True for files of the package that tools read without running it. */
  isMetadata(path: string): boolean;
  /** Directory names that a tree claim does not reach through. */
  readonly barrier?: string;
}

/** The directory `levelCount` above a file's own; undefined when there are not so many. */
export function ancestorOf(path: string, levelCount: number): string | undefined {
  let at = directoryOf(path);
  for (let level = 0; level < levelCount; level++) at = directoryOf(at);
  return at === "/" ? undefined : at;
}

/** Paths where the package itself was found, without supporting evidence and deleted layers. */
export function placesOf(one: Package): readonly string[] {
  const seen = one.locations.filter((location) => location.visible && location.path !== "");
  const primary = seen.filter((location) => location.primary);
  return (primary.length > 0 ? primary : seen).map((location) => location.path);
}

export function claimAll(kind: ClaimKind, paths: readonly string[]): readonly Claim[] {
  return paths.map((path) => ({ kind, path }));
}

/** Claims that hold where the image has such files. */
export function guessAll(kind: ClaimKind, paths: readonly string[]): readonly Claim[] {
  return paths.map((path) => ({ kind, path, isGuess: true }));
}

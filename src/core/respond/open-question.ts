/**
 * Holds what is open about a package, and what of it no policy can watch.
 * In: nothing. Out: types only. `list-open-questions.ts` finds them, `compile-policies.ts` watches.
 */
import type { CodeFile } from "../judge/judge-coverage.ts";

/** A vulnerable package of a running image of which nobody can say yet whether it is used. */
export interface OpenQuestion {
  /** Untrusted text, as all names here. */
  readonly package: string;
  readonly version: string;
  readonly type: string;
  readonly image: string;
  /** **Order**: sorted. */
  readonly workloads: readonly string[];
  readonly containers: readonly string[];
  /** Of its most urgent finding; 1 is first. */
  readonly rank: number;
  readonly findingCount: number;
  /** Files whose use would show, and that no other sensor watches. */
  readonly files: readonly CodeFile[];
  /** Directories in which all files are the package's own. **Shape**: with a slash at the end. */
  readonly trees: readonly string[];
}

/** What is not watched, and why: said, because its silence would mean nothing. */
export interface LeftOut {
  readonly package: string;
  readonly version: string;
  readonly image: string;
  /** Half a sentence. */
  readonly why: string;
  /** Of its files; 0 where it has none. */
  readonly fileCount: number;
  readonly example: string;
}

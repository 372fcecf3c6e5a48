/**
 * Holds one image in one workload as it was judged: what findings are built from.
 * In: nothing. Out: types only. Replicas are merged already; an image that no container was seen
 * to run has no packages here, only matches.
 */
import type { Match } from "../inventory/image.ts";
import type { Workload } from "../observe/fact.ts";
import type { WorkloadContext } from "./context/workload-context.ts";
import type { ImageRef, PackageRef, Privilege, Usage } from "./verdict.ts";

export interface JudgedPackage {
  readonly ref: PackageRef;
  /** Source package; the package's own name where there is none. */
  readonly source: string;
  readonly usage: Usage;
  /** The SBOM lists its files, and none is code or data: documentation, a meta package. */
  readonly isBlank: boolean;
  /** Digest of the image's layer that it comes from; "" when unknown. */
  readonly layer: string;
}

/** What an image is built of, as its documents tell. */
export interface ImageOrigin {
  /** Digests, lowest first; empty when unknown. */
  readonly layers: readonly string[];
  /** What it says that it was built from; "" when it does not. Untrusted text. */
  readonly baseName: string;
  /** Distribution and release, `debian 11`; "" when unknown. Untrusted text. */
  readonly release: string;
  /** The scan says that the release gets no more fixes. */
  readonly isEndOfLife: boolean;
}

export interface JudgedImage {
  readonly image: ImageRef;
  readonly workload: Workload;
  readonly packages: readonly JudgedPackage[];
  readonly matches: readonly Match[];
  readonly privileges: readonly Privilege[];
  readonly privileged: boolean;
  /** **Unit**: microseconds that the longest-seen container was watched; 0 for none. */
  readonly observedUs: number;
  /** undefined for an image that nothing was seen to run. */
  readonly context: WorkloadContext | undefined;
  readonly origin: ImageOrigin;
  /** Why a match may find no package here; one sentence. */
  readonly missing: string;
}

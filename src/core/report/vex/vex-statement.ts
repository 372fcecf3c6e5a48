/**
 * Holds what a VEX statement says, before it becomes a document of one of the formats.
 * In: nothing. Out: types only; `list-statements.ts` makes them.
 */

import type { Finding, ImageRef, PackageRef } from "../../judge/verdict.ts";
import type { Justification, Waiver } from "../../judge/waive/waiver.ts";

/** The last three only where a person signed them. */
export type VexStatus =
  | "affected"
  | "under_investigation"
  | "not_affected"
  | "fixed"
  | "false_positive";

/** One vulnerability of one package of one image, over all workloads that run it. */
export interface VexStatement {
  /** The finding with the best rank. */
  readonly lead: Finding;
  /** **Order**: by rank. */
  readonly findings: readonly Finding[];
  /** Other ids by which the vulnerability may be looked up, as far as that hides nothing else. */
  readonly aliases: readonly string[];
  readonly image: ImageRef;
  /** See `productId`; "" when nothing names the image. */
  readonly product: string;
  readonly package: PackageRef;
  /** By a workload that runs the image: this package, not another of its source. */
  readonly isUsed: boolean;
  readonly status: VexStatus;
  readonly justification: Justification | null;
  /** What it rests on: use and coverage, or who signed it. */
  readonly notes: string;
  /** What to do. */
  readonly action: string;
  /** The decision that `status` or `action` follows; null: none does. */
  readonly waiver: Waiver | null;
}

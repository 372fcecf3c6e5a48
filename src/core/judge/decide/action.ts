/**
 * Holds what an action of the plan is: one thing a person does.
 * In: nothing. Out: types only; `plan-actions.ts` makes them.
 */
import type { Workload } from "../../observe/fact.ts";
import type { ImageRef } from "../verdict.ts";
import type { DecisionName } from "./decision.ts";

export const actionKinds = [
  "upgrade-package",
  "rebuild-on-base",
  "replace-release",
  "drop-privilege",
  "close-exposure",
  "watch",
] as const;
/**
 * `replace-release`: the distribution or runtime is past its end of life. `watch`: use or exposure
 * is unknown, and a sensor would decide it.
 */
export type ActionKind = (typeof actionKinds)[number];

/** One thing a person does; the fewest that remove the most come first. */
export interface Action {
  readonly id: string;
  /** 1 is first. */
  readonly rank: number;
  readonly kind: ActionKind;
  readonly decision: DecisionName;
  readonly deadlineDays: number | null;
  /** One line in the imperative; untrusted names inside. */
  readonly title: string;
  readonly image: ImageRef | null;
  readonly workloads: readonly Workload[];
  readonly package: string;
  readonly type: string;
  readonly from: readonly string[];
  /** Version or image to go to; "" for actions that are no upgrade. */
  readonly to: string;
  readonly atLeast: string;
  /** Where the package comes from. */
  readonly layer: "base" | "application" | "unknown";
  /** Ids of findings it removes; of `drop-privilege`, `close-exposure`, `watch`: that it lowers. */
  readonly findings: readonly string[];
  readonly counts: Readonly<Record<DecisionName, number>>;
  /** Ids of the upgrades that it stands for. */
  readonly upgrades: readonly string[];
  readonly because: readonly string[];
}

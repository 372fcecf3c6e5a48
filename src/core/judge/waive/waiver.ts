/**
 * Holds what a person signed about a finding: accepted, not affected, fixed, or no true match.
 * In: nothing. Out: types only; `apply-waivers.ts` puts them to findings.
 */

/** What a person may say. `accepted`: it applies, and the risk is carried for a while. */
export const waiverStatuses = ["accepted", "not_affected", "fixed", "false_positive"] as const;
export type WaiverStatus = (typeof waiverStatuses)[number];

/** Why a product is not affected. **Source**: OpenVEX 0.2.0, "Status Justifications". */
export const justificationNames = [
  "component_not_present",
  "vulnerable_code_not_present",
  "vulnerable_code_not_in_execute_path",
  "vulnerable_code_cannot_be_controlled_by_adversary",
  "inline_mitigations_already_exist",
] as const;
export type Justification = (typeof justificationNames)[number];

/** A person's word on a finding, in force. Its texts are untrusted. */
export interface Waiver {
  readonly status: WaiverStatus;
  /** null where the status needs none. */
  readonly justification: Justification | null;
  readonly reason: string;
  /** Who answers for it. */
  readonly by: string;
  /** As written: a day (which counts whole), or a time. */
  readonly until: string;
}

/** A waiver and what it speaks of, as configured. "" stands for any. */
export interface SignedDecision extends Waiver {
  readonly vulnerability: string;
  /** Name of the source package, or name, `name@version` or purl of a package. */
  readonly package: string;
  /** `namespace/name` or `namespace/name/container`; without a namespace the name alone. */
  readonly workload: string;
  /** Digest, or reference, with or without tag. */
  readonly image: string;
  /** **Unit**: microseconds since 1970; from then on it no longer applies. */
  readonly endUs: number;
}

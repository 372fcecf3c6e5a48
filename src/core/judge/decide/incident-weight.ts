/**
 * Holds what an open incident weighs in the decision about a finding.
 * In: nothing. Out: a type; `weigh-incidents.ts` tells which finding has one.
 */

export interface IncidentWeight {
  /** It may be how a grave incident began. */
  readonly isCause: boolean;
  /** Names the incident and its severity; half a sentence. */
  readonly because: string;
}

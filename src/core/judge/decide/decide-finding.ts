/**
 * Holds how a finding is decided.
 * In: a finding in its context. Out: a decision with its row, inputs and modifiers.
 */
import type { Decision } from "./decision.ts";

/** PLACEHOLDER on the integration branch: the owner of `decide/` replaces it. */
export function decideFinding(): Decision {
  return {
    name: "next-upgrade",
    deadlineDays: null,
    forensics: false,
    row: "",
    byTable: "next-upgrade",
    inputs: [],
    modifiers: [],
  };
}

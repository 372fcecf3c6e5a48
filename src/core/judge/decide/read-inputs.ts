/**
 * Holds where the four answers that the table asks for come from.
 * In: a finding's vulnerability and exposure. Out: four inputs, each with its basis; where nothing
 * told it, the safer side was taken and `assumed` says so. Must never take "unknown" for "no".
 */
import type { FindingExposure } from "../context/workload-context.ts";
import { ratedSeverity } from "../merge-vulnerabilities.ts";
import type { FindingVulnerability } from "../verdict.ts";
import { type CvssVector, isAutomatable, isTotalImpact, parseCvssVector } from "./cvss-vector.ts";
import type { DecisionInput } from "./decision.ts";
import type { DecisionKey } from "./decision-table.ts";

/** **Order**: as the table asks: known exploited, exposed, automatable, impact. */
export function readInputs(
  vulnerability: FindingVulnerability,
  exposure: FindingExposure,
): readonly DecisionInput[] {
  const vector = parseCvssVector(vulnerability.cvssVector);
  return [
    readKev(vulnerability),
    readExposed(exposure),
    readAutomatable(vulnerability, vector),
    readImpact(vulnerability, vector),
  ];
}

/** What the table is entered with. */
export function keyOf(inputs: readonly DecisionInput[]): DecisionKey {
  const answerTo = (name: DecisionInput["name"]) => inputs.find((one) => one.name === name)?.value;
  return {
    kev: answerTo("kev") === "yes",
    exposed: answerTo("exposed") === "yes",
    automatable: answerTo("automatable") === "yes",
    impact: answerTo("impact") === "total" ? "total" : "partial",
  };
}

function yesNo(answer: boolean): string {
  return answer ? "yes" : "no";
}

function readKev({ kev }: FindingVulnerability): DecisionInput {
  const since = kev === null || kev.dateAdded === "" ? "" : ` since ${kev.dateAdded}`;
  const ransomware = kev?.ransomware === true ? ", used in ransomware campaigns" : "";
  const basis =
    kev === null
      ? "neither the scan nor a catalogue given with it lists it"
      : `in CISA's catalogue${since}${ransomware}`;
  return { name: "kev", value: yesNo(kev !== null), basis, assumed: false };
}

function readExposed({ exposed, because }: FindingExposure): DecisionInput {
  if (exposed !== "unknown")
    return { name: "exposed", value: exposed, basis: because, assumed: false };
  const basis = `not known, so taken as exposed: ${because}`;
  return { name: "exposed", value: "yes", basis, assumed: true };
}

function readAutomatable(
  { cvssVector }: FindingVulnerability,
  vector: CvssVector | undefined,
): DecisionInput {
  if (vector !== undefined) {
    const value = yesNo(isAutomatable(vector));
    return { name: "automatable", value, basis: cvssVector, assumed: false };
  }
  const basis = `${describeMissing(cvssVector)}, so taken as automatable`;
  return { name: "automatable", value: "yes", basis, assumed: true };
}

/**
 * Without a vector the severity is the declared fall-back: what takes the whole of a system is not
 * rated medium or lower, and of the rest nobody knows. A distributor's Negligible (of Debian:
 * unimportant) is about the package as it is built there, and outweighs the vector of upstream.
 */
function readImpact(
  vulnerability: FindingVulnerability,
  vector: CvssVector | undefined,
): DecisionInput {
  const { cvssVector } = vulnerability;
  const severity = ratedSeverity(vulnerability);
  if (vector !== undefined && severity === "Negligible" && isTotalImpact(vector)) {
    const basis = `the distributor rates what it ships Negligible, against ${cvssVector}`;
    return { name: "impact", value: "partial", basis, assumed: false };
  }
  if (vector !== undefined) {
    const value = isTotalImpact(vector) ? "total" : "partial";
    return { name: "impact", value, basis: cvssVector, assumed: false };
  }
  const rated = `${describeMissing(cvssVector)}; severity ${severity}`;
  const isGrave = severity === "Critical" || severity === "High" || severity === "Unknown";
  if (!isGrave) return { name: "impact", value: "partial", basis: rated, assumed: false };
  return { name: "impact", value: "total", basis: `${rated}, so taken as total`, assumed: true };
}

function describeMissing(cvssVector: string): string {
  return cvssVector === "" ? "no CVSS vector" : "a CVSS vector that cannot be read";
}

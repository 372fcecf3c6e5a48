/**
 * Holds which fields of a finding count as a change.
 * In: the finding in both reports. Out: fields with their values before and after, as text.
 * Must never report what only a newer version of the report can tell.
 */
import type { Finding } from "../../judge/verdict.ts";
import type { ChangedField, FieldChange } from "./report-diff.ts";

type Read = (finding: Finding) => string;

const fields: readonly (readonly [ChangedField, Read])[] = [
  ["usage", ({ usage }) => usage.state],
  ["coverage", ({ usage }) => usage.coverage],
  ["privileged", ({ privileged }) => (privileged ? "yes" : "no")],
  ["fix", ({ vulnerability }) => vulnerability.fixedIn.join(", ")],
  ["version", (finding) => finding.package.version],
  ["image", ({ image }) => (image.digest === "" ? image.reference : image.digest)],
  ["severity", ({ vulnerability }) => vulnerability.severity],
  ["kev", ({ vulnerability }) => vulnerability.kev?.dateAdded ?? ""],
  ["signed", ({ waiver }) => (waiver === null ? "" : `${waiver.status} by ${waiver.by}`)],
];

/** Only where both reports hold them. */
const decidedFields: readonly (readonly [ChangedField, Read])[] = [
  ["decision", ({ decision }) => decision.name],
  ["exposed", ({ exposure }) => exposure.exposed],
  ["reached-from", ({ exposure }) => exposure.observed],
];

/** **Order**: the decision first. */
export function compareFields(
  before: Finding,
  after: Finding,
  areDecided: boolean,
): readonly FieldChange[] {
  const asked = areDecided ? [...decidedFields, ...fields] : fields;
  return asked.flatMap(([field, read]) => {
    const values = { before: read(before), after: read(after) };
    return values.before === values.after ? [] : [{ field, ...values }];
  });
}

/**
 * Holds the incident document: the schema-versioned JSON form that other programs read.
 * In: incidents. Out: plain data for `renderJson`. Must grow compatibly: fields are added, never
 * changed. Times are ISO 8601 in UTC, null for unknown; citations name their input where it is
 * known.
 */
import { formatTime } from "../../event/format-time.ts";
import type { Incident } from "../../judge/incident/incident.ts";

const incidentSchemaVersion = "1.0.0";

export interface IncidentDocumentOptions {
  /** When it was made, as passed in; null where output is to be reproducible. */
  readonly generatedAt: string | null;
  /** Names of the inputs, at the index that citations carry; empty: the index stays. */
  readonly inputNames: readonly string[];
  /** Name of the cluster as configured; "" unknown. */
  readonly cluster: string;
}

export const plainDocument: IncidentDocumentOptions = {
  generatedAt: null,
  inputNames: [],
  cluster: "",
};

/** One document for one incident or many. **Shape**: `incidents` in the order given. */
export function incidentDocument(
  incidents: readonly Incident[],
  options: IncidentDocumentOptions = plainDocument,
): Record<string, unknown> {
  return {
    schemaVersion: incidentSchemaVersion,
    kind: "waggle-incidents",
    generatedAt: options.generatedAt,
    cluster: options.cluster,
    incidents: incidents.map((incident) => toPlain(incident, options.inputNames)),
  };
}

/** `firstSeenUs: 1700…` becomes `firstSeen: "2023-…"`; all else stays as it is named. */
function toPlain(value: unknown, inputNames: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => toPlain(one, inputNames));
  if (typeof value !== "object" || value === null) return value;
  const isCitation = "input" in value && "offset" in value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key.endsWith("Us") && typeof inner === "number") {
        return [key.slice(0, -2), formatTime(inner)];
      }
      if (isCitation && key === "input" && typeof inner === "number") {
        return [key, inputNames[inner] ?? inner];
      }
      return [key, toPlain(inner, inputNames)];
    }),
  );
}

/**
 * Holds how a CVSS vector is read, and the two questions that a decision asks of it.
 * In: a vector of version 2, 3 or 4 as scanners write it; hostile text. Out: base metrics, or
 * undefined where any is missing or not one of its values. Must never guess a metric.
 * **Source**: FIRST, CVSS v2 §2.4, v3.1 §6, v4.0 §7 (vector strings).
 */

export interface CvssVector {
  readonly version: 2 | 3 | 4;
  readonly metrics: ReadonlyMap<string, string>;
}

const impact3 = { C: "HLN", I: "HLN", A: "HLN" };
/** By version: each base metric to the letters it may have. */
const baseMetrics: Readonly<Record<CvssVector["version"], Readonly<Record<string, string>>>> = {
  2: { AV: "LAN", AC: "HML", Au: "MSN", C: "NPC", I: "NPC", A: "NPC" },
  3: { AV: "NALP", AC: "LH", PR: "NLH", UI: "NR", S: "UC", ...impact3 },
  4: {
    ...{ AV: "NALP", AC: "LH", AT: "NP", PR: "NLH", UI: "NPA" },
    ...{ VC: "HLN", VI: "HLN", VA: "HLN", SC: "HLN", SI: "HLN", SA: "HLN" },
  },
};
/** **Unit**: code units. The longest valid vector (v4.0 with all metrics) is below 250. */
const vectorLengthMax = 512;

/** **Shape**: the prefix `CVSS:4.0/`, `CVSS:3.x/`, or none for version 2; metrics in any order. */
export function parseCvssVector(text: string): CvssVector | undefined {
  if (text === "" || text.length > vectorLengthMax) return undefined;
  const prefix = /^CVSS:([34])\.\d\//.exec(text);
  const version = prefix?.[1] === "4" ? 4 : prefix?.[1] === "3" ? 3 : 2;
  const body = prefix === null ? text.replace(/^\(|\)$/g, "") : text.slice(prefix[0].length);
  const metrics = new Map<string, string>();
  for (const part of body.split("/")) {
    const at = part.indexOf(":");
    const name = part.slice(0, at);
    // A metric may stand once; of a vector that contradicts itself nothing is believed.
    if (at <= 0 || metrics.has(name)) return undefined;
    metrics.set(name, part.slice(at + 1));
  }
  const isWhole = Object.entries(baseMetrics[version]).every(([name, letters]) => {
    const value = metrics.get(name) ?? "";
    return value.length === 1 && letters.includes(value);
  });
  return isWhole ? { version, metrics } : undefined;
}

/**
 * Whether an attack can be automated: over the network, without rights, another person's doing or
 * luck. What the supplier says of it (v4 `AU`) wins. Version 2 does not ask for a person's doing.
 */
export function isAutomatable({ version, metrics }: CvssVector): boolean {
  const has = (name: string, value: string) => metrics.get(name) === value;
  const isRemote = has("AV", "N") && has("AC", "L");
  if (version === 2) return isRemote && has("Au", "N");
  const isOpen = isRemote && has("PR", "N") && has("UI", "N");
  if (version === 3) return isOpen;
  if (has("AU", "Y") || has("AU", "N")) return has("AU", "Y");
  return isOpen && has("AT", "N");
}

/** Whether it gives the whole of the vulnerable system: secrecy, integrity and availability. */
export function isTotalImpact({ version, metrics }: CvssVector): boolean {
  const names = version === 4 ? ["VC", "VI", "VA"] : ["C", "I", "A"];
  return names.every((name) => metrics.get(name) === (version === 2 ? "C" : "H"));
}

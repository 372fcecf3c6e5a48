/**
 * Holds the rules of the ranking as data: bands, shifts between bands, and the order inside one.
 * In: nothing. Out: tables that `rank-findings.ts` applies and `docs/ranking.md` prints.
 * Every rule is a yes/no question or a class about recorded facts; there is no score and no weight.
 * Must never let "unknown" move a finding down.
 */
import type { Severity } from "../inventory/image.ts";
import { decisionNames } from "./decide/decision.ts";
import {
  type BandName,
  bandNames,
  type EvidenceLevel,
  type Finding,
  type Privilege,
} from "./verdict.ts";

/** What the rules look at. */
export interface Weighed {
  readonly finding: Finding;
  /** The scanner's, or by CVSS score where the scanner knows none. */
  readonly severity: Severity;
  /** EPSS says that exploitation is likely. */
  readonly likely: boolean;
  /** **Unit**: microseconds the workload was watched. */
  readonly observedUs: number;
  /** Shortest watch after which "not observed" may lower a band. */
  readonly loweringWindowUs: number;
  /** In how many workloads the same vulnerability of the same package was found. */
  readonly workloadCount: number;
}

/** A tenth, or the top 5 %: above both most vulnerabilities never come. */
export const likelyFrom = { score: 0.1, percentile: 0.95 } as const;

export interface Band {
  readonly name: BandName;
  readonly when: string;
  readonly holds: (weighed: Weighed) => boolean;
}

/** **Order**: the first that holds. The last always holds. */
export const bands: readonly Band[] = [
  {
    name: "exploited-by-ransomware",
    when: "In CISA's catalogue of known exploited vulnerabilities, used in ransomware campaigns",
    holds: ({ finding }) => finding.vulnerability.kev?.ransomware === true,
  },
  {
    name: "known-exploited",
    when: "In CISA's catalogue of known exploited vulnerabilities",
    holds: ({ finding }) => finding.vulnerability.kev !== null,
  },
  {
    name: "critical",
    when: "Severity Critical; or High and exploitation is likely",
    holds: ({ severity, likely }) => severity === "Critical" || (severity === "High" && likely),
  },
  {
    name: "high",
    when: "Severity High; or Medium (or unknown) and exploitation is likely",
    holds: ({ severity, likely }) =>
      severity === "High" || (likely && (severity === "Medium" || severity === "Unknown")),
  },
  {
    name: "medium",
    when: "Severity Medium, or unknown; or Low and exploitation is likely",
    holds: ({ severity, likely }) =>
      severity === "Medium" || severity === "Unknown" || (severity === "Low" && likely),
  },
  {
    name: "low",
    when: "Severity Low; or Negligible and exploitation is likely",
    holds: ({ severity, likely }) => severity === "Low" || likely,
  },
  { name: "negligible", when: "Everything else", holds: () => true },
];

export interface Shift {
  /** Bands: -1 is up, 1 is down. */
  readonly by: -1 | 1;
  readonly when: string;
  readonly limit: string;
  readonly holds: (weighed: Weighed) => boolean;
}

const firstShiftable = bandNames.indexOf("critical");

/** At most one holds. Known exploited vulnerabilities never move. */
export const shifts: readonly Shift[] = [
  {
    by: -1,
    when: "The workload has the host's rights, and the package is in use or its use is unknown",
    limit: "Never above critical",
    holds: ({ finding }) => isHostEquivalent(finding) && finding.usage.state !== "not-observed",
  },
  {
    by: 1,
    when: "Not observed under good coverage for at least `lowering-window` (24h)",
    limit: "Never a known exploited one",
    holds: ({ finding, observedUs, loweringWindowUs }) =>
      finding.usage.state === "not-observed" &&
      finding.usage.coverage === "good" &&
      observedUs >= loweringWindowUs,
  },
];

/** The band after the shift. */
export function bandOf(weighed: Weighed): {
  name: BandName;
  base: BandName;
  shift: Shift | undefined;
} {
  const base = bands.find((band) => band.holds(weighed))?.name ?? "negligible";
  const index = bandNames.indexOf(base);
  const shift = shifts.find((one) => one.holds(weighed));
  const moved = Math.max(firstShiftable, index + (shift?.by ?? 0));
  const name = index < firstShiftable ? base : (bandNames[moved] ?? base);
  return { name, base, shift: name === base ? undefined : shift };
}

export interface OrderRule {
  readonly name: string;
  readonly text: string;
  /** Smaller comes first. */
  readonly key: (weighed: Weighed) => number;
}

/** Beyond any number of hops: exposed by an unknown way, not known whether, not exposed. */
const hopCountOf = { wayUnknown: 1000, unknown: 1001, none: 1002 } as const;

function hopCount({ exposure }: Finding): number {
  if (exposure.exposed === "no") return hopCountOf.none;
  if (exposure.exposed === "unknown") return hopCountOf.unknown;
  return exposure.hopCount ?? hopCountOf.wayUnknown;
}

/** **Order**: the first that tells two findings apart decides; then the CVE and ids. */
export const orderRules: readonly OrderRule[] = [
  {
    name: "decision",
    text: "when to act, the most urgent first ([decision.md](decision.md))",
    key: ({ finding }) => decisionNames.indexOf(finding.decision.name),
  },
  {
    name: "exploitation",
    text: "known to be used in ransomware campaigns, then known to be exploited, then neither",
    key: ({ finding: { vulnerability } }) =>
      vulnerability.kev === null ? 2 : vulnerability.kev.ransomware ? 0 : 1,
  },
  {
    name: "proof",
    text: "a decision on what is known, then one that rests on what had to be assumed",
    key: ({ finding }) => (finding.decision.inputs.some(({ assumed }) => assumed) ? 1 : 0),
  },
  {
    name: "distance",
    text: "fewer workloads between it and the internet; then way unknown, exposure unknown, none",
    key: ({ finding }) => hopCount(finding),
  },
  {
    name: "use",
    text: "code seen to run, then other use (linked, data read), then unknown, then not observed",
    key: ({ finding }) => usageClass(finding),
  },
  {
    name: "privilege",
    text: "the host's rights, then other privilege, then none seen",
    key: ({ finding }) => (isHostEquivalent(finding) ? 0 : finding.privileged ? 1 : 2),
  },
  {
    name: "EPSS",
    text: "higher probability first; none counts as 0",
    key: ({ finding }) => -(finding.vulnerability.epss?.score ?? 0),
  },
  {
    name: "CVSS",
    text: "higher base score first; none counts as 0",
    key: ({ finding }) => -(finding.vulnerability.cvssScore ?? 0),
  },
  {
    name: "fix",
    text: "a fix exists, then none",
    key: ({ finding }) => (finding.fixable ? 0 : 1),
  },
  {
    name: "spread",
    text: "the same vulnerability of the same package in more workloads first",
    key: ({ workloadCount }) => -workloadCount,
  },
];

const codeLevels: readonly EvidenceLevel[] = [
  "symbol-loaded",
  "executed",
  "mapped",
  "runtime-read",
];

function usageClass({ usage }: Finding): number {
  if (usage.state === "in-use") return codeLevels.includes(usage.level) ? 0 : 1;
  return usage.state === "unknown" ? 2 : 3;
}

const hostCapabilities: readonly string[] = [
  "CAP_SYS_ADMIN",
  "CAP_SYS_MODULE",
  "CAP_SYS_PTRACE",
  "CAP_SYS_RAWIO",
  "CAP_DAC_READ_SEARCH",
  "CAP_BPF",
];
const hostKinds: readonly string[] = ["privileged", "host-pid", "host-mount-namespace"];
const hostMount =
  /^(?:\/|\/(?:etc|proc|root|run|var|var\/run|var\/lib\/kubelet)\/?|.*\.sock)(?::|$)/;

/**
 * Whether whoever breaks into the workload has the node: a privileged container, the host's pid or
 * mount namespace, a capability that reaches the kernel, or a mount that holds the host's root,
 * configuration or a control socket.
 */
export function isHostEquivalent({ privileges }: Pick<Finding, "privileges">): boolean {
  return privileges.some(isHostRight);
}

/** Whether this right alone is enough for that. */
export function isHostRight({ privilege, detail, source }: Privilege): boolean {
  if (source === "denied") return false;
  if (privilege === "capability") return hostCapabilities.includes(detail);
  if (privilege === "host-mount") return hostMount.test(detail);
  return hostKinds.includes(privilege);
}

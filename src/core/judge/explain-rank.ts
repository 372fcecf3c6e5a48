/**
 * Holds the sentences that say why a finding has its band and place, and what would change them.
 * In: a weighed finding and its band. Out: short sentences, the weightiest first.
 * Must never say what the rules did not use, and never put untrusted text in but names and ids.
 */
import {
  type Band,
  isHostEquivalent,
  likelyFrom,
  type Shift,
  type Weighed,
} from "./ranking-rules.ts";
import type { Finding, Privilege } from "./verdict.ts";

interface Placed {
  readonly name: Band["name"];
  readonly base: Band["name"];
  readonly shift: Shift | undefined;
}

/** **Order**: what moved it most stands first. **Shape**: sentences without a full stop. */
export function explainRank(weighed: Weighed, placed: Placed): readonly string[] {
  const { finding } = weighed;
  return [
    ...explainExploitation(weighed),
    explainSeverity(weighed),
    explainUsage(weighed),
    ...explainPrivilege(finding),
    ...explainShift(placed),
    explainFix(finding),
    ...(finding.matchType === "cpe-match" ? ["matched by CPE only: may be a false match"] : []),
  ];
}

function explainExploitation({ finding, likely }: Weighed): readonly string[] {
  const { kev, epss } = finding.vulnerability;
  const reasons: string[] = [];
  if (kev !== null) {
    const since = kev.dateAdded === "" ? "" : ` since ${kev.dateAdded}`;
    const ransomware = kev.ransomware ? ", in ransomware campaigns too" : "";
    reasons.push(`known to be exploited (CISA KEV${since}${ransomware})`);
  }
  if (epss !== null && likely) {
    reasons.push(
      `exploitation within 30 days is likely: EPSS ${percent(epss.score)}, ` +
        `higher than ${percent(epss.percentile)} of all`,
    );
  }
  return reasons;
}

function explainSeverity({ finding, severity }: Weighed): string {
  const { cvssScore, severity: stated } = finding.vulnerability;
  const score = cvssScore === null ? "" : `, CVSS ${cvssScore.toFixed(1)}`;
  if (stated !== severity) return `severity ${severity} by its CVSS score ${cvssScore?.toFixed(1)}`;
  if (severity === "Unknown") return "severity unknown: placed with Medium";
  return `severity ${severity}${score}`;
}

function explainUsage({ finding, observedUs, loweringWindowUs }: Weighed): string {
  const { usage } = finding;
  if (usage.state === "in-use") return `in use (${usage.level}): ${usage.because}`;
  if (usage.state === "unknown") return `use unknown, which lowers nothing: ${usage.because}`;
  const tooShort = observedUs < loweringWindowUs;
  const watched = `watched for ${duration(observedUs)}`;
  const effect = tooShort ? "; too short a time to lower the rank" : "";
  return `not observed, ${watched} under ${usage.coverage} coverage${effect}: ${usage.because}`;
}

/** What the workload may do beyond an ordinary one; empty when it is not privileged. */
export function explainPrivilege(finding: Finding, namedCountMax = 4): readonly string[] {
  if (!finding.privileged) return [];
  const reach = isHostEquivalent(finding) ? "has the host's rights" : "privileged";
  const names = namePrivileges(finding.privileges.filter((one) => one.source !== "denied"));
  const left = names.length - namedCountMax;
  const named = `${names.slice(0, namedCountMax).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
  return [names.length === 0 ? reach : `${reach}: ${named}`];
}

const weightiestFirst: readonly Privilege["privilege"][] = [
  "privileged",
  "host-pid",
  "host-mount-namespace",
  "host-mount",
  "root",
  "host-network",
  "gained-by-setuid",
  "capability",
  "no-new-privileges",
];
const capabilityCountMax = 3;

/** **Order**: the weightiest first. */
export function comparePrivileges(a: Privilege, b: Privilege): number {
  return weightiestFirst.indexOf(a.privilege) - weightiestFirst.indexOf(b.privilege);
}

/** Each once, the weightiest first; more than three capabilities are counted. */
export function namePrivileges(privileges: readonly Privilege[]): readonly string[] {
  const sorted = [...privileges].sort(comparePrivileges);
  const capabilities = new Set(
    sorted.filter((one) => one.privilege === "capability").map(({ detail }) => detail),
  );
  if (capabilities.size <= capabilityCountMax) return [...new Set(sorted.map(namePrivilege))];
  const others = sorted.filter((one) => one.privilege !== "capability").map(namePrivilege);
  return [...new Set(others), `${capabilities.size} capabilities beyond the default`];
}

/** A privilege in a few words. */
function namePrivilege({ privilege, detail }: Privilege): string {
  const words: Readonly<Record<Privilege["privilege"], string>> = {
    privileged: "privileged container",
    root: "runs as root",
    capability: detail,
    "host-pid": "host process namespace",
    "host-network": "host network",
    "host-mount-namespace": "host mount namespace",
    "host-mount": `host mount ${detail}`,
    "gained-by-setuid": `gains rights by setuid ${detail}`,
    "no-new-privileges": "no new privileges",
  };
  return words[privilege];
}

function explainShift({ base, name, shift }: Placed): readonly string[] {
  if (shift === undefined) return [];
  const why = shift.by < 0 ? "for the host's rights" : "because it was not observed";
  return [`${shift.by < 0 ? "raised" : "lowered"} from ${base} to ${name} ${why}`];
}

function explainFix({ fixable, vulnerability }: Finding): string {
  if (fixable) return `fixed in ${vulnerability.fixedIn.join(", ")}`;
  if (vulnerability.fixState === "wont-fix") return "the distributor will not fix it";
  return vulnerability.fixState === "not-fixed"
    ? "no fix yet"
    : "whether there is a fix is unknown";
}

/** **Order**: what would raise it, then what would lower it; each begins with that word. */
export function explainChanges(weighed: Weighed, placed: Placed): readonly string[] {
  const { finding, likely } = weighed;
  const { kev } = finding.vulnerability;
  const changes: string[] = [];
  if (kev === null) {
    changes.push("raise: an entry in the catalogue of known exploited vulnerabilities");
    if (!likely) {
      const least = likelyFrom.score * 100;
      changes.push(`raise: an EPSS of ${least} % or more moves it one severity up`);
    }
  }
  changes.push(...changesByUse(weighed, placed));
  if (!finding.fixable) changes.push("raise: a fixed version, once there is one");
  if (finding.privileged) changes.push("lower: running the workload without the named privileges");
  return changes;
}

function changesByUse(
  { finding, observedUs, loweringWindowUs }: Weighed,
  placed: Placed,
): string[] {
  const { state } = finding.usage;
  const movable = finding.vulnerability.kev === null;
  if (state === "in-use") return ["lower: an image that does not contain or use the package"];
  if (state === "not-observed") {
    const changes = ["raise: any use of the package by the workload"];
    if (movable && placed.shift === undefined && observedUs < loweringWindowUs) {
      changes.push(`lower: not being observed for ${duration(loweringWindowUs)}`);
    }
    return changes;
  }
  const lower = movable ? `lower: good coverage for ${duration(loweringWindowUs)} without use` : "";
  return ["raise: proof of use by the workload", ...(lower === "" ? [] : [lower])];
}

function percent(share: number): string {
  // "Higher than 100 % of all" cannot be.
  const value = share < 1 ? Math.min(99.9, share * 100) : 100;
  if (value > 99 && value < 100) return `${(Math.floor(value * 10) / 10).toFixed(1)} %`;
  return `${value >= 10 ? value.toFixed(0) : value.toPrecision(2)} %`;
}

/** **Unit**: of the input, microseconds. One or two figures and a word. */
export function duration(us: number): string {
  const seconds = us / 1e6;
  if (seconds < 120) return `${Math.round(seconds)} seconds`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} hours`;
  return `${Math.round(seconds / 86_400)} days`;
}

/**
 * Holds made-up findings whose parts fit together.
 * In: a number, the places. Out: a finding; its proofs go into the given record.
 */
import type { Decision, DecisionName } from "../core/judge/decide/decision.ts";
import type { Evidence, Finding, Usage } from "../core/judge/verdict.ts";
import { hexOf, imageOf, mix, type SamplePlaces, timeOf } from "./sample-large-places.ts";

const packages = ["openssl", "zlib1g", "log4j-core", "jackson-databind", "express", "django"];
const types = ["deb", "deb", "java-archive", "java-archive", "npm", "python"];
const severities = ["Critical", "High", "High", "Medium", "Medium", "Medium", "Low"] as const;
const states = ["in-use", "unknown", "not-observed"] as const;

export function sampleFinding(
  index: number,
  { tiers, contexts, coverage }: SamplePlaces,
  evidence: Record<string, Evidence>,
): Finding {
  const group = Math.floor(index / 3);
  const place = mix(group) % tiers.length;
  const workload = tiers[place]?.workload ?? noWorkload;
  const kind = mix(group + 3) % 300;
  const name = `${packages[kind % 6]}${kind < 6 ? "" : `-${Math.floor(kind / 6)}`}`;
  const version = `1.${kind % 20}.${kind % 7}`;
  const number = mix(kind * 40 + (mix(index + 9) % 12));
  const severity = severities[number % severities.length] ?? "Low";
  const isKnown = group % 40 === 1 && index % 3 === 0;
  const state = states[mix(group + 1) % 3] ?? "unknown";
  const exposed = contexts[place]?.exposure.exposed ?? "unknown";
  const critical = severity === "Critical" || isKnown;
  const decision = decide({ isKnown, critical, isExposed: exposed !== "no", state });
  const ref = {
    name,
    version,
    type: types[kind % 6] ?? "deb",
    purl: `pkg:${types[kind % 6]}/${name}@${version}`,
    id: hexOf(kind, 16),
    location: `/usr/lib/${name}/package.json`,
  };
  const usage = sampleUse(
    { group, state, name, container: coverage[place]?.containerId ?? "" },
    evidence,
  );
  return {
    id: hexOf(index + 1_000_000, 16),
    rank: index + 1,
    band: isKnown ? "known-exploited" : "medium",
    vulnerability: {
      id: `CVE-${2015 + (number % 11)}-${1000 + (number % 40_000)}`,
      aliases: [`GHSA-${hexOf(number, 12)}`],
      severity,
      cvssVector: critical
        ? "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
        : "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
      cvssScore: critical ? 9.8 : 5 + (number % 40) / 10,
      epss: { score: (number % 1000) / 1000, percentile: (number % 997) / 997, date: "2026-01-01" },
      kev: isKnown ? { dateAdded: "2025-11-02", dueDate: "2025-11-23", ransomware: false } : null,
      fixedIn: index % 4 === 0 ? [] : [`1.${(kind % 20) + 1}.0`],
      fixState: index % 4 === 0 ? "not-fixed" : "fixed",
      description: describe(number, name),
    },
    package: ref,
    packages: [{ package: ref, usage }],
    image: imageOf(workload),
    workload,
    usage,
    privileges:
      place % 2 === 0 ? [{ privilege: "root", detail: "", source: "seen", evidence: [] }] : [],
    critical,
    fixable: index % 4 !== 0,
    privileged: place % 2 === 0,
    inUse: state === "in-use",
    exposure: {
      exposed,
      observed: "same-namespace",
      allowed: "same-namespace",
      hopCount: contexts[place]?.exposure.hopCount ?? null,
      because: contexts[place]?.exposure.because ?? "",
    },
    decision,
    upgrade: hexOf(kind, 16),
    reasons: [
      ...(isKnown ? ["known to be exploited (CISA KEV since 2025-11-02)"] : []),
      `severity ${severity}, CVSS ${(critical ? 9.8 : 5 + (number % 40) / 10).toFixed(1)}`,
      usage.because,
    ],
    wouldChange: ["lower: running the workload without the named privileges"],
    waiver: null,
    matchType: "exact-direct-match",
  };
}

const words = (
  "heap stack buffer overflow integer parser header request response remote local message " +
  "certificate session cookie archive image font script query template template-engine decoder " +
  "encoder denial service execution disclosure traversal injection race free use-after bounds read"
).split(" ");

/** Words in an order of their own, so that no two compress to one. */
function describe(number: number, name: string): string {
  const chosen = Array.from({ length: 14 }, (_, at) => words[mix(number + at) % words.length]);
  return `In ${name} ${chosen.join(" ")} (case ${number}).`;
}

const noWorkload = { cluster: "", namespace: "", kind: "Host", name: "none", container: "" };

function sampleUse(
  given: {
    readonly group: number;
    readonly state: Usage["state"];
    readonly name: string;
    readonly container: string;
  },
  evidence: Record<string, Evidence>,
): Usage {
  const { group, state, name, container } = given;
  const isUsed = state === "in-use";
  const ids = isUsed ? [`e${group * 2}`, `e${group * 2 + 1}`] : [];
  for (const id of ids) evidence[id] = sampleProof(id, name, container);
  return {
    state,
    level: isUsed ? "mapped" : "none",
    by: isUsed ? ["service"] : [],
    firstSeen: isUsed ? timeOf(group) : null,
    lastSeen: isUsed ? "2026-01-02T09:59:00.000000Z" : null,
    coverage: state === "unknown" ? "partial" : "good",
    coverageReasons: state === "unknown" ? ["it ran before the sensors"] : [],
    evidence: ids,
    because: isUsed
      ? `/usr/lib/${name}/lib${name}.so.${group % 4} was mapped by /usr/bin/app-${group % 50}`
      : state === "unknown"
        ? "no sensor saw its files from the start"
        : "no process of the workload touched it in 24 hours",
  };
}

function sampleProof(id: string, name: string, container: string): Evidence {
  const seed = Number(id.slice(1));
  return {
    id,
    shows: seed % 2 === 0 ? "mapped" : "read",
    path: `/usr/lib/${name}/lib${name}.so.${seed % 4}`,
    actor: "service",
    actorReason: "descends from the first process",
    sensor: seed % 2 === 0 ? "mmap" : "open",
    policy: "files",
    count: 1 + (mix(seed) % 900),
    execId: Buffer.from(`node-${seed % 20}:${mix(seed)}:${mix(seed) % 60_000}`).toString("base64"),
    pid: mix(seed) % 60_000,
    binary: `/usr/bin/app-${seed % 50}`,
    time: timeOf(seed),
    node: `node-${seed % 20}`,
    container: container.slice(0, 31),
    input: "events/tetragon.log.gz",
    offset: mix(seed + 2) % 1_000_000_000,
  };
}

function say(is: boolean): string {
  return is ? "yes" : "no";
}

const deadlines: Readonly<Record<DecisionName, number | null>> = {
  "act-now": 3,
  soon: 14,
  scheduled: 45,
  "next-upgrade": null,
};

function decide(given: {
  readonly isKnown: boolean;
  readonly critical: boolean;
  readonly isExposed: boolean;
  readonly state: Usage["state"];
}): Decision {
  const { isKnown, critical, isExposed, state } = given;
  const byTable =
    isKnown && isExposed
      ? "act-now"
      : critical && isExposed
        ? "soon"
        : critical
          ? "scheduled"
          : "next-upgrade";
  return {
    name: byTable,
    deadlineDays: deadlines[byTable],
    forensics: isKnown && isExposed,
    row: `kev=${say(isKnown)} exposed=${say(isExposed)} automatable=yes impact=total`,
    byTable,
    inputs: [
      { name: "kev", value: isKnown ? "yes" : "no", basis: "CISA's catalogue", assumed: false },
      {
        name: "exposed",
        value: isExposed ? "yes" : "no",
        basis: "flows that were seen",
        assumed: false,
      },
      { name: "automatable", value: "yes", basis: "nothing told it", assumed: true },
      { name: "impact", value: "total", basis: "CVSS:3.1/C:H/I:H/A:H", assumed: false },
    ],
    modifiers: [
      {
        name: "usage",
        effect: state === "not-observed" && isKnown ? "limited" : "none",
        because: `the package is ${state}`,
      },
    ],
  };
}

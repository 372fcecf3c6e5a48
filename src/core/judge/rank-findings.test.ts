/** Holds each rule of the ranking, and the laws that no rule may break. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  sampleDraft,
  sampleRoot,
  sampleSettings,
  sampleUsage,
  sampleWorkload,
} from "../../testing/sample-judgement.ts";
import { closedExposure, sampleContext } from "../../testing/sample-workload-context.ts";
import type { DraftFinding } from "./build-findings.ts";
import { rankFindings, rankingDocument } from "./rank-findings.ts";
import { bands, orderRules, shifts } from "./ranking-rules.ts";
import { bandNames } from "./verdict.ts";

const used = sampleUsage("in-use");
const unknown = sampleUsage("unknown", { coverage: "partial" });
const unseen = sampleUsage("not-observed");
const exploited = { dateAdded: "2024-01-01", dueDate: "", ransomware: false };
const likely = { score: 0.5, percentile: 0.9, date: "" };

let made = 0;
/** A workload of its own for each, so that ids differ. */
function draft(...[vulnerability, usage, image]: Parameters<typeof sampleDraft>): DraftFinding {
  made += 1;
  return sampleDraft(vulnerability, usage, { workload: sampleWorkload(`w${made}`), ...image });
}

function rank(...drafts: readonly DraftFinding[]) {
  const ranked = rankFindings(drafts, sampleSettings);
  const orderOf = (one: DraftFinding) =>
    ranked.findIndex(({ finding }) => finding.id === one.finding.id);
  const bandOf = (one: DraftFinding) => ranked[orderOf(one)]?.finding.band;
  return { ranked: ranked.map(({ finding }) => finding), orderOf, bandOf };
}

function assertRising(...drafts: readonly DraftFinding[]): void {
  const { orderOf } = rank(...[...drafts].reverse());
  assert.deepEqual(drafts.map(orderOf), [...drafts.keys()]);
}

test("ransomware comes before known exploited, before critical, down to negligible", () => {
  const all = [
    draft({ severity: "Low", knownExploited: { ...exploited, ransomware: true } }, unknown),
    draft({ severity: "Low", knownExploited: exploited }, unknown),
    draft({ severity: "Critical", cvssScore: 9.8 }, used),
    draft({ severity: "High", cvssScore: 7.5 }, used),
    draft({ severity: "Medium", cvssScore: 5 }, used),
    draft({ severity: "Low", cvssScore: 3 }, used),
    draft({ severity: "Negligible", cvssScore: 0 }, used),
  ];
  assertRising(...all);
  assert.deepEqual(all.map(rank(...all).bandOf), bandNames);
});

const whole = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const partly = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N";
const hard = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N";
const local = "CVSS:3.1/AV:L/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N";

/** In a place of its own, by hops from the internet; undefined: not exposed. */
function placed(
  vulnerability: Parameters<typeof draft>[0],
  hopCount?: number | null,
  usage = used,
) {
  made += 1;
  const workload = sampleWorkload(`p${made}`);
  const exposure = hopCount === undefined ? closedExposure : { hopCount };
  return sampleDraft(vulnerability, usage, {
    workload,
    context: sampleContext({ workload, exposure }),
  });
}

test("the decision stands above severity, use, scores and all else", () => {
  const all = [
    placed({ cvssVector: whole, severity: "Low", cvssScore: 1, fixState: "not-fixed" }, 3, unknown),
    placed({ cvssVector: partly, severity: "Critical", cvssScore: 10, epss: likely }, 0),
    placed({ cvssVector: hard, severity: "Critical", cvssScore: 10 }, 0),
    placed({ cvssVector: local, severity: "Critical", cvssScore: 10 }),
  ];
  assertRising(...all);
  assert.deepEqual(
    all.map(({ finding }) => finding.decision.name),
    ["act-now", "soon", "scheduled", "next-upgrade"],
  );
});

test("then exploitation, then what rests on nothing assumed", () => {
  const ransomware = { ...exploited, ransomware: true };
  assertRising(
    placed({ cvssVector: whole, knownExploited: ransomware, cvssScore: 1 }, 2),
    placed({ cvssVector: whole, knownExploited: exploited }, 1),
    placed({ cvssVector: whole, cvssScore: 1 }, 3, unknown),
    placed({ severity: "Critical", cvssScore: 10, epss: likely }, 0),
  );
});

test("then fewer hops from the internet, an unknown way last", () => {
  assertRising(
    placed({ cvssVector: whole, cvssScore: 1 }, 0, unknown),
    placed({ cvssVector: whole }, 1),
    placed({ cvssVector: whole }, 2),
    placed({ cvssVector: whole }, null),
  );
});

test("of what is equal the vulnerability of more workloads stands first", () => {
  const twice = ["a", "b"].map((name) =>
    sampleDraft({ id: "CVE-2024-9" }, used, { workload: sampleWorkload(name) }),
  );
  const once = draft({ id: "CVE-2024-1" }, used);
  const { ranked } = rank(once, ...twice);
  assert.deepEqual(
    ranked.map(({ vulnerability }) => vulnerability.id),
    ["CVE-2024-9", "CVE-2024-9", "CVE-2024-1"],
  );
});

test("a finding says its decision first, and what would change it", () => {
  const one = placed({ cvssVector: whole }, 1);
  const [finding] = rank(one).ranked;
  assert.match(finding?.reasons[0] ?? "", /^act now within 3 days: .*total impact$/);
  assert.match(
    finding?.wouldChange.join("\n") ?? "",
    /lower: to scheduled, were the workload shown/,
  );
});

test("a likely exploitation moves one severity up, and only one", () => {
  const one = draft({ severity: "High", epss: likely }, used);
  const two = draft({ severity: "Medium", epss: likely }, used);
  const three = draft({ severity: "Low", epss: { ...likely, score: 0.02 } }, used);
  const { bandOf } = rank(one, two, three);
  assert.deepEqual([one, two, three].map(bandOf), ["critical", "high", "low"]);
});

test("an unknown severity counts as medium, or by its score", () => {
  const none = draft({ severity: "Unknown", cvssScore: -1 }, used);
  const scored = draft({ severity: "Unknown", cvssScore: 9.1 }, used);
  const { bandOf } = rank(none, scored);
  assert.deepEqual([none, scored].map(bandOf), ["medium", "critical"]);
});

test("of one decision: code seen to run, then other use, then unknown, then not observed", () => {
  const short = { observedUs: 1 };
  assertRising(
    draft({}, used),
    draft({}, sampleUsage("in-use", { level: "linked" })),
    draft({}, unknown),
    draft({}, unseen, short),
  );
});

test("not observed lowers one band, under good coverage and long enough only", () => {
  const lowered = draft({}, unseen);
  const short = draft({}, unseen, { observedUs: 600e6 });
  const partial = draft({}, sampleUsage("not-observed", { coverage: "partial" }));
  const { bandOf, ranked, orderOf } = rank(lowered, short, partial);
  assert.deepEqual([lowered, short, partial].map(bandOf), ["medium", "high", "high"]);
  const reasons = ranked[orderOf(lowered)]?.reasons.join("\n") ?? "";
  assert.match(reasons, /lowered from high to medium because it was not observed/);
  assert.match(ranked[orderOf(short)]?.reasons.join("\n") ?? "", /too short a time/);
});

test("a known exploited vulnerability is never lowered", () => {
  const one = draft({ severity: "Low", knownExploited: exploited }, unseen);
  assert.equal(rank(one).bandOf(one), "known-exploited");
});

test("the host's rights raise one band, not above critical, not what is not observed", () => {
  const host = {
    privileged: true,
    privileges: [sampleRoot, { ...sampleRoot, privilege: "privileged" as const }],
  };
  const high = draft({}, unknown, host);
  const critical = draft({ severity: "Critical" }, used, host);
  const quiet = draft({}, unseen, { ...host, observedUs: 1 });
  const { bandOf } = rank(high, critical, quiet);
  assert.deepEqual([high, critical, quiet].map(bandOf), ["critical", "critical", "high"]);
});

test("what gives the host's rights, and what does not", () => {
  const cases: readonly (readonly [string, string, string, boolean])[] = [
    ["host-pid", "", "seen", true],
    ["host-mount-namespace", "", "seen", true],
    ["capability", "CAP_SYS_ADMIN", "seen", true],
    ["capability", "CAP_NET_ADMIN", "seen", false],
    ["host-mount", "/:/host", "declared", true],
    ["host-mount", "/run/containerd/containerd.sock:/x.sock", "declared", true],
    ["host-mount", "/var/run/docker.sock", "declared", true],
    ["host-mount", "/data/app:/data", "declared", false],
    ["root", "", "seen", false],
    ["privileged", "", "denied", false],
  ];
  for (const [privilege, detail, source, raises] of cases) {
    const right = { privilege, detail, source, evidence: [] } as unknown as typeof sampleRoot;
    const one = draft({}, used, { privileged: true, privileges: [right] });
    assert.equal(rank(one).bandOf(one), raises ? "critical" : "high", `${privilege} ${detail}`);
  }
});

test("then privilege, then EPSS, then CVSS, then a fix, then the id decide", () => {
  const epss = (score: number) => ({ score, percentile: 0.1, date: "" });
  assertRising(
    draft({}, used, { privileged: true, privileges: [sampleRoot] }),
    draft({ cvssScore: 7.1, epss: epss(0.02) }, used),
    draft({ cvssScore: 8.1, epss: epss(0.01) }, used),
    draft({ cvssScore: 8.5 }, used),
    draft({ cvssScore: 8.1, id: "CVE-2024-0003" }, used),
    draft({ cvssScore: 8.1, id: "CVE-2024-0000", fixState: "not-fixed", fixVersions: [] }, used),
    draft({ id: "CVE-2024-0001", cvssScore: 8 }, used),
    draft({ id: "CVE-2024-0002", cvssScore: 8 }, used),
  );
});

test("every reason that moved a finding is said", () => {
  const one = draft(
    { severity: "Critical", cvssScore: 9.8, knownExploited: exploited, epss: likely },
    used,
    {
      privileged: true,
      privileges: [sampleRoot],
    },
  );
  const reasons = rank(one).ranked[0]?.reasons.join("\n") ?? "";
  for (const part of [
    /CISA KEV/,
    /EPSS 50 %/,
    /CVSS 9\.8/,
    /in use \(mapped\)/,
    /runs as root/,
    /fixed in 2/,
  ]) {
    assert.match(reasons, part);
  }
});

const anyDraft = fc
  .record({
    severity: fc.constantFrom("Critical", "High", "Medium", "Low", "Negligible", "Unknown"),
    cvssScore: fc.constantFrom(-1, 3.1, 7.5, 9.8),
    knownExploited: fc.option(fc.constant(exploited), { nil: undefined }),
    epss: fc.option(fc.constant(likely), { nil: undefined }),
    fixState: fc.constantFrom("fixed", "not-fixed"),
    state: fc.constantFrom("in-use", "unknown", "not-observed"),
    observedUs: fc.constantFrom(1, 1e12),
    privileged: fc.boolean(),
  })
  .map(({ state, observedUs, privileged, ...vulnerability }) => ({
    vulnerability: vulnerability as Parameters<typeof sampleDraft>[0],
    state: state as "in-use" | "unknown" | "not-observed",
    image: { observedUs, privileged, privileges: privileged ? [sampleRoot] : [] },
  }));

test("unknown use is never in a lower band than proven use would be", () => {
  fc.assert(
    fc.property(anyDraft, ({ vulnerability, image }) => {
      const known = draft(vulnerability, used, image);
      const unsure = draft(vulnerability, unknown, image);
      const { bandOf } = rank(known, unsure);
      assert.equal(bandOf(unsure), bandOf(known));
    }),
    { numRuns: 50 },
  );
});

test("the order of the input does not matter, and ranks count from one", () => {
  fc.assert(
    fc.property(fc.array(anyDraft, { maxLength: 8 }), (all) => {
      const drafts = all.map(({ vulnerability, state, image }) =>
        draft(vulnerability, sampleUsage(state), image),
      );
      const forward = rank(...drafts).ranked;
      const backward = rank(...[...drafts].reverse()).ranked;
      assert.deepEqual(forward, backward);
      assert.deepEqual(
        forward.map((finding) => finding.rank),
        forward.map((_, index) => index + 1),
      );
    }),
    { numRuns: 50 },
  );
});

test("the document of the rules has every band, step and order", () => {
  const document = rankingDocument();
  for (const name of bandNames) assert.ok(document.includes(`\`${name}\``), name);
  for (const { when } of [...bands, ...shifts]) assert.ok(document.includes(when), when);
  for (const { text } of orderRules) assert.ok(document.includes(text), text);
});

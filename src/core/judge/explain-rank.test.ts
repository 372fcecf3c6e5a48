/** Holds the sentences of a rank. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleDraft, sampleRoot, sampleUsage } from "../../testing/sample-judgement.ts";
import { duration, explainChanges, explainPrivilege, explainRank } from "./explain-rank.ts";
import { bandOf, type Weighed } from "./ranking-rules.ts";

function weigh(...given: Parameters<typeof sampleDraft>): Weighed {
  const { finding, observedUs } = sampleDraft(...given);
  return {
    finding,
    severity: "High",
    likely: false,
    observedUs,
    loweringWindowUs: 3600e6,
    workloadCount: 1,
  };
}

const reasonsOf = (weighed: Weighed) => explainRank(weighed, bandOf(weighed)).join("\n");
const changesOf = (weighed: Weighed) => explainChanges(weighed, bandOf(weighed)).join("\n");

test("unknown use is said to lower nothing, and what would lower it is said", () => {
  const weighed = weigh({}, sampleUsage("unknown"));
  assert.match(reasonsOf(weighed), /use unknown, which lowers nothing/);
  assert.match(changesOf(weighed), /lower: good coverage for 60 minutes without use/);
  assert.match(changesOf(weighed), /raise: proof of use/);
});

test("a known exploited vulnerability is not said to be lowerable by absence", () => {
  const knownExploited = { dateAdded: "2024-01-01", dueDate: "", ransomware: false };
  const changes = changesOf(weigh({ knownExploited }, sampleUsage("unknown")));
  assert.doesNotMatch(changes, /good coverage|catalogue/);
});

test("how long and how well absence was watched is said", () => {
  const weighed = weigh({}, sampleUsage("not-observed"), { observedUs: 7200e6 });
  assert.match(reasonsOf(weighed), /not observed, watched for 2 hours under good coverage/);
});

test("a finding without a fix says so, and a match by CPE is doubted", () => {
  const weighed = weigh({ fixState: "wont-fix", fixVersions: [] }, sampleUsage("in-use"));
  assert.match(reasonsOf(weighed), /the distributor will not fix it/);
  const doubtful = { ...weighed, finding: { ...weighed.finding, matchType: "cpe-match" } };
  assert.match(reasonsOf(doubtful), /by CPE only/);
});

test("rights are named, the weightiest first, capabilities counted, the denied left out", () => {
  const capability = (detail: string) => ({
    ...sampleRoot,
    privilege: "capability" as const,
    detail,
  });
  const privileged = { ...sampleRoot, privilege: "privileged" as const, source: "denied" as const };
  const hostPid = { ...sampleRoot, privilege: "host-pid" as const };
  const rightsOf = (...names: readonly string[]) => {
    const privileges = [...names.map(capability), sampleRoot, hostPid, privileged];
    const { finding } = weigh({}, sampleUsage("in-use"), { privileged: true, privileges });
    return explainPrivilege(finding)[0];
  };
  const start = "has the host's rights: host process namespace, runs as root";
  assert.equal(rightsOf("CAP_A", "CAP_B"), `${start}, CAP_A, CAP_B`);
  const five = rightsOf("CAP_A", "CAP_B", "CAP_C", "CAP_D", "CAP_E");
  assert.equal(five, `${start}, 5 capabilities beyond the default`);
});

test("durations have one figure and a word", () => {
  const seconds = [1, 600, 7200, 172_800];
  assert.deepEqual(
    seconds.map((one) => duration(one * 1e6)),
    ["1 seconds", "10 minutes", "2 hours", "2 days"],
  );
});

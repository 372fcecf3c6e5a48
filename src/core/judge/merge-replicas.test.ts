/** Holds that what one replica used or may do is said of the workload. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContainerFact, sampleSbom } from "../../testing/sample-image.ts";
import { sampleWorkload } from "../../testing/sample-judgement.ts";
import { ProblemLog } from "../event/problem.ts";
import { FactSet } from "../observe/fact-set.ts";
import { EvidenceBook } from "./evidence-book.ts";
import { type JudgedContainer, judgeContainer } from "./judge-container.ts";
import { mergeReplicas } from "./merge-replicas.ts";
import { unknownUsage } from "./merge-usage.ts";

const sbom = sampleSbom({ packages: [{ name: "zlib", files: ["/usr/lib/libz.so.1"] }] });
const [zlib] = sbom.packages;

function replicaOf(id: string, changes: Partial<JudgedContainer>): JudgedContainer {
  const judge = judgeContainer({
    facts: new FactSet(),
    minimumWindowUs: 0,
    evidence: new EvidenceBook([]),
    problems: new ProblemLog(),
  });
  const join = {
    container: sampleContainerFact({ container: id }),
    identity: undefined,
    workload: sampleWorkload(),
    image: { reference: "r/web:1", digest: "sha256:1" },
    sbom,
    scan: undefined,
    by: "digest" as const,
    note: "",
  };
  return { ...judge(join, []), ...changes };
}

test("in use in one replica is in use, and privileged in one is privileged", () => {
  const usage = { ...unknownUsage("seen"), state: "in-use" as const, level: "mapped" as const };
  const used = new Map([[zlib?.id ?? "", usage]]);
  const merged = mergeReplicas([
    replicaOf("1", { observedUs: 5 }),
    replicaOf("2", { usages: used, privileged: true, observedUs: 3 }),
  ]);
  assert.equal(merged.packages[0]?.usage.state, "in-use");
  assert.equal(merged.privileged, true);
  assert.equal(merged.observedUs, 5);
});

test("a right that both replicas show is one right with the evidence of both", () => {
  const right = { privilege: "root", detail: "", source: "seen" } as const;
  const merged = mergeReplicas([
    replicaOf("1", { privileges: [{ ...right, evidence: ["e1"] }] }),
    replicaOf("2", { privileges: [{ ...right, evidence: ["e2", "e1"] }] }),
  ]);
  assert.deepEqual(merged.privileges, [{ ...right, evidence: ["e1", "e2"] }]);
});

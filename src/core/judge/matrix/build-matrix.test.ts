/** Tests of the matrix of techniques: `build-matrix.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evaluable, RuleListing } from "../../observe/detect/rule.ts";
import { buildMatrix } from "./build-matrix.ts";

function listing(id: string, evaluable: Evaluable, about: Partial<RuleListing["head"]>) {
  const head: RuleListing["head"] = {
    ...{ id, title: id, kind: "sigma", level: "high", score: 50, family: "miner" },
    ...{ techniques: [], tactics: [], matrix: [], author: "", source: "" },
    ...{ description: "", falsePositives: [], blindSpots: [] },
    ...about,
  };
  return { head, evaluable };
}
const waits: Evaluable = {
  ...{ state: "with-policy", sensors: ["write"], policies: ["file-writes"], why: "" },
};

test("a technique is covered by rules that run, waits for policies, or nobody looks", () => {
  const { kubernetes, attack } = buildMatrix(
    [
      listing("a", { state: "yes" }, { matrix: ["MS-TA9006"], techniques: ["T1059.004"] }),
      listing("b", waits, { matrix: ["MS-TA9017"] }),
      listing("c", { state: "never", why: "no such field" }, { matrix: ["MS-TA9031"] }),
    ],
    [],
  );
  const stateOf = (id: string) => kubernetes.find((row) => row.id === id)?.state;
  assert.equal(kubernetes.length, 40);
  assert.equal(stateOf("MS-TA9006"), "covered");
  assert.equal(stateOf("MS-TA9017"), "needs-policy");
  assert.deepEqual(kubernetes.find(({ id }) => id === "MS-TA9017")?.policies, ["file-writes"]);
  assert.equal(stateOf("MS-TA9031"), "no-rule");
  assert.equal(stateOf("MS-TA9001"), "not-visible");
  assert.deepEqual(attack.find(({ id }) => id === "T1059")?.rules, ["a"]);
});

test("a rule does not cover what is not visible twice, nor a technique it does not name", () => {
  const { attack } = buildMatrix([listing("a", { state: "yes" }, { techniques: ["T1105"] })], []);
  assert.deepEqual(attack.find(({ id }) => id === "T1105")?.rules, ["a"]);
  assert.deepEqual(attack.find(({ id }) => id === "T1613")?.rules, []);
});

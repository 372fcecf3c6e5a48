/** Tests what one selector makes of its filters. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemLog } from "../event/problem.ts";
import { readSelector } from "./policy-selector.ts";
import { ShapeReader } from "./policy-shape.ts";

function read(selector: object, kind: "open" | "map" | "permission" = "open", isLsm = false) {
  const reader = new ShapeReader("p.yaml", new ProblemLog());
  return readSelector({ ...selector }, { kind, isLsm, pathIndex: 0 }, reader);
}

test("an empty selector watches everything for every sensor of its hook", () => {
  const all = { paths: [""], limits: [], drops: false };
  assert.deepEqual(read({}), { ...all, sensors: ["open"] });
  assert.deepEqual(read({}, "permission"), { ...all, sensors: ["open", "write"] });
});

test("an LSM hook has its protection twice before its flags", () => {
  const mask = (index: number) => ({ matchArgs: [{ index, operator: "Mask", values: ["4"] }] });
  assert.deepEqual(read(mask(2), "map", true).limits, []);
  assert.deepEqual(read(mask(2), "map", true).sensors, ["mmap"]);
  assert.equal(read(mask(2), "map", false).sensors.length, 0, "flags of a kprobe: no private map");
});

test("an argument that is neither path nor known number narrows", () => {
  const matchArgs = [{ index: 3, operator: "Equal", values: ["1"] }];
  assert.deepEqual(read({ matchArgs }).limits, ["only where argument 3 is Equal 1"]);
});

test("exceptions are marked, and many values are shown short", () => {
  const values = ["/a", "/b", "/c", "/d"];
  const excepted = read({ matchArgs: [{ index: 0, operator: "NotPrefix", values }] });
  assert.deepEqual(excepted.paths, ["", "!/a", "!/b", "!/c", "!/d"]);
  const { limits } = read({ matchBinaries: [{ operator: "In", values }] });
  assert.deepEqual(limits, ["only programs In /a, /b, /c and 1 more"]);
});

test("NoPost takes events away", () => {
  assert.equal(read({ matchActions: [{ action: "NoPost" }] }).drops, true);
  assert.equal(read({ matchActions: [{ action: "Sigkill" }] }).drops, false);
});

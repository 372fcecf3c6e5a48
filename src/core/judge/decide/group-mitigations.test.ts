/** Holds what is done about findings without a fix. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleRoot } from "../../../testing/sample-judgement.ts";
import { deb, partly, rankSketches, sketchImage } from "../../../testing/sample-plan.ts";
import type { JudgedImage } from "../judged-image.ts";
import type { Privilege } from "../verdict.ts";
import { toAction } from "./candidate.ts";
import { groupMitigations } from "./group-mitigations.ts";

const actionsOf = (images: readonly JudgedImage[]) =>
  groupMitigations(rankSketches(images)).map(toAction);

test("without a fix an exposed workload is closed, one that is not is left in peace", () => {
  const actions = actionsOf([
    sketchImage("open", [{ name: "x", fixes: [] }]),
    sketchImage("inside", [{ name: "x", fixes: [] }], { isClosed: true }),
  ]);
  assert.deepEqual(
    actions.map(({ kind, workloads }) => [kind, workloads[0]?.name]),
    [["close-exposure", "open"]],
  );
  assert.match(actions[0]?.title ?? "", /from the internet to shop\/open: lowers 1 finding/);
});

test("where exposure is not known one action finds it out for all workloads", () => {
  const images = ["a", "b"].map((name) =>
    sketchImage(name, [{ name: "x", fixes: [] }], { isUnknown: true }),
  );
  const actions = actionsOf(images);
  assert.deepEqual(
    actions.map(({ kind, workloads }) => [kind, workloads.length]),
    [["watch", 2]],
  );
  assert.match(actions[0]?.title ?? "", /would decide 2 findings in 2 workloads/);
  assert.match(actions[0]?.because.join("\n") ?? "", /2 of the 2 to act on now rest on/);
});

test("where use is not known and absence would lower, it is watched", () => {
  const vector = "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  const one = sketchImage("web", [
    { name: "x", fixes: [], use: "unknown", vulnerability: { cvssVector: vector } },
  ]);
  const [action] = actionsOf([one]);
  assert.equal(action?.kind, "watch");
  assert.match(action?.title ?? "", /^watch whether shop\/web uses x: would decide 1 finding/);
});

test("rights that raised a finding without a fix are to be dropped", () => {
  const host: Privilege = { ...sampleRoot, privilege: "host-pid" };
  const exploited = { dateAdded: "2024-01-01", dueDate: "", ransomware: false };
  const raised = { cvssVector: partly, knownExploited: exploited };
  const one = sketchImage("agent", [{ name: "x", fixes: [], vulnerability: raised }], {
    isClosed: true,
    privileges: [host],
  });
  const [action] = actionsOf([one]);
  assert.deepEqual([action?.kind, action?.decision], ["drop-privilege", "act-now"]);
  assert.match(action?.because.join("\n") ?? "", /host process namespace/);
});

test("a release at its end of life is replaced, whatever is exposed", () => {
  const ended = { origin: { isEndOfLife: true, release: "debian 10" } };
  const packages = [
    { ...deb("openssl", ""), fixes: [] },
    { name: "own", fixes: [] },
  ];
  const actions = actionsOf([sketchImage("a", packages, ended), sketchImage("b", packages, ended)]);
  const [replace, ...others] = actions;
  assert.equal(replace?.kind, "replace-release");
  assert.match(
    replace?.title ?? "",
    /^move to a release after debian 10: removes 2 findings in 2 w/,
  );
  assert.deepEqual(
    others.map(({ kind }) => kind),
    ["close-exposure", "close-exposure"],
  );
});

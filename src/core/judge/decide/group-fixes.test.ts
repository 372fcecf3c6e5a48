/** Holds which upgrades and rebuilds remove what has a fix. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deb, partly, rankSketches, sketchImage } from "../../../testing/sample-plan.ts";
import type { JudgedImage } from "../judged-image.ts";
import { toAction } from "./candidate.ts";
import { groupFixes } from "./group-fixes.ts";

const actionsOf = (images: readonly JudgedImage[]) =>
  groupFixes(rankSketches(images)).map(toAction);

test("one package of one image is one upgrade that removes all with a fix", () => {
  const actions = actionsOf([
    sketchImage("web", [
      { name: "pillow", version: "8.0.0", type: "python", fixes: ["8.1.1"] },
      {
        name: "pillow",
        version: "8.0.0",
        type: "python",
        fixes: ["10.0.1"],
        vulnerability: { cvssVector: partly },
      },
    ]),
  ]);
  assert.equal(actions.length, 1);
  const [action] = actions;
  assert.equal(action?.kind, "upgrade-package");
  assert.equal(
    action?.title,
    "upgrade pillow 8.0.0 → 10.0.1 (at least 8.1.1): removes 2 findings in shop/web",
  );
  assert.deepEqual([action?.to, action?.atLeast], ["10.0.1", "8.1.1"]);
  assert.deepEqual(action?.counts, { "act-now": 1, soon: 1, scheduled: 0, "next-upgrade": 0 });
  assert.ok(action?.because.includes("crosses a major version: 8 → 10"));
  assert.equal(action?.deadlineDays, 3);
});

test("a base that three images share is rebuilt once; what they add is upgraded apart", () => {
  const base = ["sha256:os", "sha256:runtime"];
  const images = ["a", "b", "c"].map((name) =>
    sketchImage(
      name,
      [
        deb("openssl", "sha256:os"),
        deb("zlib", "sha256:os"),
        { name: "pip", type: "python", layer: "sha256:runtime" },
        { name: `own-${name}`, layer: `sha256:${name}` },
      ],
      { layers: [...base, `sha256:${name}`] },
    ),
  );
  const actions = actionsOf(images);
  assert.deepEqual(
    actions.map(({ kind }) => kind),
    ["rebuild-on-base", "upgrade-package", "upgrade-package", "upgrade-package"],
  );
  const [rebuild, ...own] = actions;
  assert.equal(rebuild?.findings.length, 9);
  assert.equal(rebuild?.workloads.length, 3);
  assert.equal(rebuild?.image, null);
  assert.equal(rebuild?.layer, "base");
  assert.match(rebuild?.title ?? "", /on a newer base \(debian 12\): removes 9 findings in 3 w/);
  assert.match(rebuild?.because.join("\n") ?? "", /share their first 2 layers/);
  assert.match(rebuild?.because.join("\n") ?? "", /openssl 1\.0-2/);
  assert.ok(own.every(({ layer }) => layer === "application"));
});

test("releases of one image do not make its own layers a base", () => {
  const versions = ["1", "2"].map((tag) => ({
    ...sketchImage("web", [{ name: "own", layer: "sha256:app" }, deb("libc", "sha256:os")], {
      layers: ["sha256:os", "sha256:app", `sha256:${tag}`],
    }),
    image: { reference: `registry.example/web:${tag}`, digest: `sha256:${tag}` },
  }));
  const actions = actionsOf(versions);
  assert.deepEqual(
    actions.map(({ kind, package: name, findings }) => [kind, name, findings.length]).sort(),
    [
      ["rebuild-on-base", "", 2],
      ["upgrade-package", "own", 1],
      ["upgrade-package", "own", 1],
    ],
  );
});

test("an image that shares nothing has the distribution of its first layer as base", () => {
  const one = sketchImage(
    "web",
    [
      deb("openssl", "sha256:os"),
      deb("zlib", "sha256:os"),
      { name: "vendored", layer: "sha256:os" },
      deb("curl", "sha256:app"),
    ],
    { layers: ["sha256:os", "sha256:app"], origin: { baseName: "docker.io/library/debian:12" } },
  );
  const actions = actionsOf([one]);
  const kinds = actions.map(({ kind, package: name, layer }) => [kind, name, layer]);
  assert.deepEqual(kinds.sort(), [
    ["rebuild-on-base", "", "base"],
    ["upgrade-package", "curl", "application"],
    ["upgrade-package", "vendored", "unknown"],
  ]);
  const rebuild = actions.find(({ kind }) => kind === "rebuild-on-base");
  assert.equal(rebuild?.to, "docker.io/library/debian:12");
});

test("without layers each package is upgraded by itself, and nothing is called base", () => {
  const actions = actionsOf([
    sketchImage("a", [deb("openssl", "")]),
    sketchImage("b", [deb("openssl", "")]),
  ]);
  assert.deepEqual(
    actions.map(({ kind, layer }) => [kind, layer]),
    [
      ["upgrade-package", "unknown"],
      ["upgrade-package", "unknown"],
    ],
  );
});

test("a step over a major version is said, also below 1 where the ecosystem takes it so", () => {
  const stepOf = (type: string, version: string, fix: string) =>
    actionsOf([sketchImage("web", [{ name: "x", type, version, fixes: [fix] }])])[0]?.because.find(
      (text) => text.startsWith("crosses"),
    ) ?? "";
  assert.equal(stepOf("npm", "4.17.4", "4.18.0"), "");
  assert.equal(stepOf("npm", "0.18.0", "0.21.1"), "crosses a major version: 0.18 → 0.21");
  assert.equal(stepOf("python", "0.15.5", "0.16.1"), "");
  assert.equal(stepOf("go-module", "v0.0.0-20210226172049-e18ecbb05110", "0.17.0"), "");
  assert.equal(stepOf("java-archive", "5.2.6", "6.0.0"), "crosses a major version: 5 → 6");
  assert.equal(stepOf("deb", "1.1-1", "2.0-1"), "");
});

/** Holds the plan as people meet it: stories from findings to actions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  sampleImage,
  sampleJudgedPackage,
  sampleMatch,
  samplePackage,
  sampleRoot,
  sampleSettings,
  sampleUsage,
  sampleVulnerability,
  sampleWorkload,
} from "../../../testing/sample-judgement.ts";
import { closedExposure, sampleContext } from "../../../testing/sample-workload-context.ts";
import type { Package, Vulnerability } from "../../inventory/image.ts";
import { buildFindings } from "../build-findings.ts";
import { groupUpgrades } from "../group-upgrades.ts";
import type { ImageOrigin, JudgedImage } from "../judged-image.ts";
import { rankFindings } from "../rank-findings.ts";
import type { Privilege, UsageState } from "../verdict.ts";
import { actionRules, planActions } from "./plan-actions.ts";

const whole = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const partly = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N";

interface Sketch extends Partial<Package> {
  readonly layer?: string;
  readonly use?: UsageState;
  readonly fixes?: readonly string[];
  readonly vulnerability?: Partial<Vulnerability>;
}

interface ImageSketch {
  readonly layers?: readonly string[];
  readonly origin?: Partial<ImageOrigin>;
  readonly isClosed?: boolean;
  readonly isUnknown?: boolean;
  readonly privileges?: readonly Privilege[];
}

let made = 0;

/** An image of its own name in a workload of its own, with a vulnerability in each package. */
function image(name: string, packages: readonly Sketch[], given: ImageSketch = {}): JudgedImage {
  const built = packages.map(({ layer = "", use = "in-use", fixes, vulnerability, ...rest }) => {
    made += 1;
    const one = samplePackage(rest);
    const fixVersions = fixes ?? ["2.0.0"];
    const whatIs = sampleVulnerability({
      id: `CVE-2024-${1000 + made}`,
      cvssVector: whole,
      fixVersions,
      fixState: fixVersions.length === 0 ? "not-fixed" : "fixed",
      ...vulnerability,
    });
    return {
      judged: { ...sampleJudgedPackage(one, sampleUsage(use)), layer },
      match: sampleMatch(one, whatIs),
    };
  });
  const workload = sampleWorkload(name);
  const exposure = given.isClosed === true ? closedExposure : {};
  const { layers = [], origin, isUnknown, privileges = [] } = given;
  return sampleImage({
    workload,
    packages: built.map(({ judged }) => judged),
    matches: built.map(({ match }) => match),
    context: isUnknown === true ? undefined : sampleContext({ workload, exposure }),
    privileges,
    privileged: privileges.length > 0,
    origin: { layers, baseName: "", release: "debian 12", isEndOfLife: false, ...origin },
  });
}

function plan(images: readonly JudgedImage[], countMax?: number) {
  const ranked = rankFindings(buildFindings(images, sampleSettings), sampleSettings);
  const { findings } = groupUpgrades(ranked);
  return { findings, ...planActions(findings, countMax) };
}

const deb = (name: string, layer: string): Sketch => ({
  name,
  type: "deb",
  version: "1.0-1",
  fixes: ["1.0-2"],
  layer,
});

test("one package of one image is one upgrade that removes all with a fix", () => {
  const { actions } = plan([
    image("web", [
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
    image(
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
  const { actions } = plan(images);
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
    ...image("web", [{ name: "own", layer: "sha256:app" }, deb("libc", "sha256:os")], {
      layers: ["sha256:os", "sha256:app", `sha256:${tag}`],
    }),
    image: { reference: `registry.example/web:${tag}`, digest: `sha256:${tag}` },
  }));
  const { actions } = plan(versions);
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
  const one = image(
    "web",
    [
      deb("openssl", "sha256:os"),
      deb("zlib", "sha256:os"),
      { name: "vendored", layer: "sha256:os" },
      deb("curl", "sha256:app"),
    ],
    { layers: ["sha256:os", "sha256:app"], origin: { baseName: "docker.io/library/debian:12" } },
  );
  const { actions } = plan([one]);
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
  const { actions } = plan([image("a", [deb("openssl", "")]), image("b", [deb("openssl", "")])]);
  assert.deepEqual(
    actions.map(({ kind, layer }) => [kind, layer]),
    [
      ["upgrade-package", "unknown"],
      ["upgrade-package", "unknown"],
    ],
  );
});

test("without a fix an exposed workload is closed, one that is not is left in peace", () => {
  const { actions } = plan([
    image("open", [{ name: "x", fixes: [] }]),
    image("inside", [{ name: "x", fixes: [] }], { isClosed: true }),
  ]);
  assert.deepEqual(
    actions.map(({ kind, workloads }) => [kind, workloads[0]?.name]),
    [["close-exposure", "open"]],
  );
  assert.match(actions[0]?.title ?? "", /from the internet to shop\/open: lowers 1 finding/);
});

test("where exposure is not known one action finds it out for all workloads", () => {
  const images = ["a", "b"].map((name) =>
    image(name, [{ name: "x", fixes: [] }], { isUnknown: true }),
  );
  const { actions } = plan(images);
  assert.deepEqual(
    actions.map(({ kind, workloads }) => [kind, workloads.length]),
    [["watch", 2]],
  );
  assert.match(actions[0]?.title ?? "", /would decide 2 findings in 2 workloads/);
  assert.match(actions[0]?.because.join("\n") ?? "", /2 of 2 decided as act-now rest on/);
});

test("where use is not known and absence would lower, it is watched", () => {
  const vector = "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  const one = image("web", [
    { name: "x", fixes: [], use: "unknown", vulnerability: { cvssVector: vector } },
  ]);
  const [action] = plan([one]).actions;
  assert.equal(action?.kind, "watch");
  assert.match(action?.title ?? "", /^watch whether shop\/web uses x: would decide 1 finding/);
});

test("rights that raised a finding without a fix are to be dropped", () => {
  const host: Privilege = { ...sampleRoot, privilege: "host-pid" };
  const exploited = { dateAdded: "2024-01-01", dueDate: "", ransomware: false };
  const raised = { cvssVector: partly, knownExploited: exploited };
  const one = image("agent", [{ name: "x", fixes: [], vulnerability: raised }], {
    isClosed: true,
    privileges: [host],
  });
  const [action] = plan([one]).actions;
  assert.deepEqual([action?.kind, action?.decision], ["drop-privilege", "act-now"]);
  assert.match(action?.because.join("\n") ?? "", /host process namespace/);
});

test("a release at its end of life is replaced, whatever is exposed", () => {
  const ended = { origin: { isEndOfLife: true, release: "debian 10" } };
  const packages = [
    { ...deb("openssl", ""), fixes: [] },
    { name: "own", fixes: [] },
  ];
  const { actions } = plan([image("a", packages, ended), image("b", packages, ended)]);
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

test("a step over a major version is said, also below 1 where the ecosystem takes it so", () => {
  const stepOf = (type: string, version: string, fix: string) =>
    plan([image("web", [{ name: "x", type, version, fixes: [fix] }])]).actions[0]?.because.find(
      (text) => text.startsWith("crosses"),
    ) ?? "";
  assert.equal(stepOf("npm", "4.17.4", "4.18.0"), "");
  assert.equal(stepOf("npm", "0.18.0", "0.21.1"), "crosses a major version: 0.18 → 0.21");
  assert.equal(stepOf("python", "0.15.5", "0.16.1"), "");
  assert.equal(stepOf("go-module", "v0.0.0-20210226172049-e18ecbb05110", "0.17.0"), "");
  assert.equal(stepOf("java-archive", "5.2.6", "6.0.0"), "crosses a major version: 5 → 6");
  assert.equal(stepOf("deb", "1.1-1", "2.0-1"), "");
});

test("act-now stands first, then exploited, proven, removing, and more of them", () => {
  const exploited = { dateAdded: "2024-01-01", dueDate: "", ransomware: false };
  const many = ["m1", "m2"].map(() => ({ name: "many" }));
  const { actions } = plan([
    image("soon", [{ name: "late", vulnerability: { cvssVector: partly } }]),
    image("guess", [{ name: "guessed", vulnerability: { cvssVector: "" } }]),
    image("mixed", [{ name: "single" }, ...many, { name: "stuck", fixes: [] }]),
    image("kev", [{ name: "known", vulnerability: { knownExploited: exploited } }]),
  ]);
  assert.deepEqual(
    actions.map(({ kind, package: name }) => name || kind),
    ["known", "many", "single", "close-exposure", "guessed", "late"],
  );
  assert.deepEqual(
    actions.map(({ rank }) => rank),
    [1, 2, 3, 4, 5, 6],
  );
  assert.ok(actionRules.every(({ text }) => text.length > 10));
});

test("what is beyond the bound is counted, the least urgent", () => {
  const packages = ["a", "b", "c"].map((name) => ({ name }));
  const { actions, leftOutCount } = plan([image("web", packages)], 2);
  assert.deepEqual([actions.length, leftOutCount], [2, 1]);
});

const anyImages = fc.array(
  fc.record({
    name: fc.constantFrom("a", "b", "c", "d"),
    shared: fc.boolean(),
    isClosed: fc.boolean(),
    isUnknown: fc.boolean(),
    packages: fc.array(
      fc.record({
        name: fc.constantFrom("x", "y", "z"),
        type: fc.constantFrom("deb", "npm"),
        layer: fc.constantFrom("", "sha256:os", "sha256:top"),
        use: fc.constantFrom("in-use", "unknown", "not-observed"),
        fixes: fc.constantFrom([], ["2.0.0"], ["1.0.1", "2.0.0"]),
        vector: fc.constantFrom("", whole, partly),
      }),
      { maxLength: 5 },
    ),
  }),
  { maxLength: 5 },
);

test("every finding with a fix is in one action, and no finding is in two", () => {
  fc.assert(
    fc.property(anyImages, (sketches) => {
      const images = sketches.map(({ name, shared, packages, ...given }, index) =>
        image(
          `${name}${index}`,
          packages.map(({ vector, ...one }) => ({
            ...one,
            use: one.use as UsageState,
            vulnerability: { cvssVector: vector },
          })),
          {
            ...given,
            layers: [shared ? "sha256:os" : `sha256:${index}`, "sha256:top", "sha256:z"],
          },
        ),
      );
      const { findings, actions } = plan(images);
      const listed = actions.flatMap((action) => action.findings);
      assert.equal(new Set(listed).size, listed.length);
      for (const { finding } of findings) {
        if (finding.fixable) assert.ok(listed.includes(finding.id));
      }
      assert.equal(new Set(actions.map(({ id }) => id)).size, actions.length);
      assert.deepEqual(plan([...images].reverse()).actions, actions);
    }),
    { numRuns: 40 },
  );
});

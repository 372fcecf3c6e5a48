/** Tests what one use of one file proves, and whose it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleUse } from "../../testing/sample-image.ts";
import { samplePackage } from "../../testing/sample-judgement.ts";
import { listedFilesEcosystem } from "./ecosystems/listed-files.ts";
import { classifyFile } from "./file-class.ts";
import type { Owner } from "./owner-index.ts";
import { createRuntimes } from "./runtimes.ts";
import { partyOf, type WeighedUse, weighUse } from "./weigh-use.ts";

const owner: Owner = {
  package: samplePackage(),
  ecosystem: listedFilesEcosystem,
  kind: "file",
  isShared: false,
};

function weigh(use: Parameters<typeof sampleUse>[0], given: Partial<WeighedUse> = {}) {
  const weight = weighUse({
    use: sampleUse(use),
    owner,
    fileClass: classifyFile(use.path, undefined),
    runtimes: createRuntimes([], () => undefined),
    isWideOpening: false,
    hasMappings: true,
    ...given,
  });
  return weight === undefined ? "nothing" : `${weight.force} ${weight.level}`;
}

test("levels by file and way", () => {
  const python = ["/usr/bin/python3"];
  assert.equal(weigh({ path: "/usr/bin/x", how: "executed" }), "use executed");
  assert.equal(weigh({ path: "/usr/lib/x.so", how: "mapped" }), "use mapped");
  assert.equal(weigh({ path: "/a/x.py", binaries: python }), "use runtime-read");
  assert.equal(weigh({ path: "/a/x.py", binaries: ["/usr/bin/x"] }), "use read");
  assert.equal(weigh({ path: "/a/x.py", binaries: ["/bin/cat"] }), "weak read");
  assert.equal(weigh({ path: "/usr/share/zoneinfo/UTC" }), "use read");
  assert.equal(weigh({ path: "/etc/x.conf" }), "weak read");
  assert.equal(weigh({ path: "/usr/share/doc/x/y" }), "nothing");
  assert.equal(weigh({ path: "/usr/share/doc/x/run.sh", how: "executed" }), "use executed");
  assert.equal(weigh({ path: "/usr/bin/x", how: "written" }), "nothing");
});

test("a mapping of what is no machine code is a reading", () => {
  const java = ["/usr/bin/java"];
  assert.equal(weigh({ path: "/a/x.jar", how: "mapped", binaries: java }), "use runtime-read");
  assert.equal(weigh({ path: "/usr/share/doc/x", how: "mapped" }), "nothing");
});

test("a library that is opened is loaded only where nobody would have seen it mapped", () => {
  const path = "/usr/lib/x.so.1";
  assert.equal(weigh({ path }), "doubt read");
  assert.equal(weigh({ path }, { hasMappings: false }), "use read");
  assert.equal(weigh({ path, binaries: ["/bin/cp"] }, { hasMappings: false }), "weak read");
  assert.equal(weigh({ path: "/usr/bin/x" }, { hasMappings: false }), "doubt read");
});

test("what many share is in doubt", () => {
  const java = { path: "/a/x.jar", binaries: ["/usr/bin/java"] };
  assert.equal(weigh(java, { isWideOpening: true }), "doubt archive-opened");
  assert.equal(weigh(java, { owner: { ...owner, kind: "nested" } }), "doubt archive-opened");
  const shared = { owner: { ...owner, isShared: true } };
  assert.equal(weigh({ path: "/a/x.py" }, shared), "doubt archive-opened");
  const part = { owner: { ...owner, kind: "part" as const } };
  assert.equal(weigh({ path: "/app/x", how: "executed" }, part), "use linked");
  assert.equal(weigh({ path: "/app/x.so", how: "mapped" }, part), "use linked");
});

test("what was changed in the container does not count in full", () => {
  const changed = { afterWrite: true };
  assert.equal(weigh({ path: "/usr/bin/x", how: "executed", ...changed }), "doubt read");
  assert.equal(weigh({ path: "/a/x.py", ...changed }), "doubt read");
  assert.equal(weigh({ path: "/usr/share/x/y", ...changed }), "weak read");
});

test("use belongs to the workload, a tool in it, or others", () => {
  const path = "/x";
  assert.equal(partyOf(sampleUse({ path, actor: "service" })), "own");
  assert.equal(partyOf(sampleUse({ path, actor: "startup" })), "own");
  assert.equal(partyOf(sampleUse({ path, actor: "probe" })), "foreign");
  const tool = { path, actor: "bulk-reader", origin: "service" } as const;
  assert.equal(partyOf(sampleUse(tool)), "tool");
  assert.equal(partyOf(sampleUse({ ...tool, how: "mapped" })), "own");
  assert.equal(partyOf(sampleUse({ ...tool, how: "mapped", origin: "operator" })), "foreign");
  assert.equal(partyOf(sampleUse({ path, actor: "host" })), "foreign");
  assert.equal(partyOf(sampleUse({ path, actor: "host", container: "host:n" })), "own");
});

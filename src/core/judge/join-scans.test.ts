/** Tests how a scan is paired with its SBOM, and a document chosen for an image. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContainerFact, sampleIdentity, sampleSbom } from "../../testing/sample-image.ts";
import { ProblemLog } from "../event/problem.ts";
import type { Scan } from "../inventory/image.ts";
import { chooseDocument } from "./choose-document.ts";
import { reportJoins } from "./join-problems.ts";
import { joinScans } from "./join-scans.ts";

const digest = `sha256:${"a".repeat(64)}`;

function scanOf(input: string, databaseBuilt: string): Scan {
  return {
    input,
    tool: "grype",
    toolVersion: "",
    databaseBuilt,
    identity: { ...sampleIdentity, manifestDigest: digest },
    matches: [],
    ignoredCount: 0,
    endOfLifeDistro: false,
  };
}

test("of several scans of one image the newest vulnerability data counts", () => {
  const sbom = sampleSbom({ packages: [], identity: { manifestDigest: digest } });
  const scans = [scanOf("old", "2025-01-01"), scanOf("new", "2026-01-01")];
  for (const given of [scans, [...scans].reverse()]) {
    assert.equal(joinScans([sbom], given).get(sbom)?.found?.input, "new");
  }
});

test("without any scan nothing is missed", () => {
  const sbom = sampleSbom({ packages: [] });
  assert.equal(joinScans([sbom], []).get(sbom)?.note, "");
  assert.match(joinScans([sbom], [scanOf("x", "")]).get(sbom)?.note ?? "", /no scan/);
});

test("the choice between equal documents is by name, so that order does not matter", () => {
  const running = { digests: [digest], imageIds: [], references: [] };
  const scans = [scanOf("b", ""), scanOf("a", "")];
  assert.equal(chooseDocument(running, scans, () => 0).found?.input, "a");
  assert.deepEqual(chooseDocument(running, [], () => 0).by, "none");
});

test("what is told of joins says what to do", () => {
  const problems = new ProblemLog();
  const join = { container: sampleContainerFact(), sbom: undefined, by: "none" };
  reportJoins([{ join, sbomNote: "", scanNote: "" }], {
    sboms: [sampleSbom({ packages: [] })],
    scans: [scanOf("lonely", "")],
    problems,
  });
  const told = problems.list();
  assert.deepEqual(
    told.map(({ code }) => code),
    ["container-without-sbom", "scan-without-sbom", "sbom-not-joined"],
  );
  assert.match(told[0]?.message ?? "", /--sbom NAME=FILE/);
});

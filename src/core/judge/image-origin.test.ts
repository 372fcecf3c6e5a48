/** Holds which layer a package is said to come from. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleSbom } from "../../testing/sample-image.ts";
import type { PackageLocation } from "../inventory/image.ts";
import { createLayerFinder, originOf } from "./image-origin.ts";

const at = (path: string, layer: string): PackageLocation => ({
  path,
  accessPath: "",
  primary: true,
  visible: true,
  layer,
});
const status = "/var/lib/dpkg/status";

function layersOf(
  layers: readonly string[],
  packages: readonly { readonly type?: string; readonly locations: readonly PackageLocation[] }[],
): readonly string[] {
  const named = packages.map((one, index) => ({ name: `p${index}`, ...one }));
  const sbom = sampleSbom({ packages: named, identity: { layers } });
  return sbom.packages.map(createLayerFinder(sbom));
}

test("a package lies where its own record lies, not where the database was rewritten", () => {
  const info = (name: string, layer: string) => [
    at(status, "app"),
    at(`/var/lib/dpkg/info/${name}.list`, layer),
  ];
  const found = layersOf(
    ["os", "app"],
    [{ locations: info("a", "os") }, { locations: info("b", "app") }],
  );
  assert.deepEqual(found, ["os", "app"]);
});

test("what only a database tells lies nowhere, unless no later layer touched it", () => {
  const rpm = "/var/lib/rpm/rpmdb.sqlite";
  const both = (layer: string) => [
    { type: "rpm", locations: [at(rpm, layer)] },
    { type: "rpm", locations: [at(rpm, layer)] },
  ];
  assert.deepEqual(layersOf(["os", "app"], both("app")), ["", ""]);
  assert.deepEqual(layersOf(["os", "app"], both("os")), ["os", "os"]);
});

test("libraries of one archive lie in its layer, and an unknown layer is none", () => {
  const jar = { type: "java-archive", locations: [at("/app/app.jar", "app")] };
  assert.deepEqual(layersOf(["os", "app"], [jar, jar]), ["app", "app"]);
  assert.deepEqual(layersOf(["os", "app"], [{ locations: [at("/x", "elsewhere")] }]), [""]);
  assert.deepEqual(layersOf([], [{ locations: [at("/x", "os")] }]), [""]);
});

test("the SBOM tells base and release, the scan its end of life", () => {
  const sbom = sampleSbom({ packages: [], identity: { layers: ["os"], baseName: "debian:12" } });
  const { identity } = sampleSbom({ packages: [], identity: { layers: ["other"] } });
  const scan = {
    input: "x.grype.json",
    tool: "grype",
    toolVersion: "",
    databaseBuilt: "",
    identity,
    matches: [],
    ignoredCount: 0,
    endOfLifeDistro: true,
  };
  assert.deepEqual(originOf(sbom, scan), {
    layers: ["os"],
    baseName: "debian:12",
    release: "debian 12",
    isEndOfLife: true,
  });
  assert.deepEqual(originOf(undefined, scan).layers, ["other"]);
  assert.equal(originOf(undefined, undefined).isEndOfLife, false);
});

/** Tests of `choose-scans.ts`: what is due, what waits, and which names may reach a tool. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ScanRecord } from "../../ports/store.ts";
import {
  chooseScans,
  type ImageInUse,
  isImageReference,
  listImagesInUse,
  listTargets,
  readScanSources,
  recordKey,
} from "./choose-scans.ts";

const digest = `sha256:${"a".repeat(64)}`;
const minuteUs = 60_000_000;
const nowUs = 1_000_000 * minuteUs;
const web: ImageInUse = { reference: "shop/web:1", digest, sbom: "", scan: "" };

function recordOf(more: Partial<ScanRecord> = {}): ScanRecord {
  return {
    ...{ image: digest, reference: web.reference, state: "made", timeUs: nowUs, error: "" },
    ...{ sbomFile: "scans/a.syft.json", vulnerabilitiesFile: "scans/a.grype.json" },
    ...{ dataVersion: "1", attemptCount: 0 },
    ...more,
  };
}

function kinds(images: readonly ImageInUse[], records: readonly ScanRecord[], dataVersion = "1") {
  const { due, waitingCount } = chooseScans({ images, records, nowUs, dataVersion });
  return [...due.map(({ kind }) => kind), ...Array.from({ length: waitingCount }, () => "wait")];
}

test("an image is scanned once, and not at all where its documents were given", () => {
  assert.deepEqual(kinds([web], []), ["scan"]);
  assert.deepEqual(kinds([{ ...web, sbom: "a.json", scan: "b.json" }], []), []);
  assert.deepEqual(kinds([{ ...web, sbom: "a.json" }], []), ["match"]);
  assert.deepEqual(kinds([{ ...web, sbom: "a.json.gz" }], []), ["scan"]);
  assert.deepEqual(kinds([web], [recordOf()]), []);
  assert.deepEqual(kinds([web], [recordOf({ sbomFile: "", state: "waiting" })]), ["scan"]);
});

test("other vulnerability data means another match, unknown data does not", () => {
  assert.deepEqual(kinds([web], [recordOf()], "2"), ["match"]);
  assert.deepEqual(kinds([web], [recordOf()], ""), []);
  const { due } = chooseScans({ images: [web], records: [recordOf()], nowUs, dataVersion: "2" });
  assert.equal(due[0]?.sbomFile, "scans/a.syft.json");
});

test("what failed waits twice as long each time, a day at most; its SBOM is used again", () => {
  const failed = (attemptCount: number, ageMinutes: number, sbomFile = "") =>
    kinds(
      [web],
      [
        recordOf({
          state: "failed",
          attemptCount,
          sbomFile,
          timeUs: nowUs - ageMinutes * minuteUs,
        }),
      ],
    );
  assert.deepEqual(failed(1, 9), ["wait"]);
  assert.deepEqual(failed(1, 10), ["scan"]);
  assert.deepEqual(failed(3, 39), ["wait"]);
  assert.deepEqual(failed(3, 40, "scans/a.syft.json"), ["match"]);
  assert.deepEqual(failed(5000, 24 * 60 - 1), ["wait"]);
  assert.deepEqual(failed(5000, 24 * 60), ["scan"]);
  assert.deepEqual(failed(1, -600), ["scan"]);
});

test("what was never tried comes first", () => {
  const images = ["a:1", "b:1", "c:1"].map((reference) => ({ ...web, reference, digest: "" }));
  const failed = { state: "failed", attemptCount: 1, sbomFile: "" } as const;
  const records = [
    recordOf({ ...failed, image: "a:1", timeUs: nowUs - 30 * minuteUs }),
    recordOf({ ...failed, image: "b:1", timeUs: nowUs - 60 * minuteUs }),
    recordOf({ image: "c:1", state: "waiting", sbomFile: "" }),
  ];
  const { due } = chooseScans({ images, records, nowUs, dataVersion: "" });
  assert.deepEqual(
    due.map(({ image }) => image.reference),
    ["c:1", "b:1", "a:1"],
  );
});

test("a tag that means another image is another image", () => {
  const byName = recordOf({ image: web.reference });
  assert.deepEqual(kinds([{ ...web, sbom: "s", scan: "" }], [byName]), []);
  assert.deepEqual(kinds([web], [byName]), ["scan"]);
  const failed = recordOf({ image: web.reference, state: "failed", attemptCount: 1, sbomFile: "" });
  assert.deepEqual(kinds([web], [failed]), ["wait"]);
  assert.equal(recordKey({ image: web, record: byName }), web.reference);
  assert.equal(recordKey({ image: web, record: failed }), digest);
});

test("what is no reference of an image is refused once, and given to no tool", () => {
  const evil = { ...web, reference: "dir:/", digest: "" };
  assert.deepEqual(kinds([evil], []), ["refuse"]);
  const refused = recordOf({ image: "dir:/", state: "failed", attemptCount: 1, sbomFile: "" });
  assert.deepEqual(kinds([evil], [{ ...refused, timeUs: 0 }]), []);
  assert.deepEqual(listTargets(evil, ["docker"]), []);
  for (const text of [
    ...["", "dir:/", "/etc", "./x", "a b", "-o", "--config=x", "a//b", "A/B", "a:", "a@sha256:0"],
    ...["$(x)", "a;b", "a\nb", "a\0", "../x", "a/..", "file:/etc/passwd", "x".repeat(500), "a?b"],
  ]) {
    assert.equal(isImageReference(text), false, text);
  }
  for (const text of [
    ...["redis", "redis:7", "docker.io/library/redis:7-alpine", `r/a__b@${digest}`, "a-b.c_d/e"],
    ...["localhost:5000/x:1", "[::1]:5000/x", `ghcr.io/a/b:v1@${digest}`, digest],
  ]) {
    assert.equal(isImageReference(text), true, text);
  }
});

test("whatever a name holds, a target keeps to harmless characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (reference, id) => {
      const targets = listTargets({ reference, digest: id }, ["docker", "registry"]);
      for (const { target } of targets) assert.match(target, /^[\w[][\w./:@[\]-]*$/);
    }),
  );
});

test("an image is asked for by digest first, and from a registry by nothing less", () => {
  const targets = listTargets(web, ["containerd", "registry"]);
  assert.deepEqual(targets, [
    { imageSource: "containerd", target: `shop/web@${digest}` },
    { imageSource: "containerd", target: "shop/web:1" },
    { imageSource: "registry", target: `shop/web@${digest}` },
  ]);
  const bare = { reference: digest, digest: "" };
  assert.deepEqual(listTargets(bare, ["docker", "registry"]), [
    { imageSource: "docker", target: digest },
  ]);
  const port = { reference: "localhost:5000/x", digest };
  assert.equal(listTargets(port, ["docker"])[0]?.target, `localhost:5000/x@${digest}`);
});

test("containers of one image are one, and the one that lacks most counts", () => {
  const image = { reference: web.reference, digest };
  const of = (containerId: string, sbom: string, scan: string) => ({
    containerId,
    image,
    sbom,
    scan,
  });
  const coverage = [
    of("c1", "s", "v"),
    of("c2", "s", ""),
    of("host:n", "", ""),
    { ...of("c3", "", ""), image: { reference: "", digest: "" } },
  ];
  assert.deepEqual(listImagesInUse(coverage), [{ ...image, sbom: "s", scan: "" }]);
});

test("more images than the bound are counted", () => {
  const images = Array.from({ length: 10_003 }, (_, n) => ({ ...web, digest: `d${n}` }));
  const choice = chooseScans({ images, records: [], nowUs, dataVersion: "" });
  assert.deepEqual([choice.due.length, choice.leftOutCount], [10_000, 3]);
});

test("a registry is a source only when it is named", () => {
  assert.deepEqual(readScanSources(""), ["containerd", "docker", "podman"]);
  assert.deepEqual(readScanSources(" registry, docker,docker"), ["registry", "docker"]);
  for (const text of ["dir", "docker,", "Docker"]) {
    assert.throws(() => readScanSources(text), { code: "usage", message: /containerd, docker/ });
  }
});

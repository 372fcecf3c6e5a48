/**
 * Tests of `load-oci-layout.ts` and `open-envelope.ts`: real documents, attached to images in each
 * way that is read, in a layout that the test makes.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import { ProblemLog } from "../core/event/problem.ts";
import { fixtureBytes } from "../testing/inventory-fixtures.ts";
import { stillContext } from "../testing/still-context.ts";
import { loadInventory } from "./load-inventory.ts";
import { openEnvelope } from "./open-envelope.ts";

const imageOf = (name: string) => `sha256:${createHash("sha256").update(name).digest("hex")}`;

const refuse = () => assert.fail("nothing is scanned");

class Layout {
  readonly stored = new Map<string, Uint8Array>();
  readonly manifests: unknown[] = [];

  blob(content: Uint8Array | object, mediaType: string, more: object = {}) {
    const bytes =
      content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content));
    const hex = createHash("sha256").update(bytes).digest("hex");
    this.stored.set(`layout/blobs/sha256/${hex}`, bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length, ...more };
  }

  add(manifest: object, more: object = {}): void {
    const type = "application/vnd.oci.image.manifest.v1+json";
    const schemaVersion = 2;
    this.manifests.push(this.blob({ schemaVersion, mediaType: type, ...manifest }, type, more));
  }

  async load(more: Readonly<Record<string, Uint8Array>> = {}) {
    const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    this.stored.set("layout/oci-layout", encode({ imageLayoutVersion: "1.0.0" }));
    const index = { schemaVersion: 2, manifests: this.manifests };
    this.stored.set("layout/index.json", encode(index));
    for (const [name, bytes] of Object.entries(more)) this.stored.set(name, bytes);
    const problems = new ProblemLog();
    const context = {
      files: createMemoryFiles(this.stored),
      scanner: { scan: refuse, match: refuse, dataVersion: refuse },
      ...{ now: undefined, settings: { file: "", config: {} }, onProgress: () => {} },
      ...stillContext,
    };
    const names = { sbom: ["layout"], vulns: ["layout"] };
    const { sboms, scans } = await loadInventory(names, context, problems);
    const said = problems.list().filter(({ code }) => /oci|left-out/.test(code));
    return { sboms, scans, said };
  }
}

const subject = (name: string) => ({ subject: { mediaType: "x", digest: imageOf(name), size: 1 } });
const inToto = "application/vnd.in-toto+json";
const spdxType = "https://spdx.dev/Document";

function statement(predicateType: string, predicate: unknown): object {
  const _type = "https://in-toto.io/Statement/v1";
  return { _type, subject: [{ name: "x", digest: {} }], predicateType, predicate };
}

function envelope(content: object): object {
  const payload = Buffer.from(JSON.stringify(content)).toString("base64");
  return { payloadType: inToto, payload, signatures: [] };
}

const json = (name: string): unknown => JSON.parse(Buffer.from(fixtureBytes(name)).toString());

test("referrers give SBOMs and scans of the images they name", async () => {
  const layout = new Layout();
  const cyclonedx = fixtureBytes("javaapp.cdx.json.gz");
  layout.add({
    ...{ ...subject("java"), artifactType: "application/vnd.cyclonedx+json" },
    layers: [layout.blob(cyclonedx, "application/vnd.cyclonedx+json")],
  });
  layout.add({
    ...{ ...subject("python"), config: { mediaType: "application/spdx+json" } },
    layers: [layout.blob(fixtureBytes("pyapi.spdx.json.gz"), "application/octet-stream")],
  });
  layout.add({
    ...{ ...subject("go"), artifactType: "application/vnd.syft+json" },
    layers: [layout.blob(fixtureBytes("goapp.syft.json.gz"), "application/json")],
  });
  layout.add({
    ...{ ...subject("go"), artifactType: "application/vnd.anchore.grype+json" },
    layers: [layout.blob(fixtureBytes("goapp.grype.json.gz"), "application/json")],
  });
  const { sboms, scans, said } = await layout.load();
  assert.deepEqual(said, []);
  assert.deepEqual(sboms.map(({ format }) => format).sort(), ["cyclonedx", "spdx", "syft"]);
  const of = (format: string) => sboms.find((one) => one.format === format)?.identity;
  assert.ok(of("spdx")?.repoDigests.includes(imageOf("python")));
  // What the document says itself stays; what it is attached to is added.
  assert.notEqual(of("syft")?.manifestDigest, imageOf("go"));
  assert.deepEqual(of("syft")?.repoDigests.slice(-1), [imageOf("go")]);
  assert.deepEqual(scans[0]?.identity.repoDigests.slice(-1), [imageOf("go")]);
});

test("attestations are read raw, enveloped, bundled, by subject, annotation or tag", async () => {
  const spdx = json("pyapi.spdx.json.gz");
  const layout = new Layout();
  const attested = {
    "vnd.docker.reference.type": "attestation-manifest",
    "vnd.docker.reference.digest": imageOf("built"),
  };
  const typed = (type: string) => ({ annotations: { "in-toto.io/predicate-type": type } });
  layout.add(
    {
      layers: [
        layout.blob(statement(spdxType, spdx), inToto, typed(spdxType)),
        layout.blob(
          statement("https://slsa.dev/provenance/v1", {}),
          inToto,
          typed("https://slsa.dev"),
        ),
      ],
    },
    { annotations: attested },
  );
  const dsse = "application/vnd.dsse.envelope.v1+json";
  const tag = `registry/x:sha256-${imageOf("signed").slice(7)}.att`;
  const cyclonedx = statement("https://cyclonedx.org/bom", json("javaapp.cdx.json.gz"));
  layout.add(
    {
      layers: [
        layout.blob(envelope(cyclonedx), dsse),
        layout.blob(envelope(statement("https://slsa.dev/provenance/v1", {})), dsse),
      ],
    },
    { annotations: { "org.opencontainers.image.ref.name": tag } },
  );
  const bundle = { dsseEnvelope: envelope(statement(spdxType, spdx)) };
  const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
  layout.add({ ...subject("bundled"), layers: [layout.blob(bundle, bundleType)] });
  const { sboms, said } = await layout.load();
  assert.deepEqual(said, []);
  const digests = sboms.flatMap(({ identity }) => [
    identity.manifestDigest,
    ...identity.repoDigests,
  ]);
  for (const name of ["built", "signed", "bundled"])
    assert.ok(digests.includes(imageOf(name)), name);
  assert.equal(sboms.length, 3);
  assert.ok(sboms.every(({ packages }) => packages.length > 0));
});

test("indexes within the index are read, and one document may be of two images", async () => {
  const layout = new Layout();
  // Made of a directory: it does not know of any image itself.
  const syft = fixtureBytes("redis.dir.syft.json.gz");
  const type = "application/vnd.syft+json";
  for (const name of ["one", "two"]) {
    layout.add({ ...subject(name), layers: [layout.blob(syft, type)] });
  }
  const inner = layout.manifests.splice(0);
  const indexType = "application/vnd.oci.image.index.v1+json";
  layout.manifests.push(layout.blob({ schemaVersion: 2, manifests: inner }, indexType));
  const { sboms } = await layout.load();
  const digests = sboms.map(({ identity }) => identity.manifestDigest);
  assert.deepEqual(digests, [imageOf("one"), imageOf("two")]);
});

test("images and signatures are passed over; a layout without more says so", async () => {
  const layout = new Layout();
  layout.add({
    layers: [layout.blob(new Uint8Array([1]), "application/vnd.oci.image.layer.v1.tar")],
  });
  const signature = layout.blob({ a: 1 }, "application/vnd.dev.cosign.simplesigning.v1+json");
  layout.add({ ...subject("x"), layers: [signature] });
  const { sboms, said } = await layout.load();
  assert.deepEqual(sboms, []);
  assert.match(said[0]?.message ?? "", /attaches no SBOM or scan/);
});

test("what is damaged, missing or hostile is a problem, and the rest is read", async () => {
  const layout = new Layout();
  const type = "application/spdx+json";
  const good = layout.blob(fixtureBytes("pyapi.spdx.json.gz"), type);
  const missing = { mediaType: type, digest: imageOf("nowhere"), size: 1 };
  const broken = layout.blob(new TextEncoder().encode("{"), type);
  const empty = layout.blob({ payload: "?" }, "application/vnd.dsse.envelope.v1+json");
  layout.add({ ...subject("x"), layers: [missing, broken, empty, good] });
  layout.manifests.push({ digest: "sha256:../../../secret" }, missing, 7);
  layout.manifests.push(layout.blob(new TextEncoder().encode("no"), "x"));
  const secret = new TextEncoder().encode(JSON.stringify({ manifests: [] }));
  const { sboms, said } = await layout.load({ secret });
  assert.equal(sboms.length, 1);
  const codes = said.map(({ code }) => code).sort();
  assert.deepEqual(new Set(codes), new Set(["file-left-out", "oci-layout-unread"]));
  assert.equal(said.filter(({ code }) => code === "file-left-out").length, 2);
  assert.ok(said.some(({ message }) => message.includes('"sha256:../../../secret"')));
});

test("an index that names itself ends", async () => {
  const layout = new Layout();
  let inner: unknown[] = [];
  for (let depth = 0; depth < 8; depth += 1) {
    inner = [layout.blob({ schemaVersion: 2, manifests: inner, depth }, "index")];
  }
  layout.manifests.push(...inner, ...inner);
  const { said } = await layout.load();
  assert.ok(said.some(({ message }) => /deeper than is read/.test(message)));
});

test("an envelope's payload may be of either alphabet; what is none is undefined", () => {
  const text = JSON.stringify({ predicateType: "t", note: "???>>>" });
  const url = Buffer.from(text).toString("base64url");
  const payload = openEnvelope(JSON.stringify({ payload: url }));
  assert.equal(payload?.predicateType, "t");
  assert.equal(new TextDecoder().decode(payload?.bytes), text);
  for (const odd of ["", "{", "[]", "null", `{"payload":1}`, `{"payload":"!"}`]) {
    assert.equal(openEnvelope(odd), undefined, odd);
  }
});

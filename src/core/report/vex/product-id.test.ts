/** Tests of `product-id.ts`: names of images that scanners recognise, ids of documents. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contentUuid, productId, shortRef } from "./product-id.ts";

const hex = "0f".repeat(32);
const digest = `sha256:${hex}`;

test("an image is a purl by digest, else its digest, else its reference, else nothing", () => {
  const cases = [
    ["registry.example:5000/shop/Web:1", digest, `pkg:oci/web@sha256%3A${hex}`],
    [`nginx@${digest}`, "", `pkg:oci/nginx@sha256%3A${hex}`],
    ["/images/boot.tar", digest, `pkg:oci/boot@sha256%3A${hex}`],
    ["", digest, hex],
    ["nginx:1.18", "", "nginx:1.18"],
    ["nginx:1.18", "sha256:short", "nginx:1.18"],
    ["/images/boot", "", ""],
    ["", "", ""],
    ["x/a b?c", digest, `pkg:oci/a%20b%3Fc@sha256%3A${hex}`],
  ] as const;
  for (const [reference, given, expected] of cases) {
    assert.equal(productId({ reference, digest: given }), expected);
  }
});

test("ids are those of the content, in the shape of their standard", () => {
  const uuid = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const all = ["", "a", "b", "c", "d", "e", "f"].map(contentUuid);
  for (const one of all) assert.match(one, uuid);
  assert.equal(new Set(all).size, all.length);
  assert.equal(contentUuid("a"), contentUuid("a"));
  assert.notEqual(shortRef("image", ["ab"]), shortRef("image", ["a", "b"]));
  assert.match(shortRef("image", ["ab"]), /^image-[0-9a-f]{16}$/);
});

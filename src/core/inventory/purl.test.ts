/** Tests that package URLs give type, name, source package and distribution. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { distroOf, isImagePurl, parsePurl, purlSource, sourceRpmName, syftType } from "./purl.ts";

function parsed(text: string) {
  return parsePurl(text) ?? assert.fail(text);
}

test("the parts of a package URL are decoded", () => {
  const purl = parsed(
    "pkg:deb/debian/zlib1g@1:1.2.11%2Bdeb11u2?arch=amd64&distro=debian-11&upstream=zlib",
  );
  assert.equal(purl.name, "zlib1g");
  assert.equal(purl.namespace, "debian");
  assert.equal(purl.version, "1:1.2.11+deb11u2");
  assert.equal(purlSource(purl), "zlib");
  assert.equal(parsed("pkg:npm/%40babel/core@7.0.0").namespace, "@babel");
  assert.equal(parsed("pkg:npm/@babel/core").version, "");
  assert.equal(parsed("pkg:golang/github.com/a/b@v1.0.0#sub/c").name, "b");
  assert.equal(parsed("pkg:generic/100%@1").name, "100%");
  assert.equal(parsePurl("zlib@1"), undefined);
  assert.equal(parsePurl("pkg:deb/"), undefined);
});

test("types carry the names that Syft gives them", () => {
  const pairs = [
    ["pypi", "python"],
    ["maven", "java-archive"],
    ["golang", "go-module"],
    ["cargo", "rust-crate"],
    ["composer", "php-composer"],
    ["nuget", "dotnet"],
    ["generic", "binary"],
    ["alpine", "apk"],
    ["deb", "deb"],
    ["gem", "gem"],
  ];
  for (const [type, name] of pairs) assert.equal(syftType(parsed(`pkg:${type}/a/b@1`)), name);
});

test("the source package comes from the upstream qualifier in its three forms", () => {
  assert.equal(purlSource(parsed("pkg:deb/debian/libc6@2?upstream=glibc%402.31")), "glibc");
  const rpm = "pkg:rpm/rhel/zlib@1?upstream=zlib-ng-1.2.11-21.el8_7.src.rpm";
  assert.equal(purlSource(parsed(rpm)), "zlib-ng");
  assert.equal(purlSource(parsed("pkg:deb/debian/x@1")), "");
  assert.equal(sourceRpmName("bash-5.1.8-6.el9.src.rpm"), "bash");
});

test("the distribution is the first one named", () => {
  assert.deepEqual(
    distroOf([{ purl: "pkg:npm/a@1" }, { purl: "pkg:apk/alpine/musl@1?distro=alpine-3.18.4" }]),
    { id: "alpine", version: "3.18.4", idLike: [] },
  );
  const leap = distroOf([{ purl: "pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.4" }]);
  assert.equal(leap?.id, "opensuse-leap");
  assert.equal(distroOf([{ purl: "pkg:npm/a@1" }]), undefined);
});

test("an image is no package", () => {
  assert.ok(isImagePurl(parsed("pkg:oci//images/redis@sha256:00?arch=amd64")));
  assert.ok(!isImagePurl(parsed("pkg:deb/debian/a@1")));
});

/** Holds how packages are named. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleMatch, samplePackage, sampleVulnerability } from "../../testing/sample-judgement.ts";
import {
  compareRefs,
  isDistroType,
  matchRef,
  packageRef,
  placeWithoutVersion,
  sameName,
} from "./package-ref.ts";

const nested = {
  path: "/app/app.jar",
  accessPath: "/app/app.jar:lib/x-1.0.0.jar",
  primary: true,
  visible: true,
  layer: "",
};

test("a library inside an archive is named by its way into it", () => {
  const one = samplePackage({ type: "java-archive", locations: [nested] });
  assert.equal(packageRef(one).location, nested.accessPath);
  const shaded = { ...one, virtualPath: "/app/app.jar:org.x:x" };
  assert.equal(packageRef(shaded).location, "/app/app.jar:org.x:x");
  const match = sampleMatch(one, sampleVulnerability());
  assert.deepEqual(matchRef(match), packageRef(one));
});

test("the primary location counts, the first where none is", () => {
  const copyright = {
    path: "/usr/share/doc/x",
    accessPath: "",
    primary: false,
    visible: true,
    layer: "",
  };
  const one = samplePackage({ locations: [copyright, { ...nested, accessPath: "" }] });
  assert.equal(packageRef(one).location, "/app/app.jar");
  assert.equal(packageRef(samplePackage({ locations: [copyright] })).location, copyright.path);
});

test("a place stays the same over versions", () => {
  const ref = packageRef(samplePackage({ locations: [nested] }));
  assert.equal(placeWithoutVersion(ref), "/app/app.jar:lib/x-*.jar");
  assert.equal(placeWithoutVersion({ ...ref, version: "" }), ref.location);
});

test("names as different tools write them are one", () => {
  assert.equal(sameName("Flask_Login"), sameName("flask.login"));
  assert.notEqual(sameName("flask"), sameName("flask-login"));
});

test("references have a total order, and only distributions build many from one source", () => {
  const a = packageRef(samplePackage({ name: "a" }));
  const b = packageRef(samplePackage({ name: "b" }));
  assert.deepEqual([b, a].sort(compareRefs), [a, b]);
  assert.equal(compareRefs(a, { ...a }), 0);
  assert.deepEqual(["deb", "rpm", "apk", "npm", "java-archive"].map(isDistroType), [
    true,
    true,
    true,
    false,
    false,
  ]);
});

/** Tests how image references are taken apart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf, isSameReference, parseReference } from "./image-reference.ts";

const digest = `sha256:${"ab".repeat(32)}`;

test("registry, tag and digest are told apart, ports and Docker Hub included", () => {
  const full = parseReference(`registry.lab:5000/data/redis:6.0@${digest}`);
  assert.deepEqual(full, {
    repository: "registry.lab:5000/data/redis",
    tag: "6.0",
    digest,
    baseName: "redis",
  });
  assert.equal(parseReference("redis").repository, "docker.io/library/redis");
  assert.equal(parseReference("bitnami/redis:7").repository, "docker.io/bitnami/redis");
  assert.equal(
    parseReference("index.docker.io/library/redis").repository,
    "docker.io/library/redis",
  );
  assert.equal(parseReference(`docker-pullable://redis@${digest}`).digest, digest);
});

test("a path is no repository, its name is kept", () => {
  const path = parseReference("/images/redis.tar");
  assert.deepEqual([path.repository, path.baseName], ["", "redis"]);
  assert.deepEqual(parseReference(digest), { repository: "", tag: "", digest, baseName: "" });
  assert.equal(digestOf("redis:6.0"), "");
});

test("a missing tag is latest, and is no tag where a digest is given", () => {
  const same = (a: string, b: string) => isSameReference(parseReference(a), parseReference(b));
  assert.equal(same("redis", "docker.io/library/redis:latest"), true);
  assert.equal(same("redis:6", "redis:7"), false);
  assert.equal(same(`redis@${digest}`, "redis:latest"), false);
  assert.equal(same("/redis", "/redis"), false);
});

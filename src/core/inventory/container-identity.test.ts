/** Tests that names of runtimes are taken apart without mistaking one digest for another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  capabilityNames,
  containerIdOf,
  mountPathsOf,
  numericUser,
  parseTimeUs,
  podNamesOf,
  readImageNames,
} from "./container-identity.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

test("container ids lose the runtime and keep their length", () => {
  const id = "ab".repeat(32);
  assert.equal(containerIdOf(`containerd://${id}`), id);
  assert.equal(containerIdOf(`cri-o://${id}`), id);
  assert.equal(containerIdOf("0123456789AB"), "0123456789ab");
  for (const text of ["", "0123", "not-hex-at-all", `${id}0`, "containerd://"]) {
    assert.equal(containerIdOf(text), "", text);
  }
});

test("a digest after @ is a manifest, a bare one a config", () => {
  assert.deepEqual(readImageNames("redis:6", `docker-pullable://redis@${digest("a")}`), {
    imageReference: "redis:6",
    imageDigest: digest("a"),
    imageId: "",
  });
  assert.deepEqual(readImageNames(digest("b"), "h:5000/redis"), {
    imageReference: "h:5000/redis",
    imageDigest: "",
    imageId: digest("b"),
  });
  assert.equal(readImageNames(`docker://${digest("c")}`).imageId, digest("c"));
  const bare = readImageNames("f".repeat(64));
  assert.deepEqual([bare.imageReference, bare.imageId], ["", digest("f")]);
  assert.equal(readImageNames("269223fff922b").imageReference, "", "the beginning of an id");
  assert.equal(readImageNames("cafe").imageReference, "cafe");
});

test("places of mounts are absolute, without a slash at the end, and none is empty", () => {
  assert.deepEqual(mountPathsOf(["/data/", "", "/data", "cache"]), ["/data", "/cache"]);
});

test("capabilities have one spelling", () => {
  const names = ["sys_admin", "CAP_NET_RAW", "SYS_ADMIN", "odd name", ""];
  assert.deepEqual(capabilityNames(names), ["CAP_NET_RAW", "CAP_SYS_ADMIN"]);
  assert.deepEqual(capabilityNames(["ALL"]), ["CAP_ALL"]);
});

test("times of runtimes are microseconds, zero times are none", () => {
  assert.equal(parseTimeUs("2026-11-22T13:59:48Z"), 1795355988000000);
  assert.equal(parseTimeUs("2026-11-22T13:59:48.123456789Z"), 1795355988123456);
  assert.equal(parseTimeUs("2026-11-22T14:59:48.5+01:00"), 1795355988500000);
  assert.equal(parseTimeUs("0001-01-01T00:00:00Z"), 0);
  assert.equal(parseTimeUs("yesterday"), 0);
  assert.equal(parseTimeUs("2026-13-99T99:99:99Z"), 0);
});

test("users by number only, pods by both ways of naming", () => {
  assert.equal(numericUser("1000:1000"), 1000);
  assert.equal(numericUser("0"), 0);
  assert.equal(numericUser("redis"), undefined);
  assert.equal(numericUser(""), undefined);
  assert.deepEqual(podNamesOf("k8s_redis_redis-0_data_a2aac60e_3"), {
    name: "redis",
    namespace: "data",
    pod: "redis-0",
    podUid: "a2aac60e",
  });
  assert.deepEqual(podNamesOf("k8s://data/redis-0/redis"), {
    name: "redis",
    namespace: "data",
    pod: "redis-0",
    podUid: "",
  });
  assert.equal(podNamesOf("my_redis"), undefined);
});

/** Tests of `find-containers.ts`: which containers a person means. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContainerFact } from "../../testing/sample-facts.ts";
import { findContainers } from "./find-containers.ts";

const web = sampleContainerFact({
  ...{ container: "a".repeat(31), containerId: `abcd${"0".repeat(60)}`, namespace: "shop" },
  ...{ pod: "web-0", workload: "web", containerName: "nginx" },
});
const data = sampleContainerFact({
  ...{ container: "b".repeat(31), containerId: `ffee${"0".repeat(60)}`, namespace: "data" },
  ...{ pod: "redis-0", workload: "redis", containerName: "redis" },
});
const all = [web, data];

test("a container is meant by id, pod, workload or name, with its namespace or without", () => {
  for (const name of ["abcd", "web-0", "web", "nginx", "shop/web", "shop/web-0", "shop/nginx"]) {
    assert.deepEqual(findContainers(all, name), [web], name);
  }
  assert.deepEqual(findContainers(all, "host"), []);
});

test("a name that none has is refused, and those that were seen are told", () => {
  assert.throws(() => findContainers(all, "abc"), /No container is called "abc".*"web", "redis"/);
  assert.throws(() => findContainers(all, "data/web"), /No container/);
});

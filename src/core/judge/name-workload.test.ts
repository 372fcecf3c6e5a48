/** Tests what a workload is called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleWorkload } from "../../testing/sample-judgement.ts";
import { nameWorkload, nameWorkloads } from "./name-workload.ts";

test("workloads are named shortly, and what never ran is said", () => {
  const web = sampleWorkload("web");
  assert.equal(nameWorkload(web), "shop/web");
  assert.equal(nameWorkload({ ...web, container: "proxy" }), "shop/web/proxy");
  assert.equal(nameWorkload({ ...web, namespace: "" }), "web");
  assert.match(nameWorkload({ ...web, kind: "Image" }), /never seen running/);
});

test("of many the first five are named, each once", () => {
  const many = ["a", "b", "a", "c", "d", "e", "f", "g"].map((name) => sampleWorkload(name));
  assert.equal(nameWorkloads(many), "shop/a, shop/b, shop/c, shop/d, shop/e, 2 more");
  assert.equal(nameWorkloads(many.slice(0, 4)), "shop/a, shop/b, shop/c");
});

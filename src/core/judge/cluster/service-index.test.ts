/** Tests of `service-index.ts`: many services in front of many pods. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { collect, podOf, serviceOf } from "../../../testing/sample-cluster.ts";
import { indexAddresses } from "./address-index.ts";
import { EntryBook } from "./declared-entries.ts";
import { indexPods } from "./pod-index.ts";
import { indexServices } from "./service-index.ts";

const pods = [podOf("n/a", { labels: { app: "x" } }), podOf("n/b", { labels: { app: "x" } })];
const service = (name: string, clusterIP: string) =>
  serviceOf(name, { clusterIP, selector: { app: "x" }, ports: [{ port: 80 }] });

test("services that select the same pods share one list of them, so that memory holds", () => {
  const { objects } = collect([...pods, service("n/s", "10.0.0.1"), service("n/t", "10.0.0.2")]);
  const index = indexPods(objects);
  const services = indexServices(objects, index);
  const [first, second] = services.entries;
  assert.equal(first?.pods.length, 2);
  assert.equal(first?.pods, second?.pods);
  const addresses = indexAddresses(objects, index, services);
  const [one, other] = ["10.0.0.1", "10.0.0.2"].map((address) => addresses.ownerOf(address));
  assert.ok(one?.kind === "service" && other?.kind === "service");
  assert.equal(one.pods, other.pods);
});

test("a book that holds all it may of some pods says so, for each origin apart", () => {
  const { objects } = collect(pods);
  const { entries } = indexPods(objects);
  const book = new EntryBook();
  const add = (at: number, count: number) => {
    for (let port = 1; port <= count; port += 1) {
      const way = { kind: "LoadBalancer", via: [], port, narrowedBy: "" };
      const [pod] = entries.slice(at);
      if (pod !== undefined) book.add(pod, { ...way, from: "internet" });
    }
  };
  add(0, 64);
  assert.equal(book.isFull(entries, "internet"), false, "the second takes more");
  add(1, 64);
  assert.equal(book.isFull(entries, "internet"), true);
  assert.equal(book.isFull(entries, "outside-cluster"), false);
});

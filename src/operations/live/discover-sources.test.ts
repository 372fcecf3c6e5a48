/** Tests of which agents are begun and stopped. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { discoverAgents } from "./discover-sources.ts";

const pod = (node: string, address: string) => ({ node, address });

test("new pods begin, gone ones stop, and what runs goes on", () => {
  const pods = [pod("a", "10.0.0.1:54321"), pod("b", "10.0.0.2:54321")];
  assert.deepEqual(discoverAgents(pods, new Set(["10.0.0.2:54321", "10.0.0.9:54321"]), undefined), {
    begin: [{ address: "10.0.0.1:54321" }],
    stop: ["10.0.0.9:54321"],
    leftOutCount: 0,
  });
});

test("the files of TLS go with each, and more agents than one process can watch are told", () => {
  const pods = Array.from({ length: 600 }, (_, n) =>
    pod(`n${n}`, `10.0.${n >> 8}.${n & 255}:54321`),
  );
  const { begin, leftOutCount } = discoverAgents(pods, new Set(), { caFile: "ca.pem" });
  assert.deepEqual([begin.length, leftOutCount], [500, 100]);
  assert.deepEqual(begin[0]?.tls, { caFile: "ca.pem" });
});

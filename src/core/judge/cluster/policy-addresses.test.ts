/** Tests which addresses stand for the networks that policies let in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { collect, objectOf } from "../../../testing/sample-cluster.ts";
import { listPolicyAddresses } from "./policy-addresses.ts";

function addressesOf(...blocks: readonly { readonly cidr: string; readonly except?: string[] }[]) {
  const from = blocks.map((ipBlock) => ({ ipBlock }));
  const policy = objectOf("networking.k8s.io/v1 NetworkPolicy", "web/in", {
    spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from }] },
  });
  return listPolicyAddresses(collect([policy]).objects.policies);
}

test("an address of each network, of both kinds, and none of what is taken out", () => {
  assert.deepEqual(addressesOf({ cidr: "8.8.8.0/24" }), ["8.8.8.1"]);
  assert.deepEqual(addressesOf({ cidr: "9.9.9.9/32" }), ["9.9.9.9"]);
  assert.deepEqual(addressesOf({ cidr: "2600:1f18::/32" }), ["2600:1f18::1"]);
  const except = ["9.0.0.0/9", "9.128.0.0/10"];
  assert.deepEqual(addressesOf({ cidr: "9.0.0.0/8", except }), ["9.192.0.0"]);
  assert.deepEqual(addressesOf({ cidr: "9.0.0.0/8", except: ["9.0.0.0/8"] }), []);
  assert.deepEqual(addressesOf({ cidr: "255.255.255.255/32", except: ["255.255.255.255/32"] }), []);
});

test("many networks are bounded, sorted, each once", () => {
  const many = Array.from({ length: 300 }, (_, at) => ({ cidr: `9.${at % 200}.0.0/16` }));
  const found = addressesOf(...many);
  assert.equal(found.length, 64);
  assert.deepEqual(found, [...new Set(found)].sort());
});

/**
 * Tests what an address is: spellings, classes, networks.
 * In: text and random bytes. Out: nothing.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  addressText,
  classifyAddress,
  isInNetwork,
  isInternetAddress,
  parseAddress,
  parseNetwork,
  plainAddress,
} from "./ip-address.ts";

test("every spelling of an address becomes one", () => {
  const spellings: readonly (readonly [string, string])[] = [
    ["10.42.0.17", "10.42.0.17"],
    ["::ffff:10.42.0.17", "10.42.0.17"],
    ["::ffff:0a2a:0011", "10.42.0.17"],
    ["FE80:0:0:0:0:0:0:1%eth0", "fe80::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::", "::"],
    ["::1", "::1"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
  ];
  for (const [given, plain] of spellings) assert.equal(plainAddress(given), plain, given);
});

test("what is no address is none", () => {
  const none = [
    "",
    "invalid IP",
    "host",
    "1.2.3",
    "1.2.3.256",
    "1:2",
    "::1::",
    "1:2:3:4:5:6:7:8:9",
  ];
  for (const text of [...none, ":::", "12345::", "1.2.3.4.5", "::1.2.3", "a".repeat(200)]) {
    assert.equal(plainAddress(text), "", text);
  }
});

test("reading what was written gives the same", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      assert.deepEqual(parseAddress(addressText(bytes)), bytes);
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const plain = plainAddress(text);
      assert.notEqual(plain, "");
      assert.equal(plainAddress(plain), plain);
    }),
  );
});

test("an address has the class of the narrowest range", () => {
  const expected = {
    "0.0.0.0": "unspecified",
    "127.0.0.53": "loopback",
    "::1": "loopback",
    "169.254.169.254": "metadata",
    "fd00:ec2::254": "metadata",
    "169.254.20.10": "link-local",
    "fe80::1": "link-local",
    "10.42.0.1": "private",
    "172.32.0.1": "internet",
    "172.31.255.255": "private",
    "100.64.0.9": "private",
    "fd12::1": "private",
    "203.0.113.10": "internet",
    "2606:4700::1111": "internet",
    "239.1.1.1": "multicast",
  };
  for (const [text, name] of Object.entries(expected)) {
    assert.equal(classifyAddress(parseAddress(text) ?? new Uint8Array(16)), name, text);
  }
});

test("a network holds its addresses and no others", () => {
  const holds = (network: string, address: string) => {
    const parsed = parseNetwork(network);
    const bytes = parseAddress(address);
    assert.ok(parsed !== undefined && bytes !== undefined);
    return isInNetwork(bytes, parsed);
  };
  assert.equal(holds("10.42.0.0/24", "10.42.0.255"), true);
  assert.equal(holds("10.42.0.0/24", "10.42.1.0"), false);
  assert.equal(holds("10.42.0.0/23", "::ffff:10.42.1.7"), true);
  assert.equal(holds("0.0.0.0/0", "8.8.8.8"), true);
  assert.equal(holds("0.0.0.0/0", "2001:db8::1"), false);
  assert.equal(holds("::/0", "2001:db8::1"), true);
  assert.equal(holds("::/0", "192.0.2.7"), false);
  assert.equal(holds("fd00::/7", "fc00::1"), true);
  assert.equal(holds("192.0.2.7", "192.0.2.7"), true);
  for (const bad of ["10.0.0.0/33", "10.0.0.0/", "x/8", "10.0.0.0/8/8", "::/129"]) {
    assert.equal(parseNetwork(bad), undefined, bad);
  }
});

test("an address of the internet is told from all others, and from names", () => {
  for (const text of ["8.8.8.8", "2600::1", "::ffff:8.8.8.8"]) assert.ok(isInternetAddress(text));
  for (const text of ["10.0.0.1", "fd00::1", "169.254.169.254", "example.org", ""])
    assert.ok(!isInternetAddress(text), text);
});

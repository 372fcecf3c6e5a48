/** Tests the table of flows: what it says, that it fits, and that names cannot harm it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleEdge, sampleEnd, sampleWorkloadEnd } from "../../testing/sample-edges.ts";
import { formatBytes, nameEnd, renderFlows } from "./render-flows.ts";
import { widthOf } from "./text-layout.ts";

const render = (flows: Parameters<typeof renderFlows>[0], width = 100, top = 0) =>
  renderFlows(flows, { width, color: false, top }).toString();

test("a flow is one line: both ends, port, connections, bytes each way", () => {
  const text = render([sampleEdge({ connectionCount: 12_345, failedCount: 2 })], 120);
  assert.match(text, /internet 203\.0\.113\.7 +shop\/web +8080\/tcp +12,345/);
  assert.match(text, /2 connects failed: internet 203\.0\.113\.7 to shop\/web\./);
  assert.match(text, /1\.2 kB +56\.8 MB +10:05:00/);
});

test("bytes that no sensor told are not called none", () => {
  assert.equal(formatBytes(null), "–");
  assert.equal(formatBytes(0), "0 B");
  assert.equal(formatBytes(999), "999 B");
  assert.equal(formatBytes(999_600), "1.0 MB");
  assert.equal(formatBytes(123_456_789), "123 MB");
  assert.equal(formatBytes(9e15), "9000 TB");
});

test("an end is called by its name, and its address is told beside it", () => {
  assert.equal(nameEnd(sampleEnd()), "internet 203.0.113.7");
  assert.equal(
    nameEnd(sampleEnd({ name: "rates.example" })),
    "internet rates.example (203.0.113.7)",
  );
  assert.equal(nameEnd(sampleEnd({ kind: "unknown", name: "", address: "" })), "unknown");
  assert.equal(nameEnd(sampleEnd({ kind: "node", name: "n1", address: "" })), "node n1");
  const loopback = sampleEnd({ kind: "loopback", name: "loopback", address: "::1" });
  assert.equal(nameEnd(loopback), "loopback ::1");
  assert.equal(nameEnd(sampleEnd({ kind: "others" })), "other ends, not kept apart");
  assert.equal(nameEnd(sampleWorkloadEnd()), "shop/web");
});

test("no line is wider than the screen, whatever the names", () => {
  const evil = sampleEnd({ name: "\x1b[2J\u202eevil\nname".repeat(30) });
  for (const width of [80, 100, 160]) {
    const text = render([sampleEdge({ from: evil })], width);
    assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Cf}/u);
    for (const line of text.split("\n")) assert.ok(widthOf(line) <= width, `${width}: ${line}`);
  }
});

test("what is left out and what nobody saw is said", () => {
  const flows = [1, 2, 3].map((port) => sampleEdge({ port, directionKnown: port === 1 }));
  const text = render(flows, 100, 2);
  assert.match(text, /and 1 more flow: --top 3/);
  assert.match(text, /Of 2 flows nobody saw who opened it/);
  assert.match(render([]), /No flow was seen/);
});

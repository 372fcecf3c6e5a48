/** Tests of finding Tetragon's agents among texts of pods. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findTetragonPods } from "./tetragon-pods.ts";

function pod(labels: object, status: object, nodeName = "n"): string {
  return JSON.stringify({ metadata: { name: "p", labels }, spec: { nodeName }, status });
}

test("only pods that run and have the label themselves are agents", () => {
  const label = { "app.kubernetes.io/name": "tetragon" };
  const running = { phase: "Running", podIP: "10.0.0.1" };
  const found = findTetragonPods([
    pod(label, running, "b"),
    pod(label, { ...running, podIP: "10.0.0.2" }, "a"),
    pod({ note: JSON.stringify(label) }, running),
    pod({ "app.kubernetes.io/name": "tetragon-operator" }, running),
    pod(label, { ...running, podIP: "no address" }),
    pod(label, { ...running, phase: "Succeeded" }),
    pod(label, running, ""),
    // Not a pod's own label, though the text holds it.
    JSON.stringify({ spec: label, status: running }),
  ]);
  assert.deepEqual(found, [
    { node: "a", address: "10.0.0.2:54321" },
    { node: "b", address: "10.0.0.1:54321" },
  ]);
});

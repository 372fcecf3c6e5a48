/** Tests what a person reads of a workload's place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleWorkloadContext } from "../../testing/sample-edges.ts";
import { sampleEvidence, sampleWorkload } from "../../testing/sample-judgement.ts";
import { renderExposure } from "./render-exposure.ts";
import { widthOf } from "./text-layout.ts";

const context = sampleWorkloadContext();
const view = {
  context,
  contradictions: [
    {
      id: "c1",
      kind: "policy-denies-flow" as const,
      workload: sampleWorkload(),
      declared: "NetworkPolicy shop/isolate denies it",
      observed: "shop/other connected to port 8080",
      meaning: "The policy is not enforced.",
      evidence: [],
    },
  ],
  findings: [],
  proofs: [sampleEvidence({ shows: "accepted from 203.0.113.7 on 8080" })],
};
const render = (width = 100) => renderExposure(view, { width, color: false, top: 0 }).toString();

test("it says who reaches it, what it is, what it reaches, what contradicts, and the proof", () => {
  const text = render().replace(/\s+/g, " ");
  for (const part of [
    /shop\/web Deployment exposed no findings/,
    /Connections to it were seen from the internet\./,
    /The cluster's objects allow connections from other namespaces\./,
    /observed: internet → shop\/web :8080/,
    /listens on 0\.0\.0\.0 :8080\/tcp by \/usr\/sbin\/nginx/,
    /web-server \(high\): runs \/usr\/sbin\/nginx/,
    /shop\/db \(database\) :5432, observed/,
    /powerful service account shop\/web: get, list secrets in shop/,
    /NetworkPolicy shop\/isolate denies it; seen: shop\/other connected/,
    /received bytes were not watched/,
    /10:00:01 accepted from 203\.0\.113\.7 on 8080 by \/usr\/bin\/sampled/,
  ]) {
    assert.match(text, part);
  }
});

test("unknown exposure is not called no", () => {
  const { exposure } = context;
  const unknown = { ...context, exposure: { ...exposure, exposed: "unknown" as const } };
  const text = renderExposure({ ...view, context: unknown }, { width: 100, color: false, top: 0 });
  assert.match(text.toString(), /exposure unknown/);
});

test("no line is wider than the screen, whatever the names", () => {
  const evil = "\x1b[2J\u202eevil\nname".repeat(30);
  const spoiled = JSON.parse(
    JSON.stringify(view, (key, value) =>
      ["name", "because", "declared", "binary", "shows", "disagreement", "kind"].includes(key) &&
      typeof value === "string"
        ? evil
        : value,
    ),
  );
  for (const width of [60, 100]) {
    const text = renderExposure(spoiled, { width, color: false, top: 0 }).toString();
    assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Cf}/u);
    for (const line of text.split("\n")) {
      assert.ok(widthOf(line) <= width, `${width}: ${line}`);
    }
  }
});

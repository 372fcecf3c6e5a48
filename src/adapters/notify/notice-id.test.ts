/** Tests of `notice-id.ts`: what makes another notice of one, and what does not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Notice } from "../../ports/notifier.ts";
import { sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";
import { noticeId } from "./notice-id.ts";

const id = (over: Partial<Notice> = {}, incident: Partial<Notice["incident"]> = {}) =>
  noticeId({ ...sampleNotice, ...over, incident: { ...sampleIncident, ...incident } });

test("what merely goes on while a notice is tried does not change its id", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.string()), fc.string(), (number, news, text) => {
      const incident = { score: number, lastSeenUs: number, headline: text, story: news };
      assert.equal(id({ news, thread: text, cluster: text }, incident), id());
    }),
  );
  assert.equal(id({}, { tactics: ["a", "b"] }), id({}, { tactics: ["b", "a"] }));
  assert.equal(id({ toldCount: 0 }), id());
});

test("what a receiver must not miss is another notice", () => {
  const heldAt = (timeUs: number) => ({ acknowledgement: { by: "ann", text: "on it", timeUs } });
  const ids = [
    id(),
    id({ toldCount: 1 }),
    id({ kind: "update" }),
    id({ kind: "resolve" }),
    id({ kind: "acknowledge" }, heldAt(1)),
    id({ kind: "acknowledge" }, heldAt(2)),
    id({}, { severity: "critical" }),
    id({}, { tactics: ["execution", "discovery"] }),
    id({}, { id: "another" }),
  ];
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((one) => /^[0-9a-f]{32}$/.test(one)));
  assert.equal(id({}, heldAt(1)), id(), "who has it in hand is told by a notice of its own");
});

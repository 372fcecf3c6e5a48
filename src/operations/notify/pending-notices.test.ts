/** Tests of `pending-notices.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Level } from "../../core/observe/detect/rule.ts";
import type { Notice, NoticeKind } from "../../ports/notifier.ts";
import { sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";
import { PendingNotices } from "./pending-notices.ts";

function notice(
  id: string,
  kind: NoticeKind,
  severity: Level = "high",
  news: string[] = [],
): Notice {
  return { ...sampleNotice, kind, news, incident: { ...sampleIncident, id, severity } };
}

const all = () => true;

function takeAll(pending: PendingNotices, nowMs = 1000): string[] {
  const taken: string[] = [];
  for (;;) {
    const one = pending.take(nowMs, all);
    if (one === undefined) return taken;
    taken.push(`${one.notice.incident.id} ${one.notice.kind}`);
  }
}

test("what comes later joins what waits, with all news and the last state", () => {
  const pending = new PendingNotices(10);
  pending.put(notice("a", "open", "medium"), 0);
  pending.put(notice("a", "update", "high", ["one"]), 1);
  pending.put(notice("a", "update", "critical", ["one", "two"]), 2);
  assert.equal(pending.size, 1);
  const taken = pending.take(2, all)?.notice;
  assert.deepEqual(
    [taken?.kind, taken?.incident.severity, taken?.news],
    ["open", "critical", ["one", "two"]],
  );
  assert.equal(pending.size, 0);
});

test("of one incident the end comes after the beginning; what goes on takes the end back", () => {
  const pending = new PendingNotices(10);
  for (const kind of ["open", "acknowledge", "resolve"] as const) pending.put(notice("a", kind), 0);
  assert.deepEqual(takeAll(pending), ["a open", "a resolve"]);
  pending.put(notice("a", "resolve"), 0);
  pending.put(notice("a", "update"), 0);
  assert.deepEqual(takeAll(pending), ["a update"]);
});

test("the gravest goes first; those that failed stand behind, for their time", () => {
  const pending = new PendingNotices(10);
  pending.put(notice("low", "open", "low"), 0);
  pending.put(notice("old", "open", "high"), 0);
  pending.put(notice("new", "open", "high"), 1);
  pending.put(notice("bad", "open", "critical"), 0);
  const bad = pending.take(5, all);
  assert.equal(bad?.notice.incident.id, "bad");
  assert.ok(bad !== undefined);
  pending.putBack({ ...bad, tryCount: 1, dueMs: 100 });
  assert.deepEqual(takeAll(pending, 5), ["old open", "new open", "low open"]);
  assert.equal(pending.nextDueMs(), 100);
  assert.deepEqual(takeAll(pending, 100), ["bad open"]);
  assert.equal(pending.nextDueMs(), Infinity);
});

test("what comes while one is on its way and fails joins it", () => {
  const pending = new PendingNotices(10);
  pending.put(notice("a", "open", "high", []), 0);
  const first = pending.take(0, all);
  assert.ok(first !== undefined);
  pending.put(notice("a", "update", "critical", ["worse"]), 1);
  pending.putBack({ ...first, tryCount: 3 });
  const again = pending.take(1, all);
  assert.deepEqual(
    [again?.notice.kind, again?.notice.incident.severity, again?.tryCount],
    ["open", "critical", 3],
  );
  pending.put(notice("b", "resolve"), 0);
  const end = pending.take(0, all);
  assert.ok(end !== undefined);
  pending.put(notice("b", "update"), 1);
  pending.putBack(end);
  assert.deepEqual(takeAll(pending), ["b update"], "it goes on, so its end is not told");
});

test("who has it in hand is told after a failure too, unless it is over", () => {
  const pending = new PendingNotices(10);
  for (const [id, since, wanted] of [
    ["a", "update", ["a update", "a acknowledge"]],
    ["b", "resolve", ["b resolve"]],
    ["c", "acknowledge", ["c acknowledge"]],
  ] as const) {
    pending.put(notice(id, "acknowledge"), 0);
    const first = pending.take(0, all);
    assert.ok(first !== undefined);
    pending.put(notice(id, since), 1);
    pending.putBack({ ...first, tryCount: 1 });
    assert.deepEqual(takeAll(pending), wanted);
  }
  const held = notice("d", "acknowledge");
  const acknowledgement = { by: "ann", text: "on it", timeUs: 5 };
  pending.put({ ...held, incident: { ...held.incident, acknowledgement } }, 0);
  const first = pending.take(0, all);
  assert.ok(first !== undefined);
  pending.put(notice("d", "update", "high", ["Nobody has it in hand any more."]), 1);
  pending.putBack(first);
  assert.deepEqual(takeAll(pending), ["d update"], "she let it go meanwhile");
});

test("the bound gives the least grave away, never silently", () => {
  const pending = new PendingNotices(2);
  assert.deepEqual(pending.put(notice("a", "open", "high"), 0), []);
  assert.deepEqual(pending.put(notice("b", "open", "low"), 1), []);
  const gone = pending.put(notice("c", "open", "medium"), 2);
  assert.deepEqual(
    gone.map((one) => one.notice.incident.id),
    ["b"],
  );
  assert.deepEqual(takeAll(pending), ["a open", "c open"]);
});

test("whatever is put in comes out once, in the order of its incident, or is given away", () => {
  const kinds = fc.constantFrom<NoticeKind>("open", "update", "acknowledge", "resolve");
  const levels = fc.constantFrom<Level>("low", "high", "critical");
  const steps = fc.array(
    fc.tuple(fc.constantFrom("a", "b", "c", "d"), kinds, levels, fc.boolean()),
  );
  fc.assert(
    fc.property(steps, (list) => {
      const pending = new PendingNotices(3);
      const put = new Map<string, NoticeKind>();
      const out = new Map<string, NoticeKind>();
      list.forEach(([id, kind, level, fails], at) => {
        put.set(id, kind);
        for (const { notice: one } of pending.put(notice(id, kind, level), at)) {
          out.set(one.incident.id, one.kind);
        }
        if (!fails) return;
        const taken = pending.take(at, all);
        if (taken !== undefined) pending.putBack({ ...taken, tryCount: taken.tryCount + 1 });
      });
      for (const { notice: one } of pending.drain()) out.set(one.incident.id, one.kind);
      assert.deepEqual([...out.keys()].sort(), [...put.keys()].sort());
      for (const [id, kind] of put) {
        if (kind === "resolve") assert.equal(out.get(id), "resolve");
      }
    }),
  );
});

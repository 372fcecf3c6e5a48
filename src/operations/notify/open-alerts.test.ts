/**
 * Tests of `open-alerts.ts` and of how `route-worker.ts` uses it, at an Alertmanager that ends what
 * it does not hear of again, and forgets all when it starts anew.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryLog } from "../../adapters/log/memory-log.ts";
import { type Desk, noticeOf, openDesk } from "../../testing/notify-desk.ts";
import { createNoticeMemory } from "./notice-memory.ts";
import { OpenAlerts } from "./open-alerts.ts";
import { toldBy } from "./told-notices.ts";

const counts = (desk: Desk) => desk.engine?.counts().get("r1") ?? assert.fail("one route");
const minute = 60_000;

test("an open alert comes back within a minute after its receiver lost it", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add({}, "alertmanager");
  const engine = desk.start();
  await engine.take(noticeOf("a"));
  await desk.until(() => lab.firing.size === 1);
  const before = [...lab.firing];
  (lab.firing as Set<string>).clear();
  await desk.clock.advance(minute);
  await desk.until(() => lab.firing.size === 1);
  assert.deepEqual([...lab.firing], before);
  assert.equal(counts(desk).sent, 1, "nobody is told again");
  await desk.until(() => counts(desk).resent > 0);
});

test("quiet hours and rates do not stop it; what waits is not told by it", async (context) => {
  const desk = await openDesk(context);
  const quietHours = { from: "12:30", to: "20:00" };
  const lab = await desk.add({ ratePerHour: 1, quietHours }, "alertmanager");
  const engine = desk.start();
  await engine.take(noticeOf("a"));
  await desk.until(() => lab.firing.size === 1);
  await desk.until(() => desk.clock.elapsedMs() > 60 * minute, minute);
  await engine.take(noticeOf("b"));
  await engine.take(noticeOf("a", { kind: "update", news: ["worse"] }, "critical"));
  const [known] = lab.firing;
  (lab.firing as Set<string>).clear();
  const resent = counts(desk).resent;
  await desk.until(() => counts(desk).resent >= resent + 10, minute);
  assert.deepEqual([...lab.firing], [known]);
  assert.deepEqual([counts(desk).sent, counts(desk).waiting], [1, 2]);
});

test("once it is over it is sent no more; another run goes on with the rest", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add({}, "alertmanager");
  const first = desk.start();
  await first.take(noticeOf("over"));
  await first.take(noticeOf("open"));
  await desk.until(() => lab.firing.size === 2);
  await first.take(noticeOf("over", { kind: "resolve" }));
  await desk.until(() => lab.firing.size === 1);
  const before = counts(desk).resent;
  await desk.until(() => counts(desk).resent >= before + 5, minute);
  assert.equal(lab.firing.size, 1);
  await desk.stop();

  const accepted = lab.server.accepted.length;
  const again = desk.start();
  // As the daemon does after a start.
  await again.take(noticeOf("open"));
  await again.take(noticeOf("over", { kind: "resolve" }));
  (lab.firing as Set<string>).clear();
  await desk.until(() => counts(desk).resent >= 3, minute);
  assert.equal(lab.firing.size, 1);
  assert.equal(counts(desk).sent, 0);
  const later = lab.server.accepted.slice(accepted).map(({ body }) => JSON.parse(body));
  assert.ok(later.every((alerts) => alerts.length === 1 && alerts[0].labels.incident === "open"));
});

test("a receiver that is down is left alone for a while, and told of once", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add({}, "alertmanager");
  const engine = desk.start();
  await engine.take(noticeOf("a"));
  await desk.until(() => lab.firing.size === 1);
  await desk.until(() => counts(desk).resent > 0, minute);
  const resent = counts(desk).resent;
  lab.server.faults.push({ status: 503, body: "" }, "cut", { status: 400, body: "no" });
  await desk.until(() => counts(desk).failed === 3, minute);
  await desk.until(() => counts(desk).resent > resent, minute);
  assert.deepEqual(desk.log.said("warn"), [
    "Open alerts could not be sent again; it is tried again.",
  ]);
  assert.equal(counts(desk).deadLettered, 0);
});

test("other receivers are sent nothing again", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add({}, "pagerduty");
  const engine = desk.start();
  await engine.take(noticeOf("a"));
  await desk.until(() => lab.alerts.size === 1);
  await desk.until(() => desk.clock.elapsedMs() > 10 * minute, minute);
  assert.equal(lab.server.accepted.length, 1);
  assert.equal(counts(desk).resent, 0);
});

test("a thousand are kept; beyond, the oldest goes, and that is told", async () => {
  const [memory, log] = [createNoticeMemory(), new MemoryLog()];
  const alerts = new OpenAlerts({ memory, log, route: { name: "r", kind: "alertmanager" } });
  for (let at = 0; at < 1001; at += 1) alerts.note(noticeOf(`i${at}`));
  alerts.note(noticeOf("t", { kind: "test" }));
  assert.equal(alerts.size, 1000);
  assert.deepEqual(
    log.entries.map(({ fields }) => fields["incident"]),
    ["i0"],
  );
  assert.deepEqual(await alerts.list(), [], "nobody was told of them");
  const told = toldBy(noticeOf("i5"), { thread: "T", timeUs: 1, before: undefined });
  await memory.save("r i5", told);
  assert.deepEqual(
    (await alerts.list()).map(({ thread }) => thread),
    ["T"],
  );
  await memory.save("r i5", { ...told, kind: "resolve" });
  assert.deepEqual(await alerts.list(), []);
});

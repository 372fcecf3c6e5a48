/**
 * Tests of `notify-incidents.ts` and `route-worker.ts`: real servers, a clock that is turned by
 * hand. Nothing may be lost, told twice, or told to the wrong people.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import type { Level } from "../../core/observe/detect/rule.ts";
import type { DeadLetter } from "../../ports/dead-letters.ts";
import type { Notice } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { httpKinds, openHttpLab } from "../../testing/notifier-lab.ts";
import { Desk, noticeOf as notice, openDesk, toldAt as told } from "../../testing/notify-desk.ts";
import { echoVendor } from "../../testing/notify-servers.ts";
import { createNoticeMemory } from "./notice-memory.ts";
import { notifyMetrics } from "./notify-metrics.ts";
import { endedReason } from "./route-worker.ts";

const lettersOf = async (desk: Desk) =>
  (await desk.letters.list()).letters as readonly DeadLetter[];

test("each route hears what it asked for, from its first word to its last", async (context) => {
  const desk = await openDesk(context);
  const [all, grave, first] = [
    await desk.add(),
    await desk.add({ minSeverity: "critical" }),
    await desk.add({ kinds: ["open"] }),
  ];
  const engine = desk.start();
  await engine.take(notice("a"));
  await desk.settled();
  await engine.take(notice("a"));
  await engine.take(notice("a", { kind: "update", news: ["worse"] }, "critical"));
  await desk.settled();
  await engine.take(notice("a", { kind: "resolve" }, "medium"));
  await engine.take(notice("b", {}, "low"));
  await desk.settled();
  assert.deepEqual(told(all), ["a open", "a update", "a resolve"]);
  assert.deepEqual(told(grave), ["a open", "a resolve"]);
  assert.deepEqual(told(first), ["a open"]);
  assert.deepEqual(await lettersOf(desk), []);
  assert.deepEqual(engine.counts().get("r1"), {
    ...{ sent: 3, resent: 0, failed: 0, known: 1, deadLettered: 0, lost: 0, waiting: 0 },
  });
});

test("what is sent twice, as after a kill, carries the same id", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add();
  const kept = createNoticeMemory();
  const step = async (one: Notice, isNoted: boolean) => {
    // Of a run that is killed at once only the receiver knows.
    desk.memory = isNoted ? kept : { load: kept.load, save: async () => undefined };
    const engine = desk.start();
    await engine.take(one);
    await desk.settled();
    await desk.stop();
  };
  const first = notice("a");
  const { incident } = first;
  const on = { ...incident, score: incident.score + 5, lastSeenUs: incident.lastSeenUs + 1e6 };
  await step(first, false);
  await step({ ...first, incident: on }, true);
  const wider = { ...on, tactics: [...on.tactics, "discovery"] };
  await step({ ...first, kind: "update", incident: wider, news: ["New tactics."] }, false);
  // After a start all that is open is given again, without news.
  await step({ ...first, incident: { ...wider, score: 400 } }, true);
  await step({ ...first, kind: "resolve" }, false);
  await step({ ...first, kind: "resolve" }, true);
  const kinds = ["a open", "a open", "a update", "a update", "a resolve", "a resolve"];
  assert.deepEqual(told(lab), kinds);
  const ids = lab.server.accepted.map(({ headers }) => headers["x-waggle-notice"]);
  assert.deepEqual([ids[0], ids[2], ids[4]], [ids[1], ids[3], ids[5]]);
  assert.equal(new Set(ids).size, 3);
});

test("a receiver that asks to wait is left alone until then", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add();
  lab.server.faults.push({ status: 429, body: "", headers: { "retry-after": "30" } });
  const engine = desk.start();
  await engine.take(notice("a"));
  await desk.until(() => engine.counts().get("r1")?.failed === 1);
  const failedMs = desk.clock.elapsedMs();
  await engine.take(notice("b", {}, "critical"));
  await desk.until(() => lab.server.accepted.length > 0);
  assert.ok(desk.clock.elapsedMs() - failedMs >= 29_000, String(desk.clock.elapsedMs() - failedMs));
  await desk.settled();
  assert.deepEqual(told(lab), ["b open", "a open"]);
});

test("a receiver that is slow or down delays no other", async (context) => {
  const desk = await openDesk(context);
  const down = await desk.add({}, "webhook", 300);
  const up = await desk.add();
  down.server.faults.push("silent", "silent", "slow", "cut");
  const engine = desk.start();
  await engine.take(notice("a"));
  await desk.until(() => up.server.accepted.length === 1);
  assert.equal(down.server.accepted.length, 0);
  await desk.settled();
  assert.deepEqual(told(down), ["a open"]);
  assert.equal(engine.counts().get("r1")?.failed, 4);
  const warned = desk.log.said("warn");
  assert.equal(warned.length, 1, "a receiver that is down is told of once");
});

test("what is refused for good, or too often, becomes a whole letter", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add();
  lab.server.faults.push({ status: 400, body: "bad" });
  const engine = desk.start();
  await engine.take(notice("refused"));
  await desk.settled();
  for (let at = 0; at < 10; at += 1) lab.server.faults.push({ status: 500, body: "" });
  await engine.take(notice("unlucky"));
  await desk.settled(10_000);
  const letters = await lettersOf(desk);
  assert.deepEqual(
    letters.map(({ route, tryCount, notice: one }) => [route, tryCount, one.incident.id]),
    [
      ["r1", 1, "refused"],
      ["r1", 10, "unlucky"],
    ],
  );
  assert.match(letters[0]?.reason ?? "", /answered 400 "bad"/);
  assert.deepEqual(letters[0]?.notice, notice("refused"));
  await engine.take(notice("fine"));
  await desk.settled();
  assert.deepEqual(told(lab), ["fine open"]);
});

test("one that its receiver cannot digest lets the others pass", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add();
  lab.server.faults.push({ status: 500, body: "" });
  const engine = desk.start();
  await engine.take(notice("poison", {}, "critical"));
  await desk.until(() => engine.counts().get("r1")?.failed === 1);
  await engine.take(notice("a", {}, "medium"));
  await engine.take(notice("b", {}, "high"));
  await desk.settled();
  assert.deepEqual(told(lab), ["b open", "a open", "poison open"]);
});

test("in an hour no more go out than was said, the gravest first", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add({ ratePerHour: 2 });
  const engine = desk.start();
  const levels: readonly Level[] = ["medium", "high", "critical", "medium", "high"];
  await Promise.all(levels.map((level, at) => engine.take(notice(`${level}${at}`, {}, level))));
  await desk.until(() => lab.server.accepted.length === 2);
  await desk.until(() => desk.clock.waitingCount === 1);
  assert.deepEqual(told(lab), ["critical2 open", "high1 open"]);
  await desk.clock.advance(3_000_000);
  assert.equal(lab.server.accepted.length, 2);
  await desk.until(() => lab.server.accepted.length === 5, 60_000);
  assert.ok(desk.clock.elapsedMs() >= 2 * 3_600_000);
});

test("in quiet hours notices wait, but for the gravest", async (context) => {
  const desk = await openDesk(context);
  const quietHours = { from: "11:00", to: "15:00", exceptSeverity: "critical" } as const;
  const lab = await desk.add({ quietHours });
  const engine = desk.start();
  await engine.take(notice("a"));
  await engine.take(notice("a", { kind: "update", news: ["more"] }));
  await engine.take(notice("b", {}, "critical"));
  await desk.until(() => lab.server.accepted.length === 1);
  await desk.until(() => desk.clock.elapsedMs() > 2 * 3_600_000, 60_000);
  assert.deepEqual(told(lab), ["b open"]);
  await engine.take({ ...notice("t"), kind: "test" });
  await desk.until(() => lab.server.accepted.length === 2);
  await desk.until(() => lab.server.accepted.length === 3, 60_000);
  assert.ok(desk.clock.elapsedMs() >= 3 * 3_600_000);
  assert.deepEqual(told(lab), ["b open", "t test", "a open"]);
  assert.deepEqual(JSON.parse(lab.server.accepted[2]?.body ?? "").news, ["more"]);
});

test("what waits at the end lies as letters, and the next run sends it", async (context) => {
  const desk = await openDesk(context);
  const quietHours = { from: "11:00", to: "15:00" };
  const lab = await desk.add({ quietHours });
  const engine = desk.start();
  await engine.take(notice("a"));
  await engine.take(notice("b", { kind: "update" }));
  await desk.stop();
  const letters = await lettersOf(desk);
  assert.deepEqual(
    letters.map(({ reason }) => reason),
    [endedReason, endedReason],
  );
  assert.equal(engine.counts().get("r1")?.waiting, 0);
  const other = { ...letters[0], reason: "it answered 400" } as DeadLetter;
  await desk.letters.add([other]);
  await desk.until(() => desk.clock.elapsedMs() > 4 * 3_600_000, 60_000);
  desk.start();
  await desk.until(() => lab.server.accepted.length === 2);
  assert.deepEqual(told(lab).sort(), ["a open", "b open"]);
  const left = await lettersOf(desk);
  assert.deepEqual(
    left.map(({ reason }) => reason),
    ["it answered 400"],
  );
});

test("letters of the run before are older than what came since", async (context) => {
  const gate = Promise.withResolvers<void>();
  const letterOf = (one: Notice): DeadLetter => ({
    ...{ timeUs: 1, route: "r1", reason: endedReason, tryCount: 0, notice: one },
  });
  const letters = [
    letterOf(notice("a", { kind: "resolve" })),
    letterOf(notice("b", { kind: "update", news: ["older"] })),
    letterOf(notice("c")),
    letterOf(notice("c", { kind: "resolve" })),
  ];
  const desk = new Desk({
    add: async () => 0,
    list: async () => ({ letters: [], damagedCount: 0 }),
    takeEach: async (take) => {
      await gate.promise;
      for (const letter of letters) await take(letter);
      return { letters: [], damagedCount: 0 };
    },
  });
  context.after(() => desk.close());
  const lab = await desk.add();
  const engine = desk.start();
  await engine.take(notice("a", { kind: "update", news: ["it goes on"] }));
  await engine.take(notice("b", { kind: "update", news: ["newer"] }, "critical"));
  gate.resolve();
  await desk.until(() => lab.server.accepted.length === 3);
  await desk.settled();
  assert.deepEqual(told(lab), ["b open", "a open", "c open", "c resolve"]);
  const [first] = lab.server.accepted.map(({ body }) => JSON.parse(body));
  assert.deepEqual([first.incident.severity, first.news], ["critical", ["older", "newer"]]);
});

test("a route that hears late hears who has it in hand, once", async (context) => {
  const desk = await openDesk(context);
  const [all, grave] = [await desk.add(), await desk.add({ minSeverity: "critical" })];
  const engine = desk.start();
  const held = (kind: Notice["kind"], level: Level, timeUs = 5): Notice => {
    const one = notice("a", { kind, news: [`${kind} ${level}`] }, level);
    const acknowledgement = { by: "ann", text: "on it", timeUs };
    return { ...one, incident: { ...one.incident, acknowledgement } };
  };
  await engine.take(notice("a", {}, "medium"));
  await desk.settled();
  await engine.take(held("acknowledge", "medium"));
  await desk.settled();
  await engine.take(held("update", "critical"));
  await desk.settled();
  assert.deepEqual(told(all), ["a open", "a acknowledge", "a update"]);
  assert.deepEqual(told(grave), ["a open", "a acknowledge"]);
  const { news } = JSON.parse(grave.server.accepted[1]?.body ?? "");
  assert.deepEqual(news, ["ann has it in hand: on it"]);
  // After a restart all that is open is given again.
  await engine.take(held("open", "critical"));
  await engine.take(held("acknowledge", "critical"));
  await desk.settled();
  assert.equal(grave.server.accepted.length, 2);
  await engine.take(held("resolve", "critical"));
  await desk.settled();
  assert.deepEqual(told(grave), ["a open", "a acknowledge", "a resolve"]);
});

test("what can still go at the end goes, within its time", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add();
  const engine = desk.start();
  await engine.take(notice("a"));
  await engine.take(notice("b"));
  await desk.stop();
  assert.deepEqual(told(lab).sort(), ["a open", "b open"]);
  assert.deepEqual(await lettersOf(desk), []);
  lab.server.faults.push("silent");
  const again = desk.start();
  await again.take(notice("c"));
  await desk.stop(200);
  assert.deepEqual(
    (await lettersOf(desk)).map((one) => one.notice.incident.id),
    ["c"],
  );
});

test("a dry run shows and sends nothing, and keeps no letters", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add();
  const shown: string[] = [];
  const engine = desk.start((route, { body }) => {
    shown.push(`${route} ${JSON.parse(body).incident.id}`);
  });
  await engine.take(notice("a"));
  await desk.settled();
  await desk.stop();
  assert.deepEqual(shown, ["r1 a"]);
  assert.deepEqual([lab.server.accepted.length, lab.server.refused.length], [0, 0]);
  assert.deepEqual(await lettersOf(desk), []);
});

test("letters that cannot be kept are counted as lost and told", async (context) => {
  const refuse = async () => {
    throw new WaggleError("disk-full", "no room");
  };
  const desk = new Desk({ add: refuse, list: refuse, takeEach: refuse });
  context.after(() => desk.close());
  const lab = await desk.add();
  lab.server.faults.push({ status: 400, body: "" });
  desk.memory = { load: async () => undefined, save: refuse };
  const engine = desk.start();
  await engine.take(notice("a"));
  await desk.settled();
  await engine.take(notice("b"));
  await desk.settled();
  assert.deepEqual(told(lab), ["b open"]);
  assert.equal(engine.counts().get("r1")?.lost, 1);
  assert.deepEqual(desk.log.said("error"), [
    "Dead letters could not be taken up.",
    "Dead letters could not be kept.",
    "Notices became dead letters.",
    "What was told could not be written down.",
  ]);
});

test("a thousand wait at most; beyond, the least grave become letters", async (context) => {
  const desk = await openDesk(context);
  await desk.add({ quietHours: { from: "11:00", to: "15:00" } });
  const engine = desk.start();
  for (let at = 0; at < 1005; at += 1) {
    await engine.take(notice(`i${at}`, {}, at === 7 ? "medium" : "high"));
  }
  await desk.until(() => engine.counts().get("r1")?.deadLettered === 5);
  const letters = await lettersOf(desk);
  assert.equal(letters.length, 5);
  assert.ok(letters.some((one) => one.notice.incident.id === "i7"));
  assert.equal(engine.counts().get("r1")?.waiting, 1000);
});

test("whatever a receiver does, each incident is told or lies as a letter", async (context) => {
  const desk = await openDesk(context);
  const lab = await desk.add({ ratePerHour: 10_000 });
  const engine = desk.start();
  const fault = fc.constantFrom(
    ...(["cut", "garbage"] as const),
    ...[429, 500, 503, 400, 302].map((status) => ({ status, body: "no" })),
  );
  let made = 0;
  const ids: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { maxLength: 14 }),
      fc.integer({ min: 1, max: 4 }),
      async (faults, count) => {
        lab.server.faults.push(...faults);
        for (let at = 0; at < count; at += 1) {
          const id = `i${made}`;
          made += 1;
          ids.push(id);
          await engine.take(notice(id));
        }
        await desk.settled();
        lab.server.faults.length = 0;
      },
    ),
    { numRuns: 8 },
  );
  const dead = (await lettersOf(desk)).map((one) => one.notice.incident.id);
  const sent = told(lab).map((one) => one.split(" ")[0] ?? "");
  assert.deepEqual([...dead, ...sent].sort(), ids.sort());
});

test("no secret is in a log line, letter or metric, whatever is said back", async (context) => {
  for (const kind of httpKinds) {
    const desk = await openDesk(context);
    for (const status of [200, 403, 500]) {
      const lab = await openHttpLab(kind, {}, echoVendor(status));
      desk.labs.push(lab);
      desk.routes.push({ name: `s${status}`, kind: "webhook" });
    }
    const engine = desk.start();
    await engine.take(notice("a"));
    await desk.settled(60_000);
    const metrics = notifyMetrics(engine.counts());
    assert.ok(metrics.every(({ samples }) => samples.length === 3));
    const said = inspect([desk.log.entries, await lettersOf(desk), metrics], { depth: 12 });
    assert.match(said, /answered 403/);
    for (const secret of desk.labs[0]?.secrets ?? []) {
      assert.ok(!said.includes(secret.slice(0, 8)) && !said.includes(secret.slice(-8)), kind);
    }
    await desk.close();
  }
});

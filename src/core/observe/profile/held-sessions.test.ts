/** Tests that nothing is learned from an attack, nor from what is around it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ActScene } from "../../../testing/act-scene.ts";
import type { SubjectRecord } from "../detect/subject-record.ts";
import {
  createHeldSessions,
  type HeldSessions,
  heldBounds,
  holdValue,
  sessionOf,
  suspect,
  takeQuiet,
} from "./held-sessions.ts";

const place = { cluster: "", namespace: "", kind: "Host", name: "n", container: "login" };
const minuteUs = 60_000_000;
const value = { dimension: "binary", value: "/bin/x" } as const;

function hold(
  held: HeldSessions,
  subject: SubjectRecord,
  timeUs: number,
  text: string = value.value,
) {
  const session = sessionOf(held, subject, place, timeUs);
  assert.ok(session !== undefined);
  return holdValue(held, session, { ...value, value: text }, timeUs);
}

function entriesAt(held: HeldSessions, scene: ActScene, nowUs: number | undefined) {
  return takeQuiet(held, scene, nowUs).map(({ entry }) => entry);
}

test("a session is given once it is quiet for ten minutes, or ended and quiet for two", () => {
  const scene = new ActScene();
  const held = createHeldSessions();
  const running = scene.add({ pid: 1, binary: "/bin/a" });
  const ended = scene.add({ pid: 2, binary: "/bin/b", exitUs: minuteUs });
  assert.ok(hold(held, running, minuteUs));
  assert.ok(!hold(held, running, minuteUs), "only the first time is news");
  hold(held, ended, minuteUs);
  assert.deepEqual(entriesAt(held, scene, 2 * minuteUs), []);
  assert.deepEqual(entriesAt(held, scene, 3 * minuteUs), [ended.execId]);
  assert.deepEqual(entriesAt(held, scene, 11 * minuteUs), [running.execId]);
  assert.equal(held.valueCount, 0);
});

test("a service that never ends is looked at every hour", () => {
  const scene = new ActScene();
  const held = createHeldSessions();
  const service = scene.add({ pid: 1, binary: "/bin/a" });
  for (let minute = 0; minute < 60; minute++) hold(held, service, minute * minuteUs);
  assert.deepEqual(entriesAt(held, scene, 59 * minuteUs), []);
  assert.deepEqual(entriesAt(held, scene, 60 * minuteUs), [service.execId]);
});

test("a session that a rule speaks of is dropped, whether before or after", () => {
  const scene = new ActScene();
  const held = createHeldSessions();
  const root = scene.add({ pid: 1, binary: "/bin/sh" });
  const child = scene.add({ pid: 2, binary: "/bin/x", parent: root });
  hold(held, root, minuteUs);
  suspect(held, child, 2 * minuteUs);
  assert.deepEqual(entriesAt(held, scene, 20 * minuteUs), []);
  hold(held, child, 30 * minuteUs);
  assert.deepEqual(entriesAt(held, scene, 60 * minuteUs), [], "its session is no habit later on");
  assert.equal(held.refusedCount, 2);
});

test("what else happens in the container around a signal is no habit, hours later it is", () => {
  const scene = new ActScene();
  const held = createHeldSessions();
  const container = "c1";
  const bad = scene.add({ pid: 1, binary: "/bin/sh", container });
  const beside = scene.add({ pid: 2, binary: "/bin/id", container });
  const elsewhere = scene.add({ pid: 3, binary: "/bin/id", container: "c2" });
  suspect(held, bad, 5 * minuteUs);
  hold(held, beside, 10 * minuteUs);
  hold(held, elsewhere, 10 * minuteUs);
  assert.deepEqual(entriesAt(held, scene, 30 * minuteUs), [elsewhere.execId]);
  hold(held, beside, 120 * minuteUs);
  assert.deepEqual(entriesAt(held, scene, 140 * minuteUs), [beside.execId]);
});

test("commands that an attacked server starts are one matter", () => {
  const scene = new ActScene();
  const held = createHeldSessions();
  const server = scene.add({ pid: 1, binary: "/usr/sbin/httpd" });
  const [first, second] = [2, 3].map((pid) => {
    const made = scene.add({ pid, binary: "/bin/sh" });
    made.entryKind = "service";
    made.host = server;
    return made;
  });
  assert.ok(first !== undefined && second !== undefined);
  hold(held, first, minuteUs);
  hold(held, second, 2 * minuteUs);
  suspect(held, second, 2 * minuteUs);
  assert.deepEqual(entriesAt(held, scene, 30 * minuteUs), []);
});

test("a session that turns out to be part of a suspected one is dropped with it", () => {
  const scene = new ActScene();
  const held = createHeldSessions();
  const root = scene.add({ pid: 1, binary: "/bin/sh" });
  const part = scene.add({ pid: 2, binary: "/bin/x" });
  hold(held, part, minuteUs);
  suspect(held, root, minuteUs);
  part.entry = root;
  assert.deepEqual(entriesAt(held, scene, 30 * minuteUs), []);
});

test("a session that a suspected one turns out to be part of is dropped too", () => {
  const scene = new ActScene();
  const held = createHeldSessions();
  const root = scene.add({ pid: 1, binary: "/bin/sh" });
  const part = scene.add({ pid: 2, binary: "/bin/x" });
  hold(held, root, minuteUs);
  suspect(held, part, minuteUs);
  part.entry = root;
  assert.deepEqual(entriesAt(held, scene, 30 * minuteUs), []);
});

test("many signals far apart stay within their bound, and hide nothing", () => {
  const scene = new ActScene();
  const held = createHeldSessions();
  const bad = scene.add({ pid: 1, binary: "/bin/sh", container: "c1" });
  for (let at = 0; at < 100; at++) suspect(held, bad, at * 60 * minuteUs);
  const spans = held.suspicions.get("container c1") ?? [];
  assert.ok(spans.length <= 8);
  for (let at = 0; at < 100; at++) {
    const timeUs = at * 60 * minuteUs;
    assert.ok(
      spans.some(({ fromUs, toUs }) => fromUs <= timeUs && toUs >= timeUs),
      String(at),
    );
  }
});

test("sessions, values and suspicions are bounded, and what is left out is counted", () => {
  const scene = new ActScene();
  const held = createHeldSessions();
  const one = scene.add({ pid: 1, binary: "/bin/a" });
  for (let at = 0; at < heldBounds.valuesPerSession + 5; at++) hold(held, one, minuteUs, `/x${at}`);
  assert.equal(held.leftOutCount, 5);
  for (let at = 0; at < heldBounds.sessions; at++) {
    const other = scene.add({ pid: 2, binary: "/bin/b", container: `c${at}` });
    sessionOf(held, other, place, minuteUs);
    suspect(held, other, minuteUs);
  }
  assert.equal(held.sessions.size, heldBounds.sessions);
  assert.equal(held.leftOutCount, 6);
  assert.equal(held.suspicions.size, heldBounds.suspicions);
});

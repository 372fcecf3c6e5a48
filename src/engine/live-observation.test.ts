/**
 * Holds the laws of an observation without an end: the same as one pass over the same bytes,
 * however they come, and wherever it is put away and taken up.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import { ProblemLog } from "../core/event/problem.ts";
import type { LossFact } from "../core/observe/fact.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import { createFolds } from "../operations/create-folds.ts";
import { LiveLab, shortOf } from "../testing/live-lab.ts";
import { recordedMessages } from "../testing/recorded-events.ts";
import { LiveObservation } from "./live-observation.ts";
import { createObserver } from "./observe-events.ts";
import { readEvents } from "./read-events.ts";

const recordings = ["flows/shop", "flows/late", "flows/host", "cli/events", "events/observed"];

function recorded(name: string): Uint8Array {
  return gunzipSync(readFileSync(new URL(`../../fixtures/${name}.jsonl.gz`, import.meta.url)));
}

function linesOf(name: string): readonly string[] {
  return new TextDecoder().decode(recorded(name)).split("\n").slice(0, -1);
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Small ones of each kind: a law reads them a thousand times. */
const pool = ["flows/shop", "flows/late", "cli/events"].flatMap((name) =>
  linesOf(name)
    .filter((line) => line.length < 6000)
    .slice(0, 40),
);

function chunksOf(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((cut, index) => bytes.slice(cut, cuts[index] ?? bytes.length));
}

function feed(lab: LiveLab, file: string, bytes: Uint8Array, places: readonly number[] = []) {
  let offset = 0;
  for (const chunk of chunksOf(bytes, places)) {
    lab.take({ kind: "bytes", bytes: chunk, at: { file, offset } });
    offset += chunk.length;
  }
}

/** Facts are long: the first that is not the same is told. */
function assertSame(actual: string, expected: string): void {
  const [left, right] = [actual.split("\n"), expected.split("\n")];
  const at = left.findIndex((line, index) => line !== right[index]);
  if (at >= 0 || left.length !== right.length) assert.equal(left[at], right[at]);
  assert.equal(left.length, right.length);
}

/** What one pass over a recording gives. */
async function readOnce(bytes: Uint8Array) {
  const [facts, handed] = [new FactSet(), [] as string[]];
  const observer = createObserver({ folds: createFolds([]), emit: facts.add.bind(facts) });
  const [input] = await readEvents({
    files: createMemoryFiles(new Map([["a", bytes]])),
    names: ["a"],
    problems: new ProblemLog(),
    onEvent: (event) => {
      handed.push(shortOf(event));
      observer.observe(event);
    },
  });
  observer.finish();
  return { facts, handed, input };
}

/** What a recording tells of damage by its input, not by facts. */
function withoutDamage(facts: FactSet): string {
  const kept = new FactSet();
  for (const fact of facts.all()) {
    if (fact.kind !== "loss" || !/^(?:damaged|cut)-file$/.test(fact.reason)) kept.add(fact);
  }
  return kept.canonical();
}

for (const name of recordings) {
  test(`${name}: bytes that come in pieces give what one pass gives`, async () => {
    const bytes = recorded(name);
    const once = await readOnce(bytes);
    const lab = new LiveLab();
    feed(lab, "f", bytes, [1, 7000, 7001, 50_000, 123_456, 777_777]);
    assert.deepEqual(lab.handed, once.handed);
    assertSame(lab.facts().canonical(), once.facts.canonical());
  });
}

const time = "2026-03-15T00:06:32.4Z";

/** A recorded line as a file may hold it, and what may stand between lines. */
const piece = fc
  .record({ index: fc.nat(pool.length - 1), how: fc.nat(12), at: fc.integer({ min: 1, max: 900 }) })
  .map(({ index, how, at }) => {
    const line = pool[index] ?? "";
    const half = (part: string) => `${time} ${part} P ${line.slice(0, at)}\n`;
    switch (how) {
      case 0:
        return `${line.slice(0, at)}\n`;
      case 1:
        return `\0\0\0${line}\n`;
      case 2:
        return `\n  \r\n${line}\r\n`;
      case 3:
        return `${time} stdout F ${line}\n`;
      case 4:
        return `${half("stdout")}${time} stdout F ${line.slice(at)}\n`;
      case 5:
        return `${half("stderr")}${line}\n${time} stderr F ${line.slice(at)}\n`;
      case 6:
        return `${half("stderr")}not an event\n`;
      default:
        return `${line}\n`;
    }
  });
const streams = fc
  .record({ pieces: fc.array(piece, { minLength: 1, maxLength: 14 }), end: fc.nat(800) })
  .map(({ pieces, end }) => {
    const text = pieces.join("");
    return end < 400 ? text : text.slice(0, -Math.min(end, text.length - 1));
  });
const places = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 5 });

test("law: damaged bytes in any pieces give what one pass gives", async () => {
  await fc.assert(
    fc.asyncProperty(streams, places, async (text, cuts) => {
      const bytes = bytesOf(text);
      const once = await readOnce(bytes);
      const lab = new LiveLab();
      feed(lab, "f", bytes, cuts);
      lab.take({ kind: "file-ended" });
      assert.deepEqual(lab.handed, once.handed);
      assertSame(withoutDamage(lab.facts()), withoutDamage(once.facts));
      const counts = lab.losses("damaged-file").map(({ count }) => count);
      const damaged = once.input?.damage?.count ?? 0;
      assert.equal(counts.length > 0, damaged > 0);
      assert.ok(Math.max(0, ...counts) <= damaged);
      assert.equal(lab.losses("cut-file").length > 0, once.input?.cut !== undefined);
      const counted = lab.observation.inputs()[0]?.unreadableCount;
      assert.equal(counted, once.input?.unreadableCount);
    }),
    { numRuns: 80, endOnFailure: true },
  );
});

/** Reads on from where it was left, after each cut. */
function feedWithRestarts(bytes: Uint8Array, cuts: readonly number[], asBytes: boolean): LiveLab {
  const lab = new LiveLab();
  for (const place of [...cuts].sort((a, b) => a - b)) {
    const to = place % (bytes.length + 1);
    const from = Number(lab.observation.positions["follow:a"]?.["offset"] ?? 0);
    if (to <= from) continue;
    const middle = from + Math.floor((to - from) / 3);
    for (const [start, end] of [
      [from, middle],
      [middle, to],
    ] as const) {
      const at = { file: "f", offset: start };
      lab.take({ kind: "bytes", bytes: bytes.slice(start, end), at });
    }
    lab.restart(asBytes);
  }
  const offset = Number(lab.observation.positions["follow:a"]?.["offset"] ?? 0);
  lab.take({ kind: "bytes", bytes: bytes.slice(offset), at: { file: "f", offset } });
  return lab;
}

test("law: an observation that is taken up from anywhere ends in exactly the same", () => {
  fc.assert(
    fc.property(streams, places, fc.boolean(), fc.boolean(), (text, cuts, asBytes, ended) => {
      const bytes = bytesOf(text);
      const whole = new LiveLab();
      feed(whole, "f", bytes);
      const lab = feedWithRestarts(bytes, cuts, asBytes);
      for (const one of ended ? [whole, lab] : []) one.take({ kind: "file-ended" });
      assert.deepEqual(lab.handed, whole.handed);
      assertSame(lab.facts().canonical(), whole.facts().canonical());
      assert.deepEqual(lab.observation.inputs(), whole.observation.inputs());
      assert.deepEqual(
        structuredClone(lab.observation.dump().streams),
        structuredClone(whole.observation.dump().streams),
      );
    }),
    { numRuns: 70, endOnFailure: true },
  );
});

test("a line that is too long is one loss, though it is read twice", () => {
  const [first = "", last = ""] = linesOf("flows/shop");
  const long = "x".repeat(17 * 1024 * 1024);
  const bytes = bytesOf(`${first}\n${long}\n${last}\n`);
  const lab = feedWithRestarts(bytes, [first.length + 100, bytes.length - last.length - 50], true);
  assert.equal(lab.handed.length, 2);
  assert.deepEqual(
    lab.losses("damaged-file").map(({ count }) => count),
    [1],
  );
});

const offsetsOf = (lab: LiveLab) => lab.records.map(({ offset }) => offset);

test("law: files come and go, offsets only grow, and what is not whole is told", () => {
  const file = fc.record({
    lines: fc.array(fc.nat(pool.length - 1), { maxLength: 4 }),
    lost: fc.oneof(fc.constant(0), fc.integer({ min: 2, max: 40 })),
    name: fc.nat(2),
    says: fc.boolean(),
    restarts: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(file, { minLength: 1, maxLength: 6 }), (files) => {
      const [lab, quiet] = [new LiveLab(), new LiveLab()];
      let [expected, cutCount, line] = [0, 0, 0];
      for (const { lines, lost, name, says, restarts } of files) {
        // Another line each time, so that none is a copy; a file may have the name of another.
        const own = lines.flatMap(() => pool[line++ % pool.length] ?? []);
        const text = own.map((one) => `${one}\n`).join("");
        const bytes = bytesOf(text).slice(0, text.length - (own.length === 0 ? 0 : lost));
        const isCut = own.length > 0 && lost > 0;
        expected += own.length - (isCut ? 1 : 0);
        cutCount += isCut ? 1 : 0;
        for (const one of [lab, quiet]) {
          feed(one, `f${name}`, bytes, [bytes.length >> 1]);
          if (restarts && one === lab) {
            one.restart(false);
            const at = one.observation.positions["follow:a"] ?? { offset: 0 };
            const rest = bytes.slice(Number(at["offset"]));
            if (rest.length > 0) one.take({ kind: "bytes", bytes: rest, at });
          }
          if (says) one.take({ kind: "file-ended" });
        }
      }
      for (const one of [lab, quiet]) one.take({ kind: "file-ended" });
      const offsets = offsetsOf(lab);
      assert.deepEqual(
        offsets,
        [...new Set(offsets)].sort((a, b) => a - b),
      );
      assert.ok(lab.handed.length <= expected);
      assert.deepEqual(lab.handed, quiet.handed);
      assertSame(lab.facts().canonical(), quiet.facts().canonical());
      assert.equal(lab.losses("cut-file").length > 0, cutCount > 0);
    }),
    { numRuns: 70, endOnFailure: true },
  );
});

/** Messages until the checkpoint, then those of the archive, then those that come live. */
function goOnFromArchive(checkpointAt: number, crashAt: number, servedFrom: number) {
  const messages = recordedMessages();
  const lab = new LiveLab();
  const take = (from: number, to: number) =>
    lab.take({ kind: "messages", messages: messages.slice(from, to) }, "tetragon:a");
  take(0, checkpointAt);
  lab.restart(true);
  const archived = new LiveLab();
  archived.take({ kind: "messages", messages: messages.slice(0, crashAt) }, "tetragon:a");
  const stream = lab.observation.stream("tetragon:a");
  for (const { bytes, offset } of archived.records.slice(lab.records.length)) {
    stream.takeAgain("protobuf", bytes, offset);
  }
  stream.openGap("restart", 0, "");
  take(servedFrom, messages.length);
  return lab;
}

test("law: messages of the archive, then live ones, are each observed once", () => {
  const whole = new LiveLab();
  whole.take({ kind: "messages", messages: recordedMessages() }, "tetragon:a");
  const count = recordedMessages().length;
  fc.assert(
    fc.property(fc.nat(count), fc.nat(count), fc.nat(count), (checkpoint, more, back) => {
      const crashAt = Math.min(count, checkpoint + more);
      const lab = goOnFromArchive(checkpoint, crashAt, Math.max(0, crashAt - back));
      const offsets = offsetsOf(lab);
      assert.deepEqual(
        offsets,
        [...new Set(offsets)].sort((a, b) => a - b),
      );
      assert.equal(lab.observation.eventCount, whole.observation.eventCount);
      const facts = new FactSet();
      for (const fact of lab.facts().all()) {
        if (fact.kind !== "loss" || fact.reason !== "restart") facts.add(withoutOffsets(fact));
      }
      const expected = new FactSet();
      for (const fact of whole.facts().all()) expected.add(withoutOffsets(fact));
      assertSame(facts.canonical(), expected.canonical());
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

/** Copies that are left out are not counted when they are read again from the archive. */
function withoutOffsets<T>(fact: T): T {
  return JSON.parse(JSON.stringify(fact, (key, value) => (key === "offset" ? 0 : value)));
}

test("a server that begins again at its start leaves no gap, one that goes on leaves one", () => {
  const count = recordedMessages().length;
  const spansOf = (lab: LiveLab) =>
    new Set(lab.losses("restart").map(({ sinceUs, untilUs }) => `${sinceUs} ${untilUs}`)).size;
  assert.equal(spansOf(goOnFromArchive(100, 150, 0)), 0);
  assert.equal(spansOf(goOnFromArchive(100, 150, 160)), 1);
  assert.equal(spansOf(goOnFromArchive(100, count, count)), 1);
});

test("that nothing was missing is known again from the archive alone", () => {
  const messages = recordedMessages();
  const lab = new LiveLab();
  const take = (from: number, to: number) =>
    lab.take({ kind: "messages", messages: messages.slice(from, to) }, "tetragon:a");
  take(0, 150);
  lab.observation.stream("tetragon:a").openGap("restart", 0, "");
  // Put away while the gap is open; the server, which began at its start, closes it afterwards.
  const atCheckpoint = structuredClone(lab.observation.dump());
  const known = lab.records.length;
  take(0, 200);
  assert.deepEqual(lab.losses("restart"), []);
  const again = new LiveLab();
  again.observation = new LiveObservation(again.options(), atCheckpoint);
  const stream = again.observation.stream("tetragon:a");
  for (const { bytes, offset } of lab.records.slice(known)) {
    stream.takeAgain("protobuf", bytes, offset);
  }
  assert.deepEqual(again.losses("restart"), []);
  assertSame(again.facts().canonical(), lab.facts().canonical());
});

const startUs = 1_790_000_000_000_000;

interface Told {
  readonly seconds: number;
  readonly node?: string;
  readonly flags?: string;
  readonly pid?: number;
}

function exec({ seconds, node = "n1", flags = "execve clone", pid = 1 }: Told): string {
  const stamp = new Date(startUs / 1000 + seconds * 1000).toISOString();
  const process = { pid, tid: pid, binary: `/bin/p${pid}`, flags, start_time: stamp };
  const execId = Buffer.from(`${node}:${seconds}${pid}000000:${pid}`).toString("base64");
  const body = { process: { exec_id: execId, ...process } };
  return `${JSON.stringify({ process_exec: body, node_name: node, time: stamp })}\n`;
}

/** Takes lines one after the other. */
function tell(lab: LiveLab, lines: readonly string[], name = "follow:a"): void {
  for (const line of lines) {
    const offset = Number(lab.observation.positions[name]?.["offset"] ?? 0);
    lab.take({ kind: "bytes", bytes: bytesOf(line), at: { file: "f", offset } }, name);
  }
}

function spanOf({ node, sinceUs, untilUs, count }: LossFact): string {
  const [since, until] = [sinceUs, untilUs].map((us) => (us - startUs) / 1_000_000);
  return `${node} ${since}..${until} ${count}`;
}

test("processes that are announced again neither end a gap nor move the time", () => {
  const lab = new LiveLab();
  tell(lab, [exec({ seconds: 100 })]);
  lab.take({ kind: "gap", reason: "reconnect", count: 0, detail: "" });
  tell(lab, [exec({ seconds: 300, flags: "procFS", pid: 2 }), exec({ seconds: 90, pid: 3 })]);
  assert.equal(lab.observation.timeUs, startUs + 100_000_000);
  tell(lab, [exec({ seconds: 140, pid: 4 })]);
  assert.deepEqual(lab.losses("reconnect").map(spanOf), ["n1 99.999999..140 0"]);
});

test("the same events by two ways count once, and a gap of one way stays a gap", () => {
  const lab = new LiveLab();
  const lines = [1, 2, 3, 4, 5].map((seconds) => exec({ seconds, pid: seconds }));
  tell(lab, lines.slice(0, 3), "follow:b");
  tell(lab, lines.slice(0, 2), "follow:a");
  lab.take({ kind: "gap", reason: "reconnect", count: 0, detail: "" });
  tell(lab, lines.slice(3), "follow:b");
  // The second way was away while the third happened; the fourth came by both.
  tell(lab, lines.slice(3), "follow:a");
  assert.equal(lab.observation.eventCount, 5);
  assert.deepEqual(lab.losses("reconnect").map(spanOf), ["n1 1.999999..4 0"]);
});

test("unreadable records are one loss a stretch, from the event before to the one after", () => {
  const lab = new LiveLab();
  const at = (seconds: number) => exec({ seconds, pid: seconds });
  const lines = [at(10), "bad\n", "{}}\n", at(12), at(30), "bad\n", at(31), at(500), at(501)];
  tell(lab, [...lines, "bad\n"]);
  assert.deepEqual(lab.losses("damaged-file").map(spanOf), ["n1 10..31 3", "n1 501..501 1"]);
  lab.restart(true);
  tell(lab, [at(502), at(900)]);
  assert.deepEqual(lab.losses("damaged-file").map(spanOf), ["n1 10..31 3", "n1 501..502 1"]);
});

test("processes that the tree has no room for are losses of their time, not for ever", () => {
  const lab = new LiveLab({ nodeCountMax: 16 });
  const crowd = (from: number) =>
    Array.from({ length: 40 }, (_, index) => exec({ seconds: from + index, pid: from + index }));
  tell(lab, [exec({ seconds: 1, pid: 1 }), ...crowd(1000)]);
  const [open = ""] = lab.losses("eviction").map(spanOf);
  assert.match(open, /^ 10\d\d\.\.1039 \d+$/);
  lab.restart(false);
  tell(lab, [exec({ seconds: 1040, pid: 1 })]);
  tell(lab, [exec({ seconds: 5000, pid: 1 }), ...crowd(9000)]);
  const spans = lab.losses("eviction");
  const counted = spans.reduce((sum, { count }) => sum + count, 0);
  assert.equal(counted, lab.observation.dump().observer.tree.evictedCount);
  for (const { sinceUs, untilUs } of spans) assert.ok(untilUs - sinceUs < 120_000_000);
  assert.ok(spans.length >= 2);
});

test("law: asking for what is open, and other settings, change nothing of what is kept", () => {
  fc.assert(
    fc.property(streams, places, (text, cuts) => {
      const bytes = bytesOf(text);
      const [whole, asked] = [new LiveLab(), new LiveLab()];
      feed(whole, "f", bytes, cuts);
      let offset = 0;
      for (const [index, chunk] of chunksOf(bytes, cuts).entries()) {
        asked.take({ kind: "bytes", bytes: chunk, at: { file: "f", offset } });
        offset += chunk.length;
        const before = structuredClone(asked.observation.dump());
        asked.observation.openFacts();
        assert.deepEqual(structuredClone(asked.observation.dump()), before);
        const probeCommands = new Map([["none", [`probe ${index}`]]]);
        const { createFolds: same } = asked.options();
        asked.observation.reconfigure({ createFolds: same, tree: { probeCommands } });
      }
      assert.deepEqual(asked.handed, whole.handed);
      assertSame(asked.facts().canonical(), whole.facts().canonical());
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

const loss = (index: number, count = 0): LossFact => ({
  ...{ kind: "loss", node: "n", container: "", reason: "gap", detail: "" },
  ...{ sinceUs: index, untilUs: index, count },
});

test("facts that the store refused come again in order, and what is too much is one loss", () => {
  const { observation } = new LiveLab();
  observation.returnSettled([loss(3), loss(4)]);
  observation.returnSettled([loss(1), loss(2)]);
  const order = observation.takeSettled().map((fact) => (fact as LossFact).sinceUs);
  assert.deepEqual(order, [1, 2, 3, 4]);
  observation.returnSettled(Array.from({ length: 200_100 }, (_, index) => loss(index)));
  // Refused again and again: the count of what was dropped stays.
  for (let round = 0; round < 3; round++) {
    const taken = observation.takeSettled();
    assert.equal(taken.length, 200_001);
    const last = taken.at(-1) as LossFact;
    assert.deepEqual([last.reason, last.count], ["store", 100]);
    assert.equal((taken[199_999] as LossFact).sinceUs, 199_999);
    observation.returnSettled(taken);
  }
});

test("what is kept of a stream does not grow with files, gaps, nodes or damage", () => {
  const lab = new LiveLab();
  const sizeOf = () => JSON.stringify(lab.observation.dump().streams).length;
  const round = (index: number) => {
    const file = `f${index}`;
    for (const reason of ["rotated", "truncated"]) {
      lab.take({ kind: "gap", reason, count: 1, detail: "" });
    }
    const line = exec({ seconds: index * 100, pid: 7, node: `n${index % 3}` });
    lab.take({ kind: "bytes", bytes: bytesOf(`bad\n${line}{"half`), at: { file, offset: 0 } });
  };
  for (let index = 0; index < 600; index++) round(index);
  const early = sizeOf();
  for (let index = 600; index < 2500; index++) round(index);
  assert.ok(sizeOf() < early + 1000, `${early} bytes grew to ${sizeOf()}`);
  const settled = lab.observation.takeSettled().filter(({ kind }) => kind === "loss");
  assert.ok(settled.length > 2000);
});

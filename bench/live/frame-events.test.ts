/**
 * Tries that framed events are those of the generated JSON lines, byte by byte, moved one by one in
 * the plain way.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { encodeEvent } from "../../src/core/event/encode-protobuf.ts";
import type { WireObject } from "../../src/core/event/wire-value.ts";
import { recordedLines } from "../../src/testing/recorded-events.ts";
import { prepareRound } from "./frame-events.ts";
import { makeEvents } from "./make-events.ts";

const folder = mkdtempSync(join(tmpdir(), "waggle-frames-"));
after(() => rmSync(folder, { recursive: true }));
const root = join(import.meta.dirname, "..", "..");
const recording = join(folder, "recording.jsonl");
/**
 * So few that a few thousand events are several rounds. Messages of calls carry no ancestors, so
 * these would be met by the plain way before an event tells of them.
 */
const recorded = [...recordedLines("pairs"), ...recordedLines("observed")].map((line) => {
  const event = JSON.parse(Buffer.from(line).toString());
  for (const part of Object.values<Record<string, unknown>>(event)) delete part["ancestors"];
  return JSON.stringify(event);
});
writeFileSync(recording, recorded.join("\n"));
const round = prepareRound(recording);

function generate(count: number, containers: number): readonly WireObject[] {
  const words = [join(root, "bench", "generate.ts"), recording, String(count), String(containers)];
  const options = { encoding: "utf8", maxBuffer: 1e9 } as const;
  const { stdout } = spawnSync(process.execPath, words, options);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const second = 1_000_000_000n;

function toNs(text: string): bigint {
  const [, whole = "", digits = ""] = /^([^.Z]*)(?:\.(\d+))?Z$/.exec(text) ?? [];
  return BigInt(Date.parse(`${whole}Z`) / 1000) * second + BigInt(digits.padEnd(9, "0"));
}

function toText(ns: bigint): string {
  const whole = new Date(Number(ns / second) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(ns % second).padStart(9, "0")}Z`;
}

/** Each event at its new time; what it names is moved as it was when it was named first. */
class PlainMover {
  private readonly moved = new Map<string, string>();
  private shiftNs = 0n;

  move(record: WireObject, timeNs: bigint): WireObject {
    const { time } = record;
    if (typeof time === "string") this.shiftNs = timeNs - toNs(time);
    const { shiftNs } = this;
    const once = (text: string, move: () => string) => {
      if (!this.moved.has(text)) this.moved.set(text, move());
      return this.moved.get(text);
    };
    const text = JSON.stringify(record, (key, value: unknown) => {
      if (typeof value !== "string") return value;
      if (key === "time") return toText(timeNs);
      if (key === "start_time") return once(value, () => toText(toNs(value) + shiftNs));
      const isId = key === "exec_id" || key === "parent_exec_id";
      return isId ? once(value, () => moveId(value, shiftNs)) : value;
    });
    return JSON.parse(text);
  }
}

function moveId(id: string, shiftNs: bigint): string {
  const [node, ktime = "", pid] = Buffer.from(id, "base64").toString().split(":");
  if (pid === "0") return id;
  const later = BigInt(ktime) + shiftNs;
  return Buffer.from(`${node}:${later < 1n ? 1n : later}:${pid}`).toString("base64");
}

function readFrames(file: string): readonly Buffer[] {
  const bytes = readFileSync(file);
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    frames.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return frames;
}

for (const containers of [1, 30]) {
  test(`events with ${containers} containers are framed as one by one`, () => {
    const file = join(folder, `${containers}.pb`);
    makeEvents(round, containers, [
      { count: 2500, seconds: 25, file },
      { count: 1000, seconds: 3, pauseSeconds: 5, file },
    ]);
    const records = generate(3500, containers);
    const frames = readFrames(file);
    const mover = new PlainMover();
    assert.equal(frames.length, records.length);
    let timeNs = toNs(String(records[0]?.["time"]));
    records.forEach((record, at) => {
      if (at === 2500) timeNs += 5n * second;
      const { bytes } = encodeEvent(mover.move(record, timeNs));
      assert.ok(frames[at]?.equals(bytes), `event ${at}`);
      timeNs += at < 2500 ? 10_000_000n : 3_000_000n;
    });
  });
}

test("a recording is framed anew as it was framed first", () => {
  const make = (name: string) => {
    const file = join(folder, name);
    makeEvents(round, 20, [{ count: 2000, seconds: 7, file }]);
    return readFileSync(file);
  };
  assert.ok(make("first").equals(make("second")));
});

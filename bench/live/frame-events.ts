/**
 * Writes events as a Tetragon server would send them, each behind its length, evenly spread in
 * time.
 * In: JSON lines on standard input; the nanoseconds between two events, a file, and maybe more
 * files, each behind the count of events after which it begins. Out: the files; on standard output
 * one line of JSON that counts what is in them. A process keeps one identity and one start.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { encodeEvent } from "../../src/core/event/encode-protobuf.ts";
import type { WireObject } from "../../src/core/event/wire-value.ts";

export interface Framed {
  readonly events: number;
  /** Calls that tell of files, and files that were loaded. */
  readonly fileEvents: number;
  readonly flowEvents: number;
  readonly sizeBytes: number;
}

const [stepText = "", file = "", ...later] = process.argv.slice(2);
const stepNs = BigInt(stepText);
/** **Unit**: values; of processes that are long over. */
const memoCountMax = 200_000;

/** What was moved once is moved the same way again. */
const moved = new Map<string, string>();
let firstNs = 0n;
/** **Unit**: nanoseconds by which the latest event was moved. */
let shiftNs = 0n;

function toNs(text: string): bigint {
  const seconds = BigInt(Date.parse(`${text.slice(0, 19)}Z`)) / 1000n;
  const digits = /\.(\d{1,9})/.exec(text)?.[1] ?? "";
  return seconds * 1_000_000_000n + BigInt(digits.padEnd(9, "0"));
}

function toText(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, "0")}Z`;
}

function moveOnce(text: string, move: (text: string) => string): string {
  const known = moved.get(text);
  if (known !== undefined) return known;
  const [oldest] = moved.size >= memoCountMax ? moved.keys() : [];
  if (oldest !== undefined) moved.delete(oldest);
  const value = move(text);
  moved.set(text, value);
  return value;
}

const moveStart = (text: string) => toText(toNs(text) + shiftNs);

/** The middle of an exec id is the start of the process, counted from the start of the machine. */
function moveExec(id: string): string {
  const [node = "", ktime = "", pid = ""] = Buffer.from(id, "base64").toString("utf8").split(":");
  if (!/^\d+$/.test(ktime) || pid === "0") return id;
  const later = BigInt(ktime) + shiftNs;
  return Buffer.from(`${node}:${later < 1n ? 1n : later}:${pid}`).toString("base64");
}

const withoutTimes = new Set(["args", "cap", "ns", "node_labels", "process_credentials"]);

function moveAll(value: unknown, time: string): unknown {
  if (Array.isArray(value)) return value.map((one) => moveAll(one, time));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => {
    if (withoutTimes.has(key)) return [key, one];
    if (typeof one !== "string") return [key, moveAll(one, time)];
    if (key === "time") return [key, time];
    if (key === "start_time") return [key, moveOnce(one, moveStart)];
    if (key === "exec_id" || key === "parent_exec_id") return [key, moveOnce(one, moveExec)];
    return [key, one];
  });
  return Object.fromEntries(entries);
}

const fileHook = /^security_(file|mmap)_/;
const flowHook = /^(tcp_|inet_csk_|security_socket_)/;
const counts = { events: 0, fileEvents: 0, flowEvents: 0, sizeBytes: 0 };

function frame(line: string): Buffer {
  const record = JSON.parse(line) as Record<string, unknown>;
  const hook = /"function_name":"(\w+)"/.exec(line)?.[1] ?? "";
  if (fileHook.test(hook) || record["process_loader"] !== undefined) counts.fileEvents += 1;
  else if (flowHook.test(hook)) counts.flowEvents += 1;
  const { time } = record;
  const oldNs = typeof time === "string" ? toNs(time) : undefined;
  if (firstNs === 0n) firstNs = oldNs ?? 0n;
  const newNs = firstNs + BigInt(counts.events) * stepNs;
  if (oldNs !== undefined) shiftNs = newNs - oldNs;
  counts.events += 1;
  const { bytes } = encodeEvent(moveAll(record, toText(newNs)) as WireObject);
  const framed = Buffer.allocUnsafe(4 + bytes.length);
  framed.writeUInt32BE(bytes.length, 0);
  framed.set(bytes, 4);
  counts.sizeBytes += framed.length;
  return framed;
}

let output = openSync(file, "w");
let batch: Buffer[] = [];

function flush(): void {
  writeSync(output, Buffer.concat(batch));
  batch = [];
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line === "") continue;
  if (counts.events === Number(later[0])) {
    flush();
    closeSync(output);
    output = openSync(later[1] ?? "", "w");
    later.splice(0, 2);
  }
  batch.push(frame(line));
  if (batch.length === 500) flush();
}
flush();
closeSync(output);
process.stdout.write(`${JSON.stringify(counts)}\n`);

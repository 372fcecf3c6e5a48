/** Tests of `read-text.ts` and `list-events.ts`: names become files, files become text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import { ProblemLog } from "../core/event/problem.ts";
import type { Files } from "../ports/files.ts";
import { kindOf, listEvents } from "./list-events.ts";
import { canReadAgain, listFiles, listJoinedFiles, readText } from "./read-text.ts";

const encoder = new TextEncoder();
const event = '{"process_exec":{"process":{}},"node_name":"n"}\n';

function filesOf(texts: Readonly<Record<string, string | Uint8Array>>) {
  const entries = Object.entries(texts).map(
    ([name, text]) => [name, typeof text === "string" ? encoder.encode(text) : text] as const,
  );
  return createMemoryFiles(new Map(entries));
}

test("a name in front of = joins by hand, unless the file itself is called so", async () => {
  const files = filesOf({ "a.json": "{}", "odd=name.json": "{}" });
  const found = await listJoinedFiles(files, ["web=a.json", "odd=name.json", "a.json"]);
  assert.deepEqual(
    found.map(({ joinName, name }) => [joinName, name]),
    [
      ["web", "a.json"],
      ["", "odd=name.json"],
      ["", "a.json"],
    ],
  );
});

test("the same file named twice is one file", async () => {
  const found = await listFiles(filesOf({ "a.json": "{}" }), ["a.json", "a.json"]);
  assert.equal(found.length, 1);
});

test("a missing file is named as it was written", async () => {
  await assert.rejects(listFiles(filesOf({}), ["gone.json"]), /gone\.json/);
  await assert.rejects(listJoinedFiles(filesOf({}), ["web=gone.json"]), /gone\.json/);
});

test("text beyond its bound is refused, not cut", async () => {
  const files = filesOf({ big: "x".repeat(3 * 1024 * 1024) });
  const limits = { sizeBytesMax: 2 * 1024 * 1024, problems: new ProblemLog() };
  await assert.rejects(readText(files, "big", limits), /big: larger than 2 MB/);
});

test("UTF-16 as PowerShell writes it is understood, and a mark at the start of UTF-8", async () => {
  const wide = Uint8Array.of(0xff, 0xfe, 0x61, 0, 0xe4, 0);
  const files = filesOf({ wide, marked: "\uFEFFab" });
  const limits = { sizeBytesMax: 100, problems: new ProblemLog() };
  assert.equal((await readText(files, "wide", limits)).text, "aä");
  assert.equal((await readText(files, "marked", limits)).text, "ab");
});

test("of a directory only events are read as events, and the rest is said", async () => {
  const files = filesOf({
    "logs/a.log": event,
    "logs/metrics.txt": "# HELP tetragon_x y\n",
    "logs/note.txt": "hello",
  });
  const problems = new ProblemLog();
  const names = await listEvents(files, ["logs"], problems);
  assert.deepEqual(names, ["logs/a.log"]);
  const left = problems.list().map(({ code, first }) => [code, first.input]);
  assert.deepEqual(left, [
    ["file-left-out", "logs/metrics.txt"],
    ["file-left-out", "logs/note.txt"],
  ]);
});

test("a document given as events is refused, and the option it belongs to is named", async () => {
  const files = filesOf({ "a.json": '{"artifacts":[]}', "m.txt": "# HELP tetragon_x y\n" });
  const list = (name: string) => listEvents(files, [name], new ProblemLog());
  await assert.rejects(list("a.json"), /a\.json: .*--sbom or --vulns/);
  await assert.rejects(list("m.txt"), /m\.txt: .*--tetragon-metrics/);
});

test("a file that was named and is of no known kind is read as events", async () => {
  const files = filesOf({ "odd.txt": "hello" });
  assert.deepEqual(await listEvents(files, ["odd.txt"], new ProblemLog()), ["odd.txt"]);
  assert.equal(await kindOf(files, { name: "odd.txt", sizeBytes: 5 }), "other");
});

test("a pipe is opened only once, for what was read of it is gone", async () => {
  const files = filesOf({ "a.json": '{"artifacts":[]}' });
  const opened: string[] = [];
  const pipes: Files = {
    ...files,
    list: async (name) => [{ name, sizeBytes: -1 }],
    open: (name) => {
      opened.push(name);
      return files.open(name);
    },
  };
  assert.deepEqual(await listEvents(pipes, ["a.json"], new ProblemLog()), ["a.json"]);
  assert.deepEqual(opened, []);
  assert.equal(await canReadAgain(pipes, ["a.json"]), false);
  assert.equal(await canReadAgain(files, ["a.json"]), true);
});

test("a directory without events is refused", async () => {
  const files = filesOf({ "logs/a.txt": "hello", "logs/b.txt": "hello" });
  await assert.rejects(listEvents(files, ["logs"], new ProblemLog()), /no file of events/);
});

/** Tests of `deliver-document.ts`: a document goes where it should, no further than it is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryFiles } from "../../adapters/files/memory-files.ts";
import { terminal } from "../../core/report/safe-text.ts";
import { deliver, say, type Target } from "./deliver-document.ts";
import type { Host } from "./host.ts";
import type { Stream } from "./screen.ts";

function streamOf(written: string[], failure?: { after: number; code: string }): Stream {
  return {
    write: (text, done) => {
      const fails = failure !== undefined && written.length >= failure.after;
      if (!fails) written.push(text);
      done(fails ? Object.assign(new Error(failure.code), { code: failure.code }) : null);
      return true;
    },
    on: () => undefined,
  };
}

function targetOf(name: string, output: Stream, error: Stream, stored = new Map()): Target {
  return { name, host: { output, error } as Host, files: createMemoryFiles(stored) };
}

test("a document ends in one newline, and notices follow on standard error", async () => {
  const [printed, said]: [string[], string[]] = [[], []];
  const target = targetOf("-", streamOf(printed), streamOf(said));
  const notices = [terminal`look`];
  await deliver({ document: terminal`text`, notices, exitStatus: 0 }, target);
  assert.equal(printed.join(""), "text\n");
  assert.deepEqual(said, ["look\n"]);
});

test("a document in pieces becomes one file", async () => {
  const stored = new Map<string, Uint8Array>();
  const target = targetOf("out.json", streamOf([]), streamOf([]), stored);
  const document = (function* () {
    yield "a";
    yield "b\n";
  })();
  await deliver({ document, notices: [], exitStatus: 0 }, target);
  assert.equal(new TextDecoder().decode(stored.get("out.json")), "ab\n");
});

test("when the reader has gone away, the rest is not made", async () => {
  const made: number[] = [];
  const document = (function* () {
    for (let at = 0; at < 100; at++) {
      made.push(at);
      yield String(at);
    }
  })();
  const gone = { after: 2, code: "EPIPE" };
  const target = targetOf("", streamOf([], gone), streamOf([]));
  await deliver({ document, notices: [], exitStatus: 0 }, target);
  assert.deepEqual(made, [0, 1, 2]);
});

test("where nobody can be told, nothing fails", async () => {
  await say({ error: streamOf([], { after: 0, code: "ENOSPC" }) }, terminal`x`);
});

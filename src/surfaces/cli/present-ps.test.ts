/** Tests of `present-ps.ts`, `fold-equal.ts`, `text-table.ts`: what one sees of processes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ShownProcess } from "../../operations/list-processes.ts";
import type { PsOutput } from "../../operations/ps.ts";
import { foldEqual } from "./fold-equal.ts";
import { renderPs } from "./present-ps.ts";
import { textTable } from "./text-table.ts";

function process(pid: number, depth: number, binary: string): ShownProcess {
  const ids = { execId: String(pid), parentExecId: "", container: "c" };
  const flags = { isFork: false, fromProc: false, sameCount: 1 };
  const text = { binary, arguments: "", actor: "probe" as const, actorReason: "said so" };
  return { ...ids, ...flags, ...text, depth, pid, start: null, exit: null };
}

const names = (list: readonly ShownProcess[]) =>
  list.map(({ binary, depth, sameCount }) => `${depth} ${binary} ${sameCount}`);

test("equal neighbours are one entry with a count, and their equal children too", () => {
  const list = [
    process(1, 0, "sh"),
    process(2, 1, "curl"),
    process(3, 0, "sh"),
    process(4, 1, "curl"),
    process(5, 0, "sh"),
    process(6, 1, "wget"),
  ];
  assert.deepEqual(names(foldEqual(list)), ["0 sh 2", "1 curl 1", "0 sh 1", "1 wget 1"]);
});

test("equal ones that are no neighbours, or of another parent, stay apart", () => {
  const list = [process(1, 0, "a"), process(2, 1, "x"), process(3, 0, "b"), process(4, 1, "x")];
  assert.equal(foldEqual(list).length, 4);
  const apart = [process(1, 0, "a"), process(2, 0, "b"), process(3, 0, "a")];
  assert.equal(foldEqual(apart).length, 3);
});

test("a chain of twenty thousand processes is folded without deep calls", () => {
  const chain = Array.from({ length: 20_000 }, (_, index) => process(index, index, "sh"));
  assert.equal(foldEqual(chain).length, 20_000);
});

const view = { format: "text", width: 80, color: false, top: 0 } as const;
const container = {
  ...{ id: "a".repeat(64), namespace: "web", pod: "p", workload: "w", container: "c", image: "i" },
  ...{ eventCount: 1, from: null, to: null },
};

test("a command line cannot move the cursor or run out of the screen", () => {
  const hostile = { ...process(7, 0, "/bin/sh\x1b[2J"), arguments: "x".repeat(5000) };
  const output: PsOutput = {
    ...{ container, containers: [container], leftOutCount: 3 },
    processes: [hostile],
  };
  const text = renderPs(output, view).toString();
  assert.ok(!text.includes("\x1b"));
  assert.ok(text.split("\n").every((line) => line.length <= 90));
  assert.match(text, /said so/);
  assert.match(text, /3 processes were not kept/);
});

test("without a container there is a list, or a sentence when there is none", () => {
  const none: PsOutput = { container: null, containers: [], processes: [], leftOutCount: 0 };
  assert.match(renderPs(none, view).toString(), /^No process of a container/);
  const text = renderPs({ ...none, containers: [container] }, view).toString();
  assert.match(text, /aaaaaaaaaaaa {2}web\/p\/c/);
  const uncounted = [{ ...container, eventCount: -1 }];
  assert.doesNotMatch(renderPs({ ...none, containers: uncounted }, view).toString(), /-1/);
});

test("the flexible column gives way, so that a table fits the screen", () => {
  const columns = [
    { align: "left", widthMax: 10 },
    { align: "left", widthMax: 0 },
    { align: "right", widthMax: 8 },
  ] as const;
  const rows = [
    ["a", "x".repeat(200), 5],
    ["bb", "y", 12345],
  ];
  const lines = textTable(columns, rows, 60).map(String);
  assert.deepEqual(
    lines.map((line) => line.length),
    [60, 60],
  );
  assert.match(lines[0] ?? "", /^a {3}x+… {6}5$/);
});

test("the last column may take more lines, each below its start", () => {
  const columns = [
    { align: "left", widthMax: 10 },
    { align: "left", widthMax: 0, linesMax: 3 },
  ] as const;
  const paths = Array.from({ length: 30 }, (_, index) => `/path/${index}`).join(" ");
  const lines = textTable(columns, [["open", paths]], 40).map(String);
  assert.equal(lines.length, 3);
  assert.ok(lines.every((line) => line.length <= 40));
  assert.match(lines[0] ?? "", /^open {2}\/path\/0 /);
  assert.match(lines[1] ?? "", /^ {6}\/path/);
  assert.match(lines[2] ?? "", /…$/);
});

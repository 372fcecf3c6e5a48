/**
 * Holds that totals are read back in room and time that depend on what they are, not on how often
 * a long name is met. That they are read back as they were is in `use-total.test.ts`.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { packRows } from "./pack-columns.ts";
import { packTotals, unpackTotals } from "./pack-totals.ts";

const source = `
import { parentPort } from "node:worker_threads";
const { packTotals, unpackTotals } = await import(process.env.PACK_TOTALS);
const names = Array.from({ length: 40 }, (_, at) =>
  Buffer.from("/opt/" + String(at).padStart(2, "0") + "x".repeat(4000)).toString());
const whose = { actor: "service", origin: "service", reason: "r" };
const totals = Array.from({ length: 10_000 }, (_, at) => {
  const binaries = [0, 10, 20, 30].map(
    (from, place) => names[from + (Math.floor(at / 10 ** place) % 10)]);
  const citers = [0, 1, 2].map((place) => ({ node: "n", execId: "e" + (at % 9000) + place, pid: 1,
    binary: binaries[place], sensor: "open", policy: "p" }));
  const times = [1e15, 2e15, 1e15, 0, at, 1e15, 0, at, 1e15, 0, at];
  return { path: "/f" + at, how: "read", whose, count: 1, sensors: 4, binaries, citers, times };
});
const columns = structuredClone(packTotals(totals));
totals.length = 0;
parentPort.postMessage(unpackTotals(columns).length);
`;

test("ten thousand totals of forty long names are read in 128 MB", async () => {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
    env: { ...process.env, PACK_TOTALS: new URL("pack-totals.ts", import.meta.url).href },
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  });
  const [count] = await once(worker, "message");
  assert.equal(count, 10_000);
  await worker.terminate();
});

test("totals that were put away as rows of records are read as well", () => {
  const about = { how: "read", actor: "service", origin: "startup", reason: "r", sensors: 4 };
  const who = { node: "n", execId: "e", pid: 7, binary: "/b", sensor: "open", policy: "p" };
  const cited = { ...who, timeUs: 1e15, input: 1, offset: 2 };
  const rows = [[cited], [], [cited, { ...cited, timeUs: 2e15 }]].map((citations, at) => {
    const when = { count: at, firstUs: 1e15, lastUs: 3e15 };
    return { ...about, ...when, path: `/${at}`, binaries: ["/b", `/${at}`], citations };
  });
  const whose = { actor: "service", origin: "startup", reason: "r" };
  const expected = rows.map(({ path, count, binaries, citations }) => {
    const times = citations.flatMap(({ timeUs }) => [timeUs, 1, 2]);
    const own = { path, how: "read", whose, count, sensors: 4, binaries };
    return { ...own, citers: citations.map(() => who), times: [1e15, 3e15, ...times] };
  });
  for (const count of [0, 1, 3]) {
    const totals = unpackTotals(structuredClone(packRows(rows.slice(0, count))));
    assert.deepEqual(totals, expected.slice(0, count));
    assert.deepEqual(unpackTotals(structuredClone(packTotals(totals))), totals);
  }
  const bare = rows.map((row) => ({ ...row, binaries: [], citations: [] }));
  const totals = unpackTotals(packRows(bare));
  assert.deepEqual(
    totals.map(({ citers, binaries }) => [citers, binaries]),
    [
      [[], []],
      [[], []],
      [[], []],
    ],
  );
});

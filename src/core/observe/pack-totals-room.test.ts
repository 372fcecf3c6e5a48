/**
 * Holds that reading totals back takes room by what they are, not by how often a long name is met.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

const source = `
const { packTotals, unpackTotals } = await import(process.env.PACK_TOTALS);
const names = Array.from({ length: 40 }, (_, at) =>
  Buffer.from("/opt/" + String(at).padStart(2, "0") + "x".repeat(4000)).toString());
const whose = { actor: "service", origin: "service", reason: "r" };
const totals = Array.from({ length: 10_000 }, (_, at) => {
  const binaries = [0, 10, 20, 30].map((from, place) => names[from + (Math.floor(at / 10 ** place) % 10)]);
  const citers = [0, 1, 2].map((place) => ({ node: "n", execId: "e" + (at % 9000) + place, pid: 1,
    binary: binaries[place], sensor: "open", policy: "p" }));
  const times = [1e15, 2e15, 1e15, 0, at, 1e15, 0, at, 1e15, 0, at];
  return { path: "/f" + at, how: "read", whose, count: 1, sensors: 4, binaries, citers, times };
});
const columns = structuredClone(packTotals(totals));
totals.length = 0;
postMessage(unpackTotals(columns).length);
`;

test("ten thousand totals of forty long names are read in 128 MB", async () => {
  const data = `data:text/javascript,${encodeURIComponent(`import { parentPort } from "node:worker_threads"; const postMessage = (it) => parentPort.postMessage(it); ${source}`)}`;
  const worker = new Worker(new URL(data), {
    env: { ...process.env, PACK_TOTALS: new URL("pack-totals.ts", import.meta.url).href },
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  });
  const [count] = await once(worker, "message");
  assert.equal(count, 10_000);
  await worker.terminate();
});

/**
 * Holds that the ledger takes room by its rows, not by how long the names of programs are that
 * containers choose.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

const source = `
import { parentPort } from "node:worker_threads";
const { OpenLedger } = await import(process.env.LEDGER);
const names = Array.from({ length: 40 }, (_, at) =>
  Buffer.from("/opt/" + String(at).padStart(2, "0") + "x".repeat(4000)).toString());
const ledger = new OpenLedger([]);
const about = { everything: false, containers: new Set(["c"]), isPartial: true };
for (let at = 0; at < 10_000; at += 1) {
  const binaries = [0, 10, 20, 30].map((from, place) => names[from + (Math.floor(at / 10 ** place) % 10)]);
  const fact = { kind: "file-use", container: "c", path: "/f" + at, how: "read", actor: "service",
    origin: "service", actorReason: "r", count: 1, firstSeenUs: 1, lastSeenUs: 2, binaries,
    sensors: ["open"], afterWrite: false, citations: [] };
  ledger.note(ledger.changes([fact], 0, about), 0);
}
parentPort.postMessage(ledger.count);
`;

test("ten thousand uses by forty programs of long names are known in 64 MB", async () => {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
    env: { ...process.env, LEDGER: new URL("open-ledger.ts", import.meta.url).href },
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  const [count] = await once(worker, "message");
  assert.equal(count, 10_000);
  await worker.terminate();
});

/**
 * Holds that what is known of uses takes room by what is held, not by how long the names of
 * programs are that containers choose. What descriptions say is in `file-shelf.test.ts`.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import type { FileUseFact } from "../../core/observe/fact.ts";
import { type FileDescription, FileDescriptions } from "./file-descriptions.ts";

const source = `
import { parentPort } from "node:worker_threads";
const { OpenLedger } = await import(process.env.LEDGER);
const names = Array.from({ length: 40 }, (_, at) =>
  Buffer.from("/opt/" + String(at).padStart(2, "0") + "x".repeat(4000)).toString());
const ledger = new OpenLedger([]);
const about = { everything: false, containers: new Set(["c"]), isPartial: true };
for (let at = 0; at < 10_000; at += 1) {
  const binaries = [0, 10, 20, 30].map(
    (from, place) => names[from + (Math.floor(at / 10 ** place) % 10)]);
  const fact = { kind: "file-use", container: "c", path: "/f" + at, how: "read", actor: "service",
    origin: "service", actorReason: "r", count: 1, firstSeenUs: 1, lastSeenUs: 2, binaries,
    sensors: ["open"], afterWrite: false, citations: [] };
  const look = ledger.startLook(0, about);
  look.take(fact);
  ledger.note(look.end(), 0);
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

const use: FileUseFact = {
  ...{ kind: "file-use", container: "a", path: "/bin/x", how: "read", actor: "service" },
  ...{ origin: "service", actorReason: "", count: 7, firstSeenUs: 10, lastSeenUs: 20 },
  ...{ binaries: [], sensors: [], afterWrite: false, citations: [] },
};

test("law: one description for what is the same, as long as somebody holds it", () => {
  type Said = Pick<FileUseFact, "actorReason" | "binaries" | "sensors" | "afterWrite" | "origin">;
  const text = fc.constantFrom("", "a", "b", "0", "1 2", "true");
  const said: fc.Arbitrary<Said> = fc.record({
    ...{ actorReason: text, binaries: fc.array(text, { maxLength: 4 }) },
    ...{ sensors: fc.array(fc.constantFrom("open", "mmap"), { maxLength: 2 }) },
    ...{ afterWrite: fc.boolean(), origin: fc.constantFrom("service", "startup") },
  });
  const step = fc.record({ said, released: fc.option(fc.nat(), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const descriptions = new FileDescriptions();
      const held: { readonly print: string; readonly one: FileDescription }[] = [];
      for (const { said: about, released } of steps) {
        const print = JSON.stringify(about);
        const one = descriptions.take({ ...use, ...about });
        for (const other of held) assert.equal(other.one === one, other.print === print);
        held.push({ print, one });
        if (released !== undefined) {
          const [gone] = held.splice(released % held.length, 1);
          if (gone !== undefined) descriptions.release(gone.one);
        }
        const kept = new Set(held.map((own) => own.one));
        assert.equal(descriptions.size, kept.size);
        const texts = [...kept].flatMap((own) => [
          ...[own.origin, own.actorReason, ...own.binaries, ...own.sensors],
        ]);
        assert.equal(descriptions.textCount, new Set(texts).size);
      }
    }),
    { numRuns: 300 },
  );
});

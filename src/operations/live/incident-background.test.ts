/** Tests of `incident-background.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import type { Finding } from "../../core/judge/verdict.ts";
import { sampleContextReport } from "../../testing/sample-documents.ts";
import {
  keepBackground,
  noBackground,
  readBackground,
  rolesByWorkload,
  selectBackground,
} from "./incident-background.ts";

const report = sampleContextReport();

test("what a report knows of places comes back, and nothing of another version", async () => {
  const { settings } = createMemoryStore();
  assert.deepEqual(await readBackground(settings), noBackground);
  await keepBackground(settings, report);
  const kept = await readBackground(settings);
  assert.deepEqual(kept, JSON.parse(JSON.stringify(selectBackground(report))));
  assert.equal(kept.contexts.length, report.workloads.length);
  await settings.set("incident-background", '{"version":0}');
  assert.deepEqual(await readBackground(settings), noBackground);
});

test("of findings only those a service uses stay, the gravest of each workload", () => {
  const [some] = report.findings;
  assert.ok(some !== undefined);
  const finding = (rank: number, by: Finding["usage"]["by"], inUse = true): Finding => ({
    ...{ ...some, id: `f${rank}`, rank, inUse },
    usage: { ...some.usage, by },
  });
  const used = Array.from({ length: 80 }, (_, rank) => finding(80 - rank, ["service"]));
  const others = [finding(0, ["operator"]), finding(-1, ["service"], false)];
  const kept = selectBackground({ ...report, findings: [...others, ...used] }).findings;
  assert.deepEqual(
    kept.map(({ rank }) => rank),
    Array.from({ length: 50 }, (_, at) => at + 1),
  );
});

test("roles are those of the workload, and none of one that is not known", () => {
  const rolesOf = rolesByWorkload(selectBackground(report));
  for (const { workload, roles } of report.workloads) {
    assert.deepEqual(
      rolesOf(workload),
      roles.map(({ role }) => role),
    );
    assert.deepEqual(rolesOf({ ...workload, name: "nobody" }), []);
  }
});

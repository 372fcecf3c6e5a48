/** Holds that the young generation stops growing where it should, however much is made. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const module = fileURLToPath(new URL("./bound-young-memory.ts", import.meta.url));

/** Objects that outlive a collection or two make V8 enlarge its young generation. */
const script = `
  const { getHeapSpaceStatistics } = await import("node:v8");
  const { setTimeout: wait } = await import("node:timers/promises");
  const { boundYoungMemory } = await import(process.argv[1]);
  if (process.argv[2] === "bound") boundYoungMemory();
  const kept = new Array(1_000_000);
  let most = 0;
  for (let round = 0; round < 100; round++) {
    for (let n = 0; n < 50_000; n++) {
      kept[(round * 50_000 + n) % kept.length] = { round, n, list: [n] };
    }
    await wait(6);
    const young = getHeapSpaceStatistics().find((space) => space.space_name === "new_space");
    most = Math.max(most, young.space_size);
  }
  process.stdout.write(String(most / 1024 / 1024));`;

function mostMebibytes(how: string): number {
  const args = ["--input-type=module", "-e", script, module, how];
  const ran = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.equal(ran.stderr, "");
  return Number(ran.stdout);
}

test("the young generation stops at its bound and grows beyond it without", () => {
  assert.ok(mostMebibytes("bound") <= 48);
  assert.ok(mostMebibytes("free") > 48);
});

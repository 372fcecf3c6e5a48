/** Holds when the engine is told to be thrifty, and that the one at hand understands it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { boundMemory } from "./bound-memory.ts";

async function run(version: string, mebibytes: readonly number[], isYoungBounded = false) {
  const done: string[] = [];
  const sizes = [...mebibytes];
  const youngSize = () => {
    done.push("look");
    return (sizes.shift() ?? 64) * 1024 * 1024;
  };
  const boundYoung = () => done.push("stop");
  const growSlowly = () => done.push("slow");
  const startYoung = () => done.push("young");
  const compileLess = () => done.push("less");
  const asked = { youngSize, boundYoung, growSlowly, startYoung, compileLess };
  boundMemory({ version, isYoungBounded, ...asked });
  for (let turn = 0; turn < 100 && !done.includes("stop"); turn++) await wait(5);
  await wait(20);
  return done;
}

test("the engine is told once, when the bound is reached, and no longer asked", async () => {
  assert.deepEqual(await run("13.6.233", [8, 31, 32]), ["look", "look", "look", "stop", "slow"]);
});

test("an engine it was not tried with is left alone, a size that was chosen stays", async () => {
  assert.deepEqual(await run("14.1.1", [64]), []);
  assert.deepEqual(await run("13.6.233", [64], true), ["slow", "young", "less"]);
});

/** Makes objects that outlive a few collections: for them V8 enlarges its young generation. */
const script = `
  const { boundMemory } = await import(process.argv[1]);
  const { setTimeout: wait } = await import("node:timers/promises");
  boundMemory();
  const kept = [];
  for (let round = 0; round < 60; round++) {
    for (let n = 0; n < 100_000; n++) kept[(round * 100_000 + n) % 1_000_000] = { round, n };
    await wait(6);
  }
  process.stdout.write("done");`;

test("the engine at hand knows what it is told, and goes on", () => {
  const module = fileURLToPath(new URL("./bound-memory.ts", import.meta.url));
  const args = ["--input-type=module", "-e", script, module];
  const ran = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.deepEqual([ran.stdout, ran.stderr], ["done", ""]);
});

/** Tests of `run-canary.ts`: a real child process, as a sensor would see it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { canaryEnding } from "../../core/respond/canary-mark.ts";
import { createCanaryRunner } from "./run-canary.ts";

test("a canary opens its file, talks over loopback, and leaves nothing behind", async () => {
  const run = await createCanaryRunner().run("k2j4h6g8");
  assert.equal(run.trouble, "");
  assert.ok(run.port > 0);
  assert.ok(run.filePath.endsWith(canaryEnding));
  assert.equal(run.programPath, realpathSync(process.execPath));
  assert.ok(run.startedUs > 0 && run.startedUs < run.endedUs);
  assert.equal(existsSync(dirname(run.filePath)), false);
});

test("where no directory can be made, the canary says so and asks nothing of sensors", () => {
  const script = `
    import { createCanaryRunner } from ${JSON.stringify(import.meta.resolve("./run-canary.ts"))};
    console.log(JSON.stringify(await createCanaryRunner().run("k2j4h6g8")));
  `;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    env: { TMPDIR: "/nowhere/at/all" },
    encoding: "utf8",
  });
  const run = JSON.parse(child.stdout) as { endedUs: number; trouble: string };
  assert.equal(run.endedUs, 0);
  assert.match(run.trouble, /ENOENT/);
});

/** Tests of `run-canary.ts`: a real child process, as a sensor would see it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { test } from "node:test";
import { canaryArgument, canaryEnding, canaryToken } from "../../core/respond/canary-mark.ts";
import { createCanaryRunner } from "./run-canary.ts";

test("a canary opens its file, talks over loopback, and leaves nothing behind", async () => {
  const runner = createCanaryRunner();
  const mark = await runner.mark();
  const run = await runner.run(mark);
  assert.equal(run.trouble, "");
  assert.equal(canaryToken(canaryArgument(mark.token)), mark.token);
  assert.notEqual((await runner.mark()).token, mark.token);
  assert.ok(run.port > 0);
  assert.equal(run.filePath, mark.directory + canaryEnding);
  assert.equal(mark.programPath, realpathSync(process.execPath));
  assert.ok(run.startedUs > 0 && run.startedUs < run.endedUs);
  assert.equal(existsSync(mark.directory), false);
});

test("where no directory can be made, the canary says so and asks nothing of sensors", () => {
  const script = `
    import { createCanaryRunner } from ${JSON.stringify(import.meta.resolve("./run-canary.ts"))};
    const runner = createCanaryRunner();
    console.log(JSON.stringify(await runner.run(await runner.mark())));
  `;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    env: { TMPDIR: "/nowhere/at/all" },
    encoding: "utf8",
  });
  const run = JSON.parse(child.stdout) as { endedUs: number; trouble: string };
  assert.equal(run.endedUs, 0);
  assert.match(run.trouble, /ENOENT/);
});

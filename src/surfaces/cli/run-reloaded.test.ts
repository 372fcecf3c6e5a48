/** Tests of a real daemon that is asked to read its configuration again, and then to end. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type DaemonProcess, startDaemon } from "../../testing/daemon-process.ts";

const folder = mkdtempSync(join(tmpdir(), "waggle-reloaded-"));
const daemons: DaemonProcess[] = [];
after(async () => {
  await Promise.all(daemons.map((one) => one.kill()));
  rmSync(folder, { recursive: true, force: true });
});

async function told({ log, child }: DaemonProcess, sentence: string) {
  for (;;) {
    const line = log.find(({ msg }) => msg === sentence);
    if (line !== undefined) return line;
    assert.equal(child.exitCode, null, "the daemon runs");
    await sleep(20);
  }
}

test("SIGHUP reads the configuration again, a wrong one is told with its place", async () => {
  const config = join(folder, "waggle.yaml");
  const events = join(folder, "tetragon.log");
  writeFileSync(events, "");
  writeFileSync(config, `run:\n  follow: [${events}]\n  settle: 10m\n  scan: off\n`);
  const daemon = startDaemon(["--config", config, "--state", join(folder, "state")]);
  daemons.push(daemon);
  await daemon.until(({ sources }) => sources[0]?.state === "connected");
  writeFileSync(config, "run:\n  settel: 1s\n");
  daemon.child.kill("SIGHUP");
  const wrong = await told(daemon, "The configuration was not taken; the one before stays.");
  assert.match(String(wrong["why"]), /waggle\.yaml:2:3: .*settel/);
  writeFileSync(config, `run:\n  follow: [${events}]\n  settle: 1s\n  scan: off\n`);
  daemon.child.kill("SIGHUP");
  const right = await told(daemon, "The configuration was read again.");
  assert.deepEqual(right["changed"], ["settle"]);
  assert.equal(await daemon.end(), 0, daemon.said());
});

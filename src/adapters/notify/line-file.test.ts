/** Tests of `line-file.ts` and `notify-outside.ts`. */
import assert from "node:assert/strict";
import { readFile, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { Writable } from "node:stream";
import { test } from "node:test";
import { labOptions, labTarget, openFileLab } from "../../testing/notifier-lab.ts";
import { sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";
import { createNotifyOutside } from "./notify-outside.ts";
import { openNotifier } from "./open-notifier.ts";

const never = new AbortController().signal;

test("each notice is one line that only the owner reads, added to those before", async (context) => {
  const lab = await openFileLab();
  context.after(() => lab.close());
  await lab.notifier.send(sampleNotice, never);
  await lab.notifier.send({ ...sampleNotice, kind: "resolve" }, never);
  const [first, second] = (await lab.lines()) as readonly Record<string, unknown>[];
  assert.deepEqual(first?.["incident"], sampleIncident);
  assert.equal(second?.["kind"], "resolve");
  assert.equal((await stat(lab.path)).mode & 0o777, 0o600);
});

test("a file that has grown too long is put aside", async (context) => {
  const lab = await openFileLab();
  context.after(() => lab.close());
  await writeFile(lab.path, "");
  await truncate(lab.path, 65 * 1024 * 1024);
  await lab.notifier.send(sampleNotice, never);
  assert.ok((await stat(`${lab.path}.1`)).size > 65 * 1024 * 1024);
  await lab.notifier.send(sampleNotice, never);
  assert.equal((await lab.lines()).length, 1);
});

test("a link in the place of the file is not followed", async (context) => {
  const lab = await openFileLab();
  context.after(() => lab.close());
  const victim = `${lab.path}.victim`;
  await writeFile(victim, "precious");
  await symlink(victim, lab.path);
  await assert.rejects(lab.notifier.send(sampleNotice, never), /cannot be written \(ELOOP\)/);
  assert.equal(await readFile(victim, "utf8"), "precious");
});

test("standard output that is gone is a failure, not the end of the program", async () => {
  const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
  const notifier = openNotifier(labTarget("stdout"), labOptions({ output }));
  await assert.rejects(notifier.send(sampleNotice, never), /takes nothing any more/);
});

test("the machine's own openers give notifiers, letters and chance", () => {
  const outside = createNotifyOutside();
  assert.equal(outside.open(labTarget("stdout")).kind, "stdout");
  const { body } = outside.open(labTarget("stdout")).preview(sampleNotice);
  assert.equal(JSON.parse(body).incident.id, sampleIncident.id);
  assert.equal(typeof outside.deadLetters("x").add, "function");
  const chance = outside.random();
  assert.ok(chance >= 0 && chance < 1);
});

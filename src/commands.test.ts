/**
 * Runs the commands of the README as a reader would type them.
 * In: the blocks marked `sh` in README.md. Out: each command ends well, and prints or writes text.
 * Blocks marked `console` show what needs a cluster or other tools, and are not run.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "waggle-readme-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** `waggle` as it is in this checkout. */
function writeShim(): void {
  const program = join(folder, "waggle");
  const main = join(root, "src", "main.ts");
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  chmodSync(program, 0o755);
}

function commandsOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? "");
  return blocks
    .flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** The whole suite would run itself without end: its command is run on one file. */
function bounded(command: string): string {
  return command === "npm test" ? "npm test -- src/core/event/bounds.test.ts" : command;
}

writeShim();
const commands = commandsOf(readme);

test("the README shows the two commands that a newcomer needs", () => {
  assert.ok(commands.includes("npm start"));
  assert.ok(commands.includes("npm test"));
});

for (const command of commands) {
  test(`README: ${command}`, () => {
    const PATH = [folder, process.env["PATH"] ?? ""].join(delimiter);
    const { NODE_TEST_CONTEXT: _context, ...inherited } = process.env;
    const done = spawnSync(bounded(command), {
      cwd: root,
      shell: true,
      encoding: "utf8",
      env: { ...inherited, PATH, NO_COLOR: "1" },
    });
    assert.equal(done.status, 0, `${command}\n${done.stderr}`);
    const file = /\s-o\s+(\S+)/.exec(command)?.[1];
    const result = file === undefined ? done.stdout : readFileSync(file, "utf8");
    assert.notEqual(result.trim(), "");
  });
}

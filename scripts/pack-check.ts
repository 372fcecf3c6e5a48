/**
 * Packs the project, installs the tarball into an empty folder without dev dependencies, and runs
 * the command from there. In: nothing. Out: exit status 0 when `waggle` works as a user gets it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "waggle-pack-"));

function run(program: string, args: readonly string[], cwd: string): string {
  const done = spawnSync(program, args, { cwd, encoding: "utf8" });
  if (done.status === 0) return done.stdout;
  throw new Error(`${program} ${args.join(" ")} ended with ${done.status}: ${done.stderr}`);
}

function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(`packed tarball: ${what}`);
}

try {
  run("npm", ["pack", "--pack-destination", folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  expect(tarball !== "", "npm pack made no tarball");
  writeFileSync(join(folder, "package.json"), '{"name":"user","private":true}\n');
  const options = ["--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  run("npm", ["install", ...options, join(folder, tarball)], folder);
  const installed = join(folder, "node_modules", "waggle");
  expect(existsSync(join(installed, "dist", "main.js")), "dist/main.js is missing");
  expect(!existsSync(join(folder, "node_modules", "node")), "a dev dependency was installed");
  const help = run(process.execPath, [join(installed, "bin", "waggle.js"), "--help"], folder);
  expect(/report/.test(help), "`waggle --help` does not name its commands");
  const example = join(root, "examples", "shop", "events.jsonl.xz");
  const seen = run(
    process.execPath,
    [join(installed, "bin", "waggle.js"), "inspect", "--format", "json", example],
    folder,
  );
  expect(JSON.parse(seen) !== null, "`waggle inspect` printed no JSON");
  process.stdout.write("packed tarball: installs without dev dependencies and runs\n");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Runs the project's commands on any Node ≥ 18 with nothing installed: installs what the lock file
 * names when needed, then hands over to the Node 24 that comes as a dev dependency.
 * In: a command name and its arguments. Out: the command's exit status. Uses no package.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const windows = process.platform === "win32";
const nodeProgram = join(modules, "node", "bin", windows ? "node.exe" : "node");
const stamp = join(modules, ".waggle-lock.json");
const tests = ["src", "scripts", "eval", "bench"].map((folder) => `${folder}/**/*.test.ts`);

const commands = {
  start: (more) => [["src/main.ts", ...exampleArguments(more)]],
  test: (more) => [["--test", ...(more.length > 0 ? more : tests)]],
  format: () => [[tool("@biomejs/biome/bin/biome"), "check", "."]],
  types: () => [
    [tool("typescript/bin/tsc"), "-p", "."],
    [tool("typescript/bin/tsc"), "-p", "tsconfig.client.json"],
  ],
  docs: (more) => [["scripts/docs.ts", ...more]],
  policies: (more) => [["scripts/policies.ts", ...more]],
  check: () => [
    ...commands.format(),
    ...commands.types(),
    ...commands.test([]),
    ...commands.docs(["--check"]),
    ...commands.policies(["--check"]),
  ],
  build: () => [["scripts/build.ts"]],
  "pack-check": () => [["scripts/pack-check.ts"]],
  eval: (more) => [["eval/main.ts", ...more]],
  case: (more) => [["eval/case.ts", ...more]],
  bench: (more) => [["bench/main.ts", ...more]],
};

/** The main job on the recording that ships, with more options; another command instead of it. */
function exampleArguments(more) {
  if (more.length > 0 && !more[0].startsWith("-")) return more;
  const text = readFileSync(join(root, "examples", "report.args"), "utf8");
  return [...text.split("\n").filter((line) => line !== "" && !line.startsWith("#")), ...more];
}

function tool(path) {
  return join(modules, path);
}

function run(program, args) {
  const environment = { ...process.env, PATH: pathWithTools() };
  const done = spawnSync(program, args, { cwd: root, stdio: "inherit", env: environment });
  if (done.error) {
    console.error(`waggle: ${program} could not be started: ${done.error.message}`);
    return 1;
  }
  return done.status ?? 1;
}

function pathWithTools() {
  const separator = windows ? ";" : ":";
  return [dirname(nodeProgram), process.env.PATH ?? ""].join(separator);
}

/** The stamp is a copy of the lock file that was installed: equal means nothing to do. */
function installed() {
  if (!existsSync(nodeProgram) || !existsSync(stamp)) return false;
  return readFileSync(stamp, "utf8") === readFileSync(join(root, "package-lock.json"), "utf8");
}

function install() {
  if (installed()) return;
  console.error("waggle: installing what package-lock.json names (once) …");
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const status = npm
    ? run(process.execPath, [npm, ...args])
    : run(windows ? "npm.cmd" : "npm", args);
  if (status !== 0) {
    console.error("waggle: `npm ci` failed; its message above says why.");
    process.exit(status);
  }
  if (!existsSync(nodeProgram)) {
    console.error(
      "waggle: the npm package `node` did not bring its program, probably because install scripts\n" +
        "are switched off. Run `npm rebuild node --ignore-scripts=false`, then try again.",
    );
    process.exit(1);
  }
  copyFileSync(join(root, "package-lock.json"), stamp);
}

const [name = "", ...rest] = process.argv.slice(2);
const plan = commands[name];
if (plan === undefined) {
  console.error(`waggle: no command "${name}"; there are: ${Object.keys(commands).join(", ")}`);
  process.exit(2);
}
install();
for (const args of plan(rest)) {
  const status = run(nodeProgram, args);
  if (status !== 0) process.exit(status);
}

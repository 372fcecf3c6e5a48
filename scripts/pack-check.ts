/**
 * Packs the project, installs the tarball into an empty folder without dev dependencies, and runs
 * the command from there. In: nothing. Out: exit status 0 when `waggle` works as a user gets it.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** What its documents speak of is there; what only developers need is not. */
function checkContents(installed: string): void {
  const needed = [
    "dist/main.js",
    "dist/sbom.cdx.json",
    "dist/third-party-licences.txt",
    "docs/report.schema.json",
    "docs/recording.md",
    "examples/shop/policies/20-file-open.yaml",
    "scripts/dump-processes.sh",
    "policies/loader.yaml",
    "rules/parsed.json",
    "workflows/security_forensics.yaml",
    "deploy/waggle.service",
    "examples/run.yaml",
  ];
  for (const name of needed) expect(existsSync(join(installed, name)), `${name} is missing`);
  const names = readdirSync(installed, { recursive: true }).map(String);
  const stray = names.find((name) =>
    /\.test\.|fixtures|dist\/tidy|testing|events\.jsonl/.test(name),
  );
  expect(stray === undefined, `${stray} is of no use to its users`);
  const { scripts = {} } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  const hook = ["preinstall", "install", "postinstall"].find((name) => name in scripts);
  expect(hook === undefined, `it has an install script: ${hook}`);
}

/** Another process that waits: this one has no loop of its own. */
function awaitFile(path: string): void {
  const wait = "setInterval(() => require('fs').existsSync(process.argv[1]) && process.exit(), 50)";
  const done = spawnSync(process.execPath, ["-e", wait, path], { timeout: 60_000 });
  expect(done.status === 0, `${path} did not come to be`);
}

/** A whole daemon, from replayed events to its report: what is bundled finds its own files. */
async function checkRun(program: string): Promise<void> {
  const [socket, report] = [join(folder, "tetragon.sock"), join(folder, "report.json")];
  const example = join(root, "examples", "shop", "events.jsonl.xz");
  const start = (...words: readonly string[]) => {
    return spawn(process.execPath, [program, ...words], { stdio: ["ignore", "ignore", "inherit"] });
  };
  const server = start("replay", example, "--listen", `unix://${socket}`, "--speed", "max");
  const children = [server];
  try {
    awaitFile(socket);
    const places = ["--tetragon", `unix://${socket}`, "--state", join(folder, "state")];
    const quiet = ["--scan", "off", "--settle", "1s", "--log-level", "error"];
    children.push(start("run", ...places, ...quiet, "--sink", report));
    awaitFile(report);
    const { workloads } = JSON.parse(readFileSync(report, "utf8"));
    expect(workloads.length > 0, "the daemon's report knows no workloads");
  } finally {
    for (const child of children) {
      const ended = child.exitCode === null ? once(child, "exit") : [child.exitCode];
      child.kill();
      const [status] = await ended;
      expect(status === 0, `a command ended with ${status}`);
    }
  }
}

/** It starts itself anew, and is still the command that was typed. */
function checkDaemon(program: string): void {
  const done = spawnSync(process.execPath, [program, "run", "--nonsense"], { encoding: "utf8" });
  expect(done.status === 2, `a wrong option of the daemon ends with ${done.status}`);
  expect(done.stderr.includes("--nonsense"), "the daemon does not say what is wrong");
}

/** A Node that calls itself 20 stands for an old one. */
function checkOldNode(program: string): void {
  const old =
    "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.1.0'})";
  const done = spawnSync(process.execPath, ["--import", old, program], { encoding: "utf8" });
  expect(done.status === 2, `an old Node ends with ${done.status}`);
  expect(/needs Node 24/.test(done.stderr), "an old Node is not told what is needed");
}

try {
  run("npm", ["pack", "--silent", "--pack-destination", folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  expect(tarball !== "", "npm pack made no tarball");
  writeFileSync(join(folder, "package.json"), '{"name":"user","private":true}\n');
  const options = ["--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  run("npm", ["install", ...options, join(folder, tarball)], folder);
  const installed = join(folder, "node_modules", "waggle");
  checkContents(installed);
  const others = readdirSync(join(folder, "node_modules")).filter((name) => /^[^.]/.test(name));
  expect(others.join() === "waggle", `it needs more than itself: ${others}`);
  const help = run(process.execPath, [join(installed, "bin", "waggle.js"), "--help"], folder);
  expect(/report/.test(help), "`waggle --help` does not name its commands");
  const example = join(root, "examples", "shop", "events.jsonl.xz");
  const seen = run(
    process.execPath,
    [join(installed, "bin", "waggle.js"), "inspect", "--format", "json", example],
    folder,
  );
  expect(JSON.parse(seen) !== null, "`waggle inspect` printed no JSON");
  checkDaemon(join(installed, "bin", "waggle.js"));
  await checkRun(join(installed, "bin", "waggle.js"));
  checkOldNode(join(installed, "bin", "waggle.js"));
  process.stdout.write("packed tarball: installs alone and runs\n");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

#!/usr/bin/env node
/**
 * Starts waggle, or says clearly that this Node is too old or the program was not built. Plain
 * syntax, so that old ones can read it. In: the command line. Out: the exit status of `main`.
 */
import { existsSync } from "node:fs";

const program = new URL("../dist/main.js", import.meta.url);
const major = Number(process.versions.node.split(".")[0]);

/**
 * A daemon is there for months beside others: V8 and malloc are told to keep memory small, which is
 * possible only before they start. Whoever sets one of these himself is left alone.
 * Why these: docs/decisions/0013-how-a-daemon-is-started.md.
 */
const daemonFlags = ["--max-semi-space-size=8"];
const daemonEnvironment = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "131072",
  MALLOC_TRIM_THRESHOLD_: "262144",
};

function isDaemon() {
  const words = process.argv.slice(2);
  return words[0] === "run" && !words.includes("--help") && !words.includes("-h");
}

/** This process becomes the daemon: same number, same open files, no parent in between. */
function becomeDaemon() {
  const given = `${process.execArgv.join(" ")} ${process.env.NODE_OPTIONS ?? ""}`;
  const flags = daemonFlags.filter((flag) => !given.includes(flag.split("=")[0]));
  if (flags.length === 0 || typeof process.execve !== "function") return;
  const words = [process.execPath, ...flags, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, words, { ...daemonEnvironment, ...process.env });
}

if (major < 24) {
  process.stderr.write(
    "waggle needs Node 24 or newer; this is " +
      process.versions.node +
      " (" +
      process.execPath +
      ").\n" +
      "Install a newer one, for example with `npm install --global node@24`, and try again.\n",
  );
  process.exitCode = 2;
} else if (!existsSync(program)) {
  process.stderr.write(
    "waggle is not built here: dist/main.js is missing.\n" +
      "In a checkout, `node scripts/run.js build` makes it; `node src/main.ts` needs none.\n",
  );
  process.exitCode = 2;
} else {
  if (isDaemon() && process.platform === "linux") becomeDaemon();
  await import(program.href);
}

/**
 * Starts the command line over the embedded preset.
 * In: the process. Out: its exit status. Must never hold logic.
 */
import { readFileSync } from "node:fs";
import { createEmbedded } from "./presets/embedded.ts";
import { runCli } from "./surfaces/cli/run-cli.ts";

/** What the program comes with lies beside `src`, and beside `dist` of what is packed. */
const home = new URL("../", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("package.json", home), "utf8")) as {
  readonly version: string;
};

process.exitCode = await runCli({
  words: process.argv.slice(2),
  environment: process.env,
  output: process.stdout,
  error: process.stderr,
  version,
  clock: () => performance.now(),
  ports: () => createEmbedded(home, version),
  onInterrupt: (listener) => {
    // Whoever ends it and however: nothing may be left half-done, no tool left running.
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, listener);
  },
  onHangup: (listener) => {
    process.on("SIGHUP", listener);
  },
  exit: (status) => process.exit(status),
});

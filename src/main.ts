/**
 * Starts the command line over the embedded preset.
 * In: the process. Out: its exit status. Must never hold logic.
 */
import { readFileSync } from "node:fs";
import { createEmbedded } from "./presets/embedded.ts";
import { runCli } from "./surfaces/cli/run-cli.ts";

/** Read only when asked for: `package.json` is beside `src` and beside `dist`. */
function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

process.exitCode = await runCli({
  words: process.argv.slice(2),
  environment: process.env,
  output: process.stdout,
  error: process.stderr,
  version: version(),
  clock: () => performance.now(),
  ports: createEmbedded,
  onInterrupt: (listener) => {
    // Whoever ends it and however: nothing may be left half-done, no tool left running.
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, listener);
  },
  onHangup: (listener) => {
    process.on("SIGHUP", listener);
  },
  exit: (status) => process.exit(status),
});

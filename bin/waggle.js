#!/usr/bin/env node
/**
 * Starts waggle, or says clearly that this Node is too old. Plain syntax, so that old ones can read it.
 * In: the command line. Out: the exit status of `main`.
 */
const major = Number(process.versions.node.split(".")[0]);
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
} else {
  await import("../dist/main.js");
}

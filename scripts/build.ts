/**
 * Makes what is packed: `dist` with the program as one bundle.
 * In: the sources. Out: `dist`.
 */
import { join } from "node:path";
import { bundleProgram } from "./bundle-program.ts";

await bundleProgram(join(import.meta.dirname, "..", "dist"));

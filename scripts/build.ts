/**
 * Bundles the program for its users: few files that hold waggle and the packages it uses, so that
 * a start reads little and a daemon keeps no second copy of what it never runs.
 * In: `src`. Out: `dist/main.js`, `dist/chunks/*` that are loaded when first asked for, the licences
 * and the SBOM of what is inside. Must leave nothing of an older build.
 * Why: docs/decisions/0014-one-bundle.md.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { listBundled, renderLicences, renderSbom } from "./list-bundled.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });

/** Packages in the older format ask for Node's modules and their own place by these names. */
const banner = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url);",
  "const __filename = import.meta.filename, __dirname = import.meta.dirname;",
].join("\n");

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/main.ts"],
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  banner: { js: banner },
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
const bundled = listBundled(root, Object.keys(metafile.inputs));
writeFileSync(join(dist, "third-party-licences.txt"), renderLicences(bundled));
writeFileSync(join(dist, "sbom.cdx.json"), renderSbom(root, bundled));

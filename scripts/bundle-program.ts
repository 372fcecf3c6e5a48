/**
 * Bundles the program as it is shipped: few files that hold waggle and the packages it uses, so
 * that a start reads little and a daemon keeps nothing of what it never runs.
 * In: `src`. Out: in a folder, `main.js`, `chunks/*` that are loaded when first asked for, licences
 * and the SBOM of what is inside. Must leave nothing of an older build.
 * Why: docs/decisions/0014-one-bundle.md.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { listBundled, renderLicences, renderSbom } from "./list-bundled.ts";

const root = join(import.meta.dirname, "..");

/** Packages in the older format ask for Node's modules and their own place by these names. */
const banner = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url);",
  "const __filename = import.meta.filename, __dirname = import.meta.dirname;",
].join("\n");

export async function bundleProgram(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    outdir: folder,
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
  writeFileSync(join(folder, "third-party-licences.txt"), renderLicences(bundled));
  writeFileSync(join(folder, "sbom.cdx.json"), renderSbom(root, bundled));
}

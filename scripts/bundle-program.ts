/**
 * Bundles the program as it is shipped: few files that hold waggle and the packages it uses, so
 * that a start reads little and a daemon keeps nothing of what it never runs.
 * In: `src`. Out: in a folder, `main.js`, `chunks/*` that are loaded when first asked for, licences
 * and the SBOM of what is inside. Must leave nothing of an older build.
 * Why: docs/decisions/0014-one-bundle.md.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
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
  const { metafile, outputFiles } = await build({
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
    write: false,
    logLevel: "warning",
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, escapeWide(text));
  }
  const bundled = listBundled(root, Object.keys(metafile.inputs));
  writeFileSync(join(folder, "third-party-licences.txt"), renderLicences(bundled));
  writeFileSync(join(folder, "sbom.cdx.json"), renderSbom(root, bundled));
}

/**
 * V8 keeps a text at two bytes a letter when one of its letters is beyond Latin-1. Strings are
 * escaped already; such letters are left in comments and regular expressions.
 */
function escapeWide(text: string): string {
  return text.replace(/[^\u0000-\u00ff]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

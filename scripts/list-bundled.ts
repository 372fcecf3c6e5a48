/**
 * Lists the packages that are inside the bundle: nobody who looks at an installation sees them.
 * In: the files that were bundled. Out: packages with version and licence; the texts of the
 * licences, which their terms want beside the copy; a CycloneDX SBOM for scanners.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Bundled {
  readonly name: string;
  readonly version: string;
  /** SPDX. */
  readonly licence: string;
  readonly licenceText: string;
}

const modules = "node_modules/";

/** **Errors**: a package that names no licence must not be shipped. */
export function listBundled(root: string, files: readonly string[]): readonly Bundled[] {
  const folders = new Set(files.flatMap(folderOf));
  return [...folders].sort().map((folder) => describe(root, folder));
}

/** `node_modules/a/node_modules/@b/c/index.js`: what is innermost. */
function folderOf(file: string): readonly string[] {
  const start = file.lastIndexOf(modules);
  if (start === -1) return [];
  const [first = "", second = ""] = file.slice(start + modules.length).split("/");
  const name = first.startsWith("@") ? `${first}/${second}` : first;
  return [file.slice(0, start + modules.length) + name];
}

function describe(root: string, folder: string): Bundled {
  const path = join(root, folder);
  const { name, version, license, ...about } = readManifest(path);
  if (license === undefined) throw new Error(`${folder} names no licence`);
  const file = readdirSync(path).find((one) => /^licen[cs]e(?:\.|$)/i.test(one));
  const licenceText =
    file === undefined
      ? `The package brings no text of its own; it comes from ${about.homepage ?? name}.`
      : readFileSync(join(path, file), "utf8").trim();
  return { name, version, licence: license, licenceText };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly homepage?: string;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

export function renderLicences(bundled: readonly Bundled[]): string {
  const parts = bundled.map(({ name, version, licence, licenceText }) => {
    return `${name} ${version} (${licence})\n\n${licenceText}\n`;
  });
  const about = "waggle is distributed with these packages inside, under their own terms.\n";
  return [about, ...parts].join(`\n${"-".repeat(72)}\n\n`);
}

/** **Source**: CycloneDX 1.6. Without times and serial numbers: equal builds are equal files. */
export function renderSbom(root: string, bundled: readonly Bundled[]): string {
  const { name, version, license = "" } = readManifest(root);
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: component("application", { name, version, licence: license }) },
    components: bundled.map((one) => component("library", one)),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function component(
  type: "application" | "library",
  { name, version, licence }: Omit<Bundled, "licenceText">,
): object {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return { type, "bom-ref": purl, name, version, licenses: [{ expression: licence }], purl };
}

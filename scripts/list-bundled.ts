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

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly author?: string | { readonly name: string };
  readonly contributors?: readonly (string | { readonly name: string })[];
}

const modules = "node_modules/";

/** **Errors**: a package without a licence, or without its text, must not be shipped. */
export function listBundled(root: string, files: readonly string[]): readonly Bundled[] {
  const folders = [...new Set(files.flatMap(folderOf))].sort().map((one) => join(root, one));
  const found = folders.map((folder) => {
    const manifest = readManifest(folder);
    return { manifest, licence: licenceOf(folder, manifest), text: readTexts(folder) };
  });
  const standard = new Map<string, string>();
  for (const { licence, text } of found) {
    if (text !== "") standard.set(licence, withoutHolders(text));
  }
  const byId = new Map<string, Bundled>();
  for (const { manifest, licence, text } of found) {
    const { name, version } = manifest;
    const licenceText = text || standardText(manifest, standard.get(licence));
    byId.set(`${name}@${version}`, { name, version, licence, licenceText });
  }
  return [...byId.values()];
}

/** `node_modules/a/node_modules/@b/c/index.js`: what is innermost. */
function folderOf(file: string): readonly string[] {
  const start = file.lastIndexOf(modules);
  if (start === -1) return [];
  const [first = "", second = ""] = file.slice(start + modules.length).split("/");
  const name = first.startsWith("@") ? `${first}/${second}` : first;
  return [file.slice(0, start + modules.length) + name];
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

function licenceOf(folder: string, { license }: Manifest): string {
  if (typeof license === "string" && /^[\w.+() -]+$/.test(license)) return license;
  throw new Error(`${folder} names no licence of SPDX`);
}

/** Notices too, which some licences want to be handed on; "" where there is none. */
function readTexts(folder: string): string {
  const names = readdirSync(folder).filter((one) => /^(?:licen[cs]e|copying|notice)\b/i.test(one));
  return names.map((name) => readFileSync(join(folder, name), "utf8").trim()).join("\n\n");
}

const holder = /^.*copyright (?:\(c\)|©|\d).*\n?/gim;

function withoutHolders(text: string): string {
  return text.replace(holder, "").replace(/\n{3,}/g, "\n\n");
}

/** Of a package that brings none: what others have under the same licence, with its authors. */
function standardText(manifest: Manifest, text: string | undefined): string {
  const { author, contributors = [] } = manifest;
  const authors = [author ?? [], contributors].flat().map((one) => {
    return typeof one === "string" ? one.replace(/\s*[<(].*$/, "") : one.name;
  });
  if (text === undefined || authors.length === 0) {
    throw new Error(`${manifest.name} has no text of its licence`);
  }
  return `Copyright (c) ${authors.join(", ")}\n\n${text}`;
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
  const manifest = readManifest(root);
  const { name, version } = manifest;
  const own = { name, version, licence: licenceOf(root, manifest) };
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: component("application", own) },
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

/**
 * Holds the decoding of one element of Syft's `files`.
 * In: the parsed element of any schema. Out: path, id and what is known of the file.
 * Must never keep digests, owners and sizes: a document can list millions of files.
 */
import { absolutePath } from "./container-path.ts";
import type { ImageFile } from "./image.ts";
import type { Faults, JsonObject } from "./json-value.ts";
import { readNumber, readObject, readRequiredText, readText, readTexts } from "./json-value.ts";

export interface SyftFile {
  readonly id: string;
  readonly file: ImageFile;
}

const noLibraries: readonly string[] = [];

const programTypes: ReadonlySet<string> = new Set([
  "application/x-sharedlib",
  "application/x-executable",
  "application/x-pie-executable",
  "application/x-object",
  "application/x-elf",
  "application/x-mach-binary",
  "application/vnd.microsoft.portable-executable",
]);

/** Undefined when the element has no path; `faults` then says so. */
export function decodeSyftFile(record: JsonObject, faults: Faults): SyftFile | undefined {
  const location = readObject(record, "location", faults) ?? record;
  // A scan of a directory lists the directory itself with an empty path.
  const path = location["path"] === "" ? "/" : readRequiredText(location, "path", faults);
  if (path === "") return undefined;
  const metadata = readObject(record, "metadata", faults) ?? {};
  const executable = readObject(record, "executable", faults);
  const mimeType = readText(metadata, "mimeType", faults) || readText(metadata, "MIMEType", faults);
  const libraries =
    executable === undefined ? [] : readTexts(executable, "importedLibraries", faults);
  const kind = fileKind(metadata, faults);
  const isHardLink = kind === "hardlink";
  const type =
    kind === ""
      ? typeOfMode(readNumber(metadata, "mode", faults))
      : (typeNames.get(kind) ?? "other");
  const target =
    readText(metadata, "linkDestination", faults) || readText(metadata, "LinkDestination", faults);
  const keepsTarget = type === "symlink" || isHardLink;
  return {
    id: readText(record, "id", faults),
    file: {
      path: absolutePath(path),
      type,
      linkTarget: !keepsTarget ? "" : isHardLink ? absolutePath(target) : target,
      importedLibraries: libraries.length === 0 ? noLibraries : libraries,
      executable: executable !== undefined || programTypes.has(mimeType),
      mimeType,
    },
  };
}

const typeNames: ReadonlyMap<string, ImageFile["type"]> = new Map([
  ["regularfile", "file"],
  ["hardlink", "file"],
  ["file", "file"],
  ["symboliclink", "symlink"],
  ["symlink", "symlink"],
  ["directory", "directory"],
]);

/** By number, as some releases write the kind. **Source**: stereoscope, `file.Type`. */
const numberedKinds: readonly string[] = [
  "regularfile",
  "hardlink",
  "symboliclink",
  "characterdevice",
  "blockdevice",
  "directory",
  "fifonode",
  "socket",
  "irregularfile",
];

/** In small letters; "" when the document leaves it to the mode. Some releases wrote `Type`. */
function fileKind(metadata: JsonObject, faults: Faults): string {
  const number = metadata["Type"];
  if (typeof number === "number") return numberedKinds[number] ?? "irregularfile";
  const name = readText(metadata, "type", faults) || readText(metadata, "Type", faults);
  return name.toLowerCase();
}

/**
 * Syft writes Go's file mode in octal digits as if they were a decimal number: 644 is a file,
 * 1000000777 a link, 20000000755 a directory. **Source**: Go, `io/fs.FileMode`.
 */
function typeOfMode(mode: number | undefined): ImageFile["type"] {
  if (mode === undefined || !/^[0-7]+$/.test(String(mode))) return "file";
  const bits = Number.parseInt(String(mode), 8);
  const has = (bit: number) => Math.floor(bits / 2 ** bit) % 2 === 1;
  if (has(31)) return "directory";
  if (has(27)) return "symlink";
  return has(26) || has(25) || has(24) || has(21) || has(19) ? "other" : "file";
}

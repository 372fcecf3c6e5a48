/**
 * Holds what kind of file a path is, which decides what touching it can prove.
 * In: a canonical path, and what the SBOM knows of the file. Out: its class.
 * Must never look at who owns or who touched the file: that is `ecosystems/` and `weigh-use.ts`.
 */
import { baseName } from "../inventory/container-path.ts";
import type { ImageFile } from "../inventory/image.ts";
import type { Language } from "./runtimes.ts";

/**
 * `never`: touching it proves nothing (documentation, package databases, headers, licences).
 * `config`: read by many who run nothing of the package. `directory`: not a file at all.
 */
export type FileClass =
  | { readonly kind: "elf" | "data" | "config" | "never" | "directory" }
  | { readonly kind: "interpreted" | "archive"; readonly language: Language };

/** Directories of `/usr/share` that only people, shells and desktops look into. */
const documentation = words(
  "doc doc-base man info locale lintian bash-completion zsh fish bug menu applications pixmaps",
  "icons common-licenses licenses gtk-doc help metainfo appdata reportbug",
);

const packageDatabase = new RegExp(
  [
    "^/var/lib/(?:dpkg|rpm|apk|pacman|portage|yum|dnf|apt)(?:/|$)",
    // Not all of it: some applications are installed there.
    "^/var/cache/(?:apt|apk|debconf|dictionaries-common|dnf|fontconfig|ldconfig|man)(?:/|$)",
    "^/var/cache/(?:libdnf5|pacman|PackageKit|swcatalog|app-info|yum|zypp)(?:/|$)",
    "^(?:/usr)?/lib/(?:apk/db|sysimage/rpm|opkg)(?:/|$)",
  ].join("|"),
);

/** Read by a package's tools, the boot or a compiler, and by nothing that runs its code. */
const supportFile = new RegExp(
  [
    "^(?:/usr)?/lib/(?:systemd|tmpfiles\\.d|sysusers\\.d|sysctl\\.d|udev|pkgconfig|cmake)/",
    "^/usr/include/",
    "^/usr/share/(?:pkgconfig|aclocal|cmake|gir-1\\.0|vala)/",
    "/lib/[^/]+/(?:pkgconfig|cmake)/",
  ].join("|"),
);

const supportExtensions = words("h hh hpp hxx inl a la pc cmake m4 pyi map gir vapi orig md");
const supportName = /\.d\.[mc]?ts$|^py\.typed$/;

const licenceNames = words(
  "license licence copying copyright readme changelog changes notice authors contributors",
  "contributing history security news todo",
);
const textExtensions = words("md txt rst html markdown gz adoc");

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(" ").split(" "));
}

const languageByExtension: ReadonlyMap<string, Language> = new Map([
  ...each("python", ["py", "pyc", "pyo", "pth", "pyw", "pyz"]),
  ...each("javascript", ["js", "cjs", "mjs", "jsx", "ts", "mts", "cts", "tsx", "wasm", "coffee"]),
  ...each("ruby", ["rb", "rbc", "erb", "ru", "rake"]),
  ...each("php", ["php", "phtml", "php3", "php4", "php5", "php7", "inc"]),
  ...each("perl", ["pl", "pm", "al", "ph", "xs"]),
  ...each("lua", ["lua", "luac"]),
  ...each("dotnet", ["dll", "exe", "winmd"]),
  ...each("java", ["class", "jsa"]),
  ...each("r", ["r", "rdb", "rdx", "rds", "rda"]),
  ...each("erlang", ["beam", "boot"]),
  ...each("tcl", ["tcl", "tm"]),
  ...each("shell", ["sh", "bash", "zsh", "ksh"]),
]);

const archiveLanguage: ReadonlyMap<string, Language> = new Map([
  ...each("java", ["jar", "war", "ear", "sar", "par", "hpi", "jpi", "jmod", "kar", "nar"]),
  ...each("python", ["egg", "whl"]),
  ...each("php", ["phar"]),
  ...each("javascript", ["asar"]),
]);

const languageByMime: ReadonlyMap<string, Language> = new Map([
  ["text/x-python", "python"],
  ["text/x-perl", "perl"],
  ["text/x-ruby", "ruby"],
  ["text/x-php", "php"],
  ["text/x-lua", "lua"],
  ["text/x-tcl", "tcl"],
  ["text/x-shellscript", "shell"],
  ["application/javascript", "javascript"],
  ["text/javascript", "javascript"],
]);

function each(language: Language, extensions: readonly string[]): (readonly [string, Language])[] {
  return extensions.map((extension) => [extension, language] as const);
}

/** With the name of the distribution, which all kinds of programs ask for. */
const configuration = /^\/(?:usr\/)?etc\/|^\/usr\/lib\/(?:os|[a-z]+)-release$/;

const elfMime = /^application\/x-(?:sharedlib|executable|pie-executable|object|elf|mach-binary)$/;
const sharedObject = /\.so(?:\.[^/]*)?$|\.node$/;
const binaryDirectory = /^(?:\/usr(?:\/local)?)?\/s?bin\/[^/]+$|\/libexec\//;

/** **Cost**: a few regular expressions on one path; callers keep the answer. */
export function classifyFile(path: string, file: ImageFile | undefined): FileClass {
  if (file?.type === "directory") return { kind: "directory" };
  const name = baseName(path);
  if (provesNothing(path, name)) return { kind: "never" };
  if (file !== undefined && isElf(file)) return { kind: "elf" };
  const extension = extensionOf(name);
  const archive = archiveLanguage.get(extension);
  if (archive !== undefined) return { kind: "archive", language: archive };
  if (sharedObject.test(name)) return { kind: "elf" };
  if (configuration.test(path)) return { kind: "config" };
  const language = languageByExtension.get(extension) ?? languageByMime.get(file?.mimeType ?? "");
  if (language !== undefined) return { kind: "interpreted", language };
  if (file?.executable === true) return ofExecutable(file);
  if (binaryDirectory.test(path)) return ofExecutable(file);
  return { kind: "data" };
}

function provesNothing(path: string, name: string): boolean {
  const shared = /^\/usr\/(?:local\/)?share\/([^/]+)/.exec(path)?.[1] ?? "";
  if (documentation.has(shared) || packageDatabase.test(path)) return true;
  if (supportExtensions.has(extensionOf(name)) || supportName.test(name)) return true;
  if (supportFile.test(path)) return true;
  if (binaryDirectory.test(path)) return false;
  return isLicence(name) || isHidden(name);
}

/** Settings of editors, linters and build servers; hidden code is code. */
function isHidden(name: string): boolean {
  return name.startsWith(".") && !languageByExtension.has(extensionOf(name));
}

/** `LICENSE-MIT.txt`, and not `license.py`: what ends like code is code. */
function isLicence(name: string): boolean {
  const extension = extensionOf(name);
  if (extension !== "" && !textExtensions.has(extension)) return false;
  const stem = extension === "" ? name : name.slice(0, -extension.length - 1);
  return licenceNames.has((stem.toLowerCase().split(/[-._]/)[0] ?? "").trim());
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 1 ? "" : name.slice(dot + 1).toLowerCase();
}

function isElf(file: ImageFile): boolean {
  const hasImports = file.importedLibraries.length > 0 && !file.mimeType.includes("microsoft");
  return hasImports || elfMime.test(file.mimeType);
}

/** Without a word about its content a program is taken for machine code. */
function ofExecutable(file: ImageFile | undefined): FileClass {
  const isText = file?.mimeType.startsWith("text/") === true;
  return isText ? { kind: "interpreted", language: "shell" } : { kind: "elf" };
}

/**
 * Holds the reading of package URLs and the names Syft gives to package types.
 * In: text such as `pkg:deb/debian/zlib1g@1.2?distro=debian-11`. Out: its parts, decoded.
 * Must never throw on broken escapes.
 */
import type { Distro } from "./image.ts";

export interface Purl {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly qualifiers: ReadonlyMap<string, string>;
}

/** **Errors**: undefined when it is no package URL. **Source**: purl-spec, "How to parse". */
export function parsePurl(text: string): Purl | undefined {
  const match = /^pkg:\/*([a-zA-Z0-9.+-]+)\/([^?#]*)(?:\?([^#]*))?/.exec(text);
  if (match === null) return undefined;
  const [, type = "", rest = "", query = ""] = match;
  const at = rest.lastIndexOf("@");
  const hasVersion = at > 0 && !rest.slice(at).includes("/");
  const parts = (hasVersion ? rest.slice(0, at) : rest).split("/").filter((one) => one !== "");
  const name = decodeEscapes(parts.at(-1) ?? "");
  if (name === "") return undefined;
  return {
    type: type.toLowerCase(),
    namespace: parts.slice(0, -1).map(decodeEscapes).join("/"),
    name,
    version: hasVersion ? decodeEscapes(rest.slice(at + 1)) : "",
    qualifiers: new Map(
      query
        .split("&")
        .filter((one) => one.includes("="))
        .map((one) => [
          one.slice(0, one.indexOf("=")).toLowerCase(),
          decodeEscapes(one.slice(one.indexOf("=") + 1)),
        ]),
    ),
  };
}

function decodeEscapes(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign: then the text was never escaped.
    return text;
  }
}

const syftTypes: ReadonlyMap<string, string> = new Map([
  ["pypi", "python"],
  // Syft before 0.61 named what is `apk` today.
  ["alpine", "apk"],
  ["maven", "java-archive"],
  ["golang", "go-module"],
  ["cargo", "rust-crate"],
  ["composer", "php-composer"],
  ["nuget", "dotnet"],
  ["generic", "binary"],
  ["cocoapods", "pod"],
  ["pub", "dart-pub"],
  ["luarocks", "lua-rocks"],
  ["cran", "R-package"],
  ["ebuild", "portage"],
  ["otp", "erlang-otp"],
  ["github", "github-action"],
]);

/** Types of purls that name an image and no package. */
const imageTypes: ReadonlySet<string> = new Set(["oci", "docker"]);

export function isImagePurl(purl: Purl): boolean {
  return imageTypes.has(purl.type);
}

/** Syft's name of a package type; types it does not rename (deb, rpm, npm, gem, …) as they are. */
export function syftType(purl: Purl): string {
  return syftTypes.get(purl.type) ?? purl.type;
}

/** The distribution that the first package URL with a `distro` names. */
export function distroOf(packages: Iterable<{ readonly purl: string }>): Distro | undefined {
  for (const { purl } of packages) {
    const parsed = purl.includes("distro=") ? parsePurl(purl) : undefined;
    const distro = parsed === undefined ? undefined : purlDistro(parsed);
    if (distro !== undefined) return distro;
  }
  return undefined;
}

/** `distro=debian-11` of an operating-system package. */
function purlDistro(purl: Purl): Distro | undefined {
  const distro = purl.qualifiers.get("distro") ?? "";
  const match = /^(.+?)-(\d.*)$/.exec(distro);
  if (distro === "" || (match === null && !["deb", "rpm", "apk", "alpm"].includes(purl.type))) {
    return undefined;
  }
  return { id: match?.[1] ?? distro, version: match?.[2] ?? "", idLike: [] };
}

/**
 * Name of the source package by the `upstream` qualifier: `glibc`, `glibc@2.31` or
 * `zlib-1.2.11-21.el8.src.rpm`; "" when absent.
 */
export function purlSource(purl: Purl): string {
  const upstream = purl.qualifiers.get("upstream") ?? "";
  return upstream.endsWith(".rpm")
    ? sourceRpmName(upstream)
    : (upstream.split("@")[0] ?? "").trim();
}

/** `bash` of `bash-5.1.8-6.el9.src.rpm`: name, version and release are split from the right. */
export function sourceRpmName(file: string): string {
  return /^(.+)-[^-]+-[^-]+\.rpm$/.exec(file)?.[1] ?? file;
}

/**
 * Holds how image references are taken apart and compared.
 * In: a reference as runtimes, clusters and scanners write it. Out: repository, tag, digest.
 * Must never take a path of a file system for a repository.
 */
import { baseName } from "../inventory/container-path.ts";
export interface ImageReference {
  /** With registry, Docker Hub's spelled out; "" when the text is no reference. */
  readonly repository: string;
  /** "" when absent: what runs then is whatever `latest` meant at that time. */
  readonly tag: string;
  /** `sha256:…`, "" when absent. */
  readonly digest: string;
  /** Last part of the repository or path, for comparing by name alone. */
  readonly baseName: string;
}

const digestPattern = /(sha256:[0-9a-f]{64})\s*$/i;

/**
 * **Source**: distribution/reference, as registries take it. **Errors**: none; a path of a file
 * system gives only its base name.
 */
export function parseReference(text: string): ImageReference {
  const plain = text.trim().replace(/^[a-z-]+:\/\//, "");
  const digest = digestOf(plain);
  const rest = plain.replace(/@?sha256:[0-9a-f]{64}$/i, "").replace(/\/+$/, "");
  if (rest === "" || /^[./~]/.test(rest)) {
    return { repository: "", tag: "", digest, baseName: fileBaseName(rest) };
  }
  const slash = rest.lastIndexOf("/");
  const colon = rest.indexOf(":", slash + 1);
  const repository = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? "" : rest.slice(colon + 1);
  return { repository: spellOut(repository), tag, digest, baseName: repository.slice(slash + 1) };
}

/** The digest at the end of `name@sha256:…` or of a bare one; "" when there is none. */
export function digestOf(text: string): string {
  return digestPattern.exec(text)?.[1]?.toLowerCase() ?? "";
}

/** Same repository and tag; a missing tag means `latest`. */
export function isSameReference(a: ImageReference, b: ImageReference): boolean {
  if (a.repository === "" || a.repository !== b.repository) return false;
  const tagOf = ({ tag, digest }: ImageReference) => (tag === "" && digest === "" ? "latest" : tag);
  return tagOf(a) === tagOf(b);
}

function spellOut(repository: string): string {
  const [first = "", ...others] = repository.split("/");
  const hasRegistry = others.length > 0 && (/[.:]/.test(first) || first === "localhost");
  if (!hasRegistry) {
    return others.length === 0 ? `docker.io/library/${repository}` : `docker.io/${repository}`;
  }
  return first === "index.docker.io" ? `docker.io/${others.join("/")}` : repository;
}

/** `/images/redis.tar` → `redis`. */
function fileBaseName(path: string): string {
  const name = baseName(path);
  return name.replace(/\.(?:tar|tgz|tar\.gz|oci|sif)$/i, "");
}

/**
 * Holds which roles a program has, by its name, its applet and what its arguments show.
 * In: binary and words of a process. Out: a set of roles, the same object for the same roles.
 * Must never trust a name alone where the arguments show another program under it, nor give
 * `server`: only what listens or accepts is one, or is known to do nothing else.
 */
import { baseName } from "../../inventory/container-path.ts";
import { programNames } from "./program-names.ts";
import type { Role } from "./subject.ts";

const byName = buildNames();
const none: ReadonlySet<Role> = new Set();

/** Sets are shared: so few differ that each gets one object. */
const shared = new Map<string, ReadonlySet<Role>>();
const sharedCountMax = 4096;

/**
 * **Cost**: one lookup for names that are known. Roles that only `words` can show are looked for
 * where the name says nothing.
 */
export function rolesOf(binary: string, words: () => readonly string[]): ReadonlySet<Role> {
  const name = programOf(baseName(binary), words);
  const known = byName.get(name) ?? byName.get(withoutVersion(name));
  const script = roleOfScript(name);
  if (script !== undefined) return known === undefined ? setOf([script]) : join(known, script);
  return known ?? rolesByConduct(words());
}

/** With one role more. */
export function join(roles: ReadonlySet<Role>, role: Role): ReadonlySet<Role> {
  return roles.has(role) ? roles : setOf([...roles, role]);
}

/** Many tools in one file: the first word says which. */
function programOf(name: string, words: () => readonly string[]): string {
  const isMany = name === "busybox" || name === "toybox" || name === "coreutils";
  if (!isMany) return name.startsWith("-") ? name.slice(1) : name;
  const applet = words().find((word) => !word.startsWith("--"));
  if (applet === undefined || applet.startsWith("-")) return "sh";
  return baseName(applet);
}

/** `python3.11`, `php-fpm8.2`, `gcc-12`, `ruby3.1`, `lua5.4`. */
function withoutVersion(name: string): string {
  return name.replace(/[-.]?\d[\d.]*(?:-(?:openbsd|traditional|minimal|dbg))?$/, "");
}

const scripts: readonly (readonly [RegExp, Role])[] = [
  [/\.(?:sh|bash|zsh|ksh|command)$/, "shell"],
  [/\.(?:py|pyc|pl|rb|js|mjs|cjs|php|lua|tcl|awk|jar|phar|ps1|groovy)$/, "interpreter"],
];

function roleOfScript(name: string): Role | undefined {
  return scripts.find(([pattern]) => pattern.test(name))?.[1];
}

/** Copies under another name give themselves away by what they are told to do. */
function rolesByConduct(words: readonly string[]): ReadonlySet<Role> {
  if (words.length === 0) return none;
  const code = words[words.findIndex((word) => /^-[a-zA-Z]*[ce]$/.test(word)) + 1] ?? "";
  const isInline = words.some((word) => /^-[a-zA-Z]*[ce]$/.test(word));
  if (isInline && /\bimport\s+\w|\brequire\b|\buse\s+\w+::|\bsocket\b.*\(/.test(code)) {
    return setOf(["interpreter"]);
  }
  if (isInline && /[|;&<>`$]|^\S+ \S/.test(code)) return setOf(["shell"]);
  if (words.length <= 2 && words.every((word) => /^(?:-i|-il|-li|--noprofile|--norc)$/.test(word)))
    return setOf(["shell"]);
  const hasUrl = words.some((word) => /^(?:https?|ftp):\/\//.test(word));
  const fetches = words.some((word) =>
    /^(?:-[fsSLkqO]{2,}o?|-O|-o|-q|-qO-|-O-|--output(?:=.*)?|--no-check-certificate)$/.test(word),
  );
  if (hasUrl && fetches) return setOf(["fetcher"]);
  if (words.some((word) => /^(?:--exec|--sh-exec|-[nvzul]*e)$/.test(word)) && hasEnd(words)) {
    return setOf(["network-tool"]);
  }
  return none;
}

/** A host and a port, as tools for raw connections are given them. */
function hasEnd(words: readonly string[]): boolean {
  const at = words.findIndex((word) =>
    /^\d{1,3}(?:\.\d{1,3}){3}$|^[\w-]+(?:\.[\w-]+)+$/.test(word),
  );
  return at >= 0 && /^\d{1,5}$/.test(words[at + 1] ?? "");
}

/** The shared set of these roles. */
export function roleSet(roles: readonly Role[]): ReadonlySet<Role> {
  return setOf(roles);
}

function setOf(roles: readonly Role[]): ReadonlySet<Role> {
  const key = [...new Set(roles)].sort().join(" ");
  const known = shared.get(key);
  if (known !== undefined) return known;
  const made: ReadonlySet<Role> = new Set(roles);
  if (shared.size < sharedCountMax) shared.set(key, made);
  return made;
}

function buildNames(): ReadonlyMap<string, ReadonlySet<Role>> {
  const lists = new Map<string, Role[]>();
  for (const [role, names] of Object.entries(programNames) as [Role, string][]) {
    for (const name of names.split(/\s+/)) {
      const roles = lists.get(name);
      if (roles === undefined) lists.set(name, [role]);
      else if (!roles.includes(role)) roles.push(role);
    }
  }
  return new Map([...lists].map(([name, roles]) => [name, new Set(roles)]));
}

/**
 * Holds how installed Python distributions own files: RECORD, eggs, top-level modules.
 * In: a package. Out: its claims.
 * Must never take the metadata that every start of `pkg_resources` reads for use.
 */
import type { Package } from "../../inventory/image.ts";
import { type Claim, claimAll, type Ecosystem, guessAll, placesOf } from "./ecosystem.ts";
import { listedFiles } from "./listed-files.ts";

const metadata =
  /\.(?:dist-info|egg-info)(?:\/|$)|\/EGG-INFO(?:\/|$)|\.egg-link$|\/easy-install\.pth$/;

function claims(one: Package): readonly Claim[] {
  const listed = listedFiles(one).filter(({ path }) => !metadata.test(path));
  const eggs = placesOf(one).flatMap(eggClaims);
  if (listed.length > 0 || eggs.length > 0) return [...listed, ...eggs];
  return one.roots.flatMap(moduleClaims);
}

/** `x.egg/EGG-INFO/PKG-INFO` in a directory, `x.egg` or `x.egg:EGG-INFO/PKG-INFO` when zipped. */
function eggClaims(place: string): readonly Claim[] {
  const directory = /^(.*\.egg)\/EGG-INFO(?:\/|$)/.exec(place)?.[1];
  if (directory !== undefined) return claimAll("tree", [directory]);
  const archive = /^(.*\.(?:egg|whl))(?::.*)?$/.exec(place)?.[1];
  return archive === undefined ? [] : claimAll("archive", [archive]);
}

/** Without a file list a top-level module is a directory or one file of that name. */
function moduleClaims(root: string): readonly Claim[] {
  return [...claimAll("tree", [root]), ...guessAll("file", [`${root}.py`, `${root}.so`])];
}

export const pythonEcosystem: Ecosystem = {
  types: ["python"],
  claims,
  isMetadata: (path) => metadata.test(path),
};

/** Source of a byte-code file: `d/__pycache__/x.cpython-39.opt-1.pyc` → `d/x.py`. */
export function sourceOfByteCode(path: string): string | undefined {
  const match = /^(.*)\/__pycache__\/([^/]+?)\.(?:[a-z]+-?\d[\w]*)(?:\.opt-[\w]+)?\.py[co]$/.exec(
    path,
  );
  if (match !== null) return `${match[1]}/${match[2]}.py`;
  return /\.py[co]$/.test(path) && !path.includes("/__pycache__/") ? path.slice(0, -1) : undefined;
}

/** `d/x.cpython-39-x86_64-linux-gnu.so`, `d/x.abi3.so` → `d/x.so`, as claims without a list say. */
export function plainModule(path: string): string | undefined {
  const match = /^(.*\/[^/.]+)\.(?:(?:cpython|pypy|graalpy)[-\w]*|abi3)\.so$/.exec(path);
  return match === null ? undefined : `${match[1]}.so`;
}

/**
 * Holds the claims of all packages of an image, by path and by directory.
 * In: an SBOM and its paths. Out: owners of exact paths, and of the trees over a path.
 * Must never let a tree reach through another package of its kind, or over system directories.
 */
import type { Package, Sbom } from "../inventory/image.ts";
import type { Claim, ClaimKind, Ecosystem } from "./ecosystems/ecosystem.ts";
import { ecosystemOf } from "./ecosystems/table.ts";
import type { ImagePaths } from "./image-paths.ts";

export interface Owner {
  readonly package: Package;
  readonly ecosystem: Ecosystem;
  readonly kind: ClaimKind;
  /** Several packages claim the same thing, and what is touched cannot tell them apart. */
  readonly isShared: boolean;
  /** Claimed by a convention: the file may not exist. */
  readonly isGuess?: boolean;
}

export interface OwnerIndex {
  readonly byPath: ReadonlyMap<string, readonly Owner[]>;
  readonly byTree: ReadonlyMap<string, readonly Owner[]>;
  /** Per ecosystem the owners of the nearest tree that a path lies in. */
  treesOver(path: string): readonly Owner[];
}

/** A manifest that lies there would claim what all others own. */
const systemDirectory = new RegExp(
  [
    "^/(?:usr(?:/local)?/)?(?:s?bin|lib(?:32|64|x32)?|share|include|libexec)$",
    "^/usr(?:/local)?$",
    "^/(?:etc|var|var/lib|opt|home|root|tmp|srv|proc|sys|dev|run)?$",
  ].join("|"),
);

export function createOwnerIndex(sbom: Sbom, paths: ImagePaths): OwnerIndex {
  const byPath = new Map<string, Owner[]>();
  const byTree = new Map<string, Owner[]>();
  for (const one of sbom.packages) {
    const ecosystem = ecosystemOf(one.type);
    for (const claim of ecosystem.claims(one)) {
      const key = keyOf(claim, paths);
      if (claim.kind === "tree" && systemDirectory.test(key)) continue;
      const owner: Owner = {
        package: one,
        ecosystem,
        kind: claim.kind,
        isShared: false,
        isGuess: claim.isGuess === true,
      };
      addOwner(claim.kind === "tree" ? byTree : byPath, key, owner);
    }
  }
  for (const owners of byPath.values()) markNested(owners);
  for (const owners of byTree.values()) markShared(owners);
  return { byPath, byTree, treesOver: (path) => treesOver(path, byTree) };
}

function keyOf({ kind, path }: Claim, paths: ImagePaths): string {
  return kind === "tree" ? paths.resolve(path) : paths.resolveParent(path);
}

function addOwner(map: Map<string, Owner[]>, key: string, owner: Owner): void {
  const owners = map.get(key);
  if (owners === undefined) map.set(key, [owner]);
  else if (!owners.some((one) => one.package === owner.package)) owners.push(owner);
}

/** An archive that holds further packages says nothing about which of them is used. */
function markNested(owners: Owner[]): void {
  const archives = owners.filter(({ kind }) => kind === "archive" || kind === "nested");
  if (!archives.some(({ kind }) => kind === "archive") || countNames(archives) < 2) return;
  for (const [at, owner] of owners.entries()) {
    if (owner.kind === "archive") owners[at] = { ...owner, kind: "nested" };
  }
}

/** Namespace packages without file lists claim the same directory. */
function markShared(owners: Owner[]): void {
  for (const [at, owner] of owners.entries()) {
    const alike = owners.filter(({ ecosystem }) => ecosystem === owner.ecosystem);
    if (countNames(alike) > 1) owners[at] = { ...owner, isShared: true };
  }
}

function countNames(owners: readonly Owner[]): number {
  return new Set(owners.map((owner) => `${owner.package.name}\n${owner.package.version}`)).size;
}

function treesOver(path: string, byTree: ReadonlyMap<string, readonly Owner[]>): readonly Owner[] {
  if (byTree.size === 0) return [];
  const found: Owner[] = [];
  const closed = new Set<Ecosystem>();
  const barriers = new Set<string>();
  let at = path;
  for (let slash = at.lastIndexOf("/"); slash > 0; slash = at.lastIndexOf("/")) {
    at = at.slice(0, slash);
    const here = byTree.get(at) ?? [];
    for (const owner of here) {
      if (closed.has(owner.ecosystem) || barriers.has(owner.ecosystem.barrier ?? "")) continue;
      found.push(owner);
    }
    for (const { ecosystem } of here) closed.add(ecosystem);
    barriers.add(at.slice(at.lastIndexOf("/") + 1));
  }
  return found;
}

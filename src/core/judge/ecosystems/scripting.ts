/**
 * Holds packages of scripting languages that live in a directory of their own.
 * In: a package. Out: its claims. Gems, Composer and WordPress packages, Lua rocks, R and Erlang.
 * Must never take a manifest or a lock file for use.
 */
import { baseName, directoryOf } from "../../inventory/container-path.ts";
import type { Package } from "../../inventory/image.ts";
import {
  ancestorOf,
  type Claim,
  claimAll,
  type Ecosystem,
  guessAll,
  placesOf,
} from "./ecosystem.ts";
import { listedFiles } from "./listed-files.ts";

function treesOf(paths: readonly (string | undefined)[]): readonly Claim[] {
  const known = paths.filter((path) => path !== undefined && path !== "/" && path !== "");
  return claimAll("tree", [...new Set(known.filter((path) => path !== undefined))]);
}

/** Gems of Ruby itself and of a distribution may have no directory of their own. */
const sharedLibraries = /\/specifications\/default\/|\/rubygems-integration\//;

/** `specifications/x-1.0.gemspec` → `gems/x-1.0` and its built extensions. */
function gemClaims(one: Package): readonly Claim[] {
  const places = placesOf(one);
  const own = places.flatMap((place) => gemPlaceClaims(place, one));
  const isElsewhere = places.some((place) => sharedLibraries.test(place));
  return [...(isElsewhere ? guessAll("tree", one.roots) : treesOf(one.roots)), ...own];
}

function gemPlaceClaims(place: string, one: Package): readonly Claim[] {
  const match = /^(.*)\/specifications\/(default\/)?([^/]+)\.gemspec$/.exec(place);
  if (match !== null && match[2] === undefined) {
    const [, home = "", , full = ""] = match;
    const integrated = home.includes("/rubygems-integration/");
    return integrated
      ? libraryClaims("/usr/lib/ruby/vendor_ruby", one.name)
      : treesOf([`${home}/gems/${full}`, ...extensionTrees(home, full)]);
  }
  const standard = /^(.*\/ruby)\/gems\/([\d.]+)\/specifications\/default\//.exec(place);
  if (standard !== null) return libraryClaims(`${standard[1]}/${standard[2]}`, one.name);
  const own = /^(.*\/gems\/[^/]+)\/[^/]+\.gemspec$/.exec(place)?.[1];
  return treesOf([own]);
}

/** `…/ruby/3.1.0` is told by the home; the platform directory is not, so the usual ones are. */
function extensionTrees(home: string, full: string): readonly string[] {
  const abi = /\/(\d+\.\d+\.\d+)$/.exec(home)?.[1] ?? "";
  if (abi === "") return [];
  const platforms = ["x86_64-linux", "aarch64-linux", "x86_64-linux-musl", "aarch64-linux-musl"];
  const gnu = ["x86_64-linux-gnu", "aarch64-linux-gnu"];
  return [...platforms, ...gnu].map((one) => `${home}/extensions/${one}/${abi}/${full}`);
}

/** Gems of the standard library and of distributions share one directory of libraries. */
function libraryClaims(directory: string, name: string): readonly Claim[] {
  const path = `${directory}/${name.replaceAll("-", "/")}`;
  return [
    ...guessAll("tree", [path]),
    ...guessAll("file", [`${path}.rb`, `${directory}/${name}.rb`]),
  ];
}

export const rubyEcosystem: Ecosystem = {
  types: ["gem"],
  claims: gemClaims,
  isMetadata: (path) => /\.gemspec$|\/(?:Gemfile|Gemfile\.lock|gem_make\.out)$/.test(path),
};

/** `vendor/composer/installed.json` stands beside all packages of `vendor`. */
function composerClaims(one: Package): readonly Claim[] {
  const beside = placesOf(one).map((place) => {
    if (/\/composer\/installed\.(?:json|php)$/.test(place)) return ancestorOf(place, 1);
    return baseName(place) === "composer.lock" ? `${directoryOf(place)}/vendor` : undefined;
  });
  const trees = beside.map((vendor) => (vendor === undefined ? vendor : `${vendor}/${one.name}`));
  return [...listedFiles(one), ...treesOf([...one.roots, ...trees])];
}

export const phpEcosystem: Ecosystem = {
  types: ["php-composer", "php-pecl", "php-pear"],
  claims: composerClaims,
  isMetadata: (path) => /\/(?:composer\.(?:json|lock)|installed\.(?:json|php))$/.test(path),
  barrier: "vendor",
};

/** How far above its manifest the directory of a package is, by type. */
const levelsAboveManifest: Readonly<Record<string, number>> = {
  "wordpress-plugin": 0,
  "lua-rocks": 0,
  "R-package": 0,
  "erlang-otp": 1,
  hex: 1,
  otp: 1,
};

export const manifestTreeEcosystem: Ecosystem = {
  types: Object.keys(levelsAboveManifest),
  claims: (one) => {
    const levelCount = levelsAboveManifest[one.type] ?? 0;
    const places = placesOf(one).filter((path) => !/\.lock$/.test(path));
    const trees = places.map((path) => ancestorOf(path, levelCount));
    return [...listedFiles(one), ...treesOf(trees)];
  },
  isMetadata: (path) => /\/(?:DESCRIPTION|NAMESPACE|INDEX|[^/]+\.(?:app|rockspec))$/.test(path),
};

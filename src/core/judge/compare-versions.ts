/**
 * Holds which version order belongs to which package type.
 * In: Syft's package type and two versions. Out: -1, 0 or 1. A new ecosystem is one line here.
 * Must never throw, and must be a total order for every type and text.
 */
import { compareApk } from "./versions/compare-apk.ts";
import { compareDpkg } from "./versions/compare-dpkg.ts";
import { compareGem } from "./versions/compare-gem.ts";
import { compareMaven } from "./versions/compare-maven.ts";
import { comparePep440 } from "./versions/compare-pep440.ts";
import { compareRpm } from "./versions/compare-rpm.ts";
import { compareSemver } from "./versions/compare-semver.ts";
import type { Order } from "./versions/order.ts";

const orders: ReadonlyMap<string, (a: string, b: string) => Order> = new Map([
  ["deb", compareDpkg],
  ["rpm", compareRpm],
  ["alpm", compareRpm],
  ["apk", compareApk],
  ["portage", compareApk],
  ["python", comparePep440],
  ["conda", comparePep440],
  ["gem", compareGem],
  ["npm", compareSemver],
  ["go-module", compareSemver],
  ["rust-crate", compareSemver],
  ["dotnet", compareSemver],
  ["dart-pub", compareSemver],
  ["hex", compareSemver],
  ["swift", compareSemver],
  ["pod", compareSemver],
  ["github-action", compareSemver],
  ["github-action-workflow", compareSemver],
]);

/**
 * Compares as the ecosystem of the type does; types without an order of their own (java-archive,
 * php-composer, binary, …) compare as Maven does, which reads numbers and words of any scheme.
 */
export function compareVersions(type: string, a: string, b: string): Order {
  if (a === b) return 0;
  return (orders.get(type) ?? compareMaven)(a, b);
}

/**
 * How many leading numbers two versions share: the length of the release line they have in common
 * (`5.2.9` and `5.2.20` share two).
 */
export function sharedLine(a: string, b: string): number {
  const left = leadingNumbers(a);
  const right = leadingNumbers(b);
  let count = 0;
  while (count < left.length && left[count] === right[count]) count += 1;
  return count;
}

function leadingNumbers(version: string): readonly string[] {
  const plain = version.replace(/^\d+[:!]/, "").replace(/^(?:v|go)(?=\d)/i, "");
  const numbers = /^\d+(?:\.\d+)*/.exec(plain)?.[0] ?? "";
  return numbers === "" ? [] : numbers.split(".").map((number) => number.replace(/^0+(?=\d)/, ""));
}

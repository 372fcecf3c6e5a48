/**
 * Holds about how much kernel memory the filters of a policy take.
 * In: a policy. Out: bytes, rounded up to whole pages.
 * Must never be taken for a measurement: a server that runs tells its own number.
 */
import { byteLength } from "./byte-length.ts";
import type { ArgumentFilter, PolicyHook, PolicySpec } from "./policy-document.ts";

/**
 * **Unit**: bytes. A server's own numbers for recorded policies: 8,608 for the loader, 353,568
 * for one hook with filters, about 9,664 for each further one, 116,056 more where a result is
 * asked for.
 */
const loaderBytes = 8608;
const firstHookBytes = 353_568;
const nextHookBytes = 9664;
const returnBytes = 116_056;

/** Sizes of keys of exact texts. **Source**: Tetragon `bpf/process/string_maps.h`. */
const keySizes = [25, 49, 73, 97, 121, 145, 258, 514, 1026, 2050, 4098];
/** An entry of a hash map, beside its key; a node of a trie of prefixes. */
const entryBytes = 64;
const prefixBytes = 256 + 64;
const postfixBytes = 128 + 64;

const pageBytes = 4096;

/** **Unit**: bytes. */
export function estimateMemory({ loader, hooks }: PolicySpec): number {
  const base = (loader === true ? loaderBytes : 0) + (hooks.length > 0 ? firstHookBytes : 0);
  const more = Math.max(0, hooks.length - 1) * nextHookBytes;
  const all = base + more + hooks.reduce((sum, hook) => sum + sizeOfHook(hook), 0);
  return Math.ceil(all / pageBytes) * pageBytes;
}

function sizeOfHook({ returnType, selectors = [] }: PolicyHook): number {
  const filters = selectors.flatMap(({ matchArgs = [] }) => matchArgs);
  const values = filters.reduce((sum, filter) => sum + sizeOfFilter(filter), 0);
  return values + (returnType === undefined ? 0 : returnBytes);
}

function sizeOfFilter({ operator, values }: ArgumentFilter): number {
  return values.reduce((sum, value) => sum + valueMemory(operator, value), 0);
}

/** **Unit**: bytes that one more value of a filter takes. */
export function valueMemory(operator: ArgumentFilter["operator"], value: string): number {
  if (operator === "Prefix") return prefixBytes;
  if (operator === "Postfix") return postfixBytes;
  if (operator !== "Equal") return 0;
  const length = byteLength(value) + 2;
  return (keySizes.find((size) => length <= size) ?? 4098) + entryBytes;
}

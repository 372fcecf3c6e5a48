/**
 * Holds which Tetragon first understood what a policy says.
 * In: a policy. Out: a version. Must never be older than 1.4, the oldest that waggle reads.
 */
import type { PolicySpec } from "./policy-document.ts";

/**
 * **Source**: the schemas of policies in Tetragon v1.3.0 to v1.7.0: `sockaddr` and `dentry` came
 * with 1.4, `ignore.callNotFound` with 1.5, `sockaddr_un` with 1.7.
 */
export function oldestTetragon({ hooks }: PolicySpec): string {
  const types = hooks.flatMap(({ args }) => args.map(({ type }) => type));
  if (types.includes("sockaddr_un")) return "1.7";
  return hooks.some(({ mayBeMissing }) => mayBeMissing === true) ? "1.5" : "1.4";
}

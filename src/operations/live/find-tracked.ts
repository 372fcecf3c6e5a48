/**
 * Holds how a person names a finding of the history.
 * In: an id or its start, a vulnerability, a package. Out: the tracked findings meant.
 * Must never take one of several for the one that was meant.
 */
import type { TrackedFinding } from "../../core/judge/change/finding-change.ts";
import { shortPlace } from "../../core/report/change/place-name.ts";
import { findNearNames } from "../../core/report/find-near-names.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { HistoryStore } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

/** All of them. **Cost**: one pass over what is kept. */
export async function readTracked(history: HistoryStore): Promise<readonly TrackedFinding[]> {
  const all: TrackedFinding[] = [];
  for await (const one of history.findings()) all.push(one);
  return all;
}

const shortestIdLength = 4;
const namedCountMax = 5;

/**
 * `packageName` "" stands for any. **Order**: of `all`.
 * **Errors**: throws `not-found` with near names.
 */
export function findTracked(
  all: readonly TrackedFinding[],
  query: string,
  packageName: string,
): readonly TrackedFinding[] {
  const found = byId(all, query) ?? byVulnerability(all, query, packageName);
  if (found.length > 0) return found;
  const asked = [query, packageName].filter((one) => one !== "").join(" of ");
  const ids = new Set(all.map(({ vulnerability }) => vulnerability));
  const near = findNearNames(query.toLowerCase(), ids).map((one) => makeVisible(one, 120));
  const hint = near.length === 0 ? "" : ` Near: ${near.join(", ")}.`;
  const message = `"${makeVisible(asked, 120)}" is not in the history (${all.length} findings).`;
  throw new WaggleError("not-found", `${message}${hint}`);
}

/** **Errors**: throws `not-found`; `usage` that lists them where several are meant. */
export function findOneTracked(
  all: readonly TrackedFinding[],
  query: string,
  packageName: string,
): TrackedFinding {
  const [first, ...rest] = findTracked(all, query, packageName);
  if (first !== undefined && rest.length === 0) return first;
  const named = [first, ...rest].slice(0, namedCountMax).map((one) => describe(one));
  const more = rest.length + 1 > namedCountMax ? ", …" : "";
  const asked = makeVisible(query, 120);
  const message = `"${asked}" means ${rest.length + 1} findings: ${named.join(", ")}${more}`;
  throw new WaggleError("usage", `${message}; give the id of one.`);
}

function describe(one: TrackedFinding | undefined): string {
  if (one === undefined) return "";
  return makeVisible(`${one.id} (${one.package} of ${shortPlace(one.workload)})`, 160);
}

function byId(
  all: readonly TrackedFinding[],
  query: string,
): readonly TrackedFinding[] | undefined {
  const exact = all.filter(({ id }) => id === query);
  if (exact.length > 0) return exact;
  if (query.length < shortestIdLength) return undefined;
  const started = all.filter(({ id }) => id.startsWith(query));
  return started.length > 0 ? started : undefined;
}

function byVulnerability(
  all: readonly TrackedFinding[],
  query: string,
  packageName: string,
): readonly TrackedFinding[] {
  const wanted = query.toLowerCase();
  return all.filter(
    (one) =>
      [one.vulnerability, ...one.aliases].some((name) => name.toLowerCase() === wanted) &&
      (packageName === "" || one.package.toLowerCase() === packageName.toLowerCase()),
  );
}

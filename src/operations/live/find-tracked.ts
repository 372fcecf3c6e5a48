/**
 * Holds how a person names a finding of the history.
 * In: an id or its start; or a vulnerability, and words for where it is. Out: the findings meant.
 * Must never take one of several for the one that was meant.
 */
import * as z from "zod";
import type { TimeUs } from "../../core/event/event.ts";
import { formatTime } from "../../core/event/format-time.ts";
import type { TrackedFinding } from "../../core/judge/change/finding-change.ts";
import { choosePlaced } from "../../core/report/change/choose-placed.ts";
import { shortPlace } from "../../core/report/change/place-name.ts";
import { shortenIds } from "../../core/report/change/shorten-ids.ts";
import { findNearNames } from "../../core/report/find-near-names.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { HistoryStore } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

/** Option of operations: words of a person that say where a finding is. */
export const placeField = z
  .array(z.string().min(1).max(1000))
  .max(10)
  .optional()
  .describe("Where, when several have it: workload, image or package, as reports name them");

/** All of them. **Cost**: one pass over what is kept. */
export async function readTracked(history: HistoryStore): Promise<readonly TrackedFinding[]> {
  const all: TrackedFinding[] = [];
  for await (const one of history.findings()) all.push(one);
  return all;
}

/** What a person typed. */
export interface FindingQuery {
  /** Id, start of one, or vulnerability; with spaces, places follow. */
  readonly finding: string;
  /** Source package; any when left out. */
  readonly package?: string | undefined;
  /** Workload, image or package: all of them must fit. */
  readonly place?: readonly string[] | undefined;
  /** Findings that ended before it are not kept; 0: all are. */
  readonly keptFromUs?: TimeUs;
}

const shortestIdLength = 4;
const namedCountMax = 5;

/** **Order**: of `all`. **Errors**: throws `not-found` with near names, or where else it is. */
export function findTracked(
  all: readonly TrackedFinding[],
  query: FindingQuery,
): readonly TrackedFinding[] {
  const { named, places } = nameFindings(all, query);
  if (named.length === 0) throw unknown(all, query);
  const wanted = query.package?.toLowerCase() ?? "";
  const packaged = named.filter((one) => wanted === "" || one.package.toLowerCase() === wanted);
  const found = choosePlaced(packaged, places, placeOf);
  if (found.length > 0) return found;
  const asked = makeVisible([query.package ?? "", ...places].join(" ").trim(), 120);
  const where = [...new Set(named.map(({ package: name, workload }) => `${name} of ${workload}`))];
  const shown = where.slice(0, namedCountMax).map((one) => makeVisible(one, 120));
  const more = where.length > namedCountMax ? ", …" : "";
  const message = `"${makeVisible(query.finding, 120)}" is in the history, but not of "${asked}"`;
  throw new WaggleError("not-found", `${message}: it is in ${shown.join(", ")}${more}.`);
}

/** **Errors**: throws `not-found`; `usage` that lists them where several are meant. */
export function findOneTracked(
  all: readonly TrackedFinding[],
  query: FindingQuery,
): TrackedFinding {
  return requireOne(findTracked(all, query), all, query);
}

/** Of `found`, where there is but one. **Errors**: throws `usage` that lists what is meant. */
export function requireOne(
  found: readonly TrackedFinding[],
  all: readonly TrackedFinding[],
  query: FindingQuery,
): TrackedFinding {
  const [first, ...rest] = found;
  if (first !== undefined && rest.length === 0) return first;
  const short = shortenIds(all.map(({ id }) => id));
  const named = found
    .slice(0, namedCountMax)
    .map((one) => makeVisible(`${short.get(one.id) ?? one.id} (${describe(one, found)})`, 200));
  const more = found.length > namedCountMax ? ", …" : "";
  const asked = makeVisible([query.finding, ...(query.place ?? [])].join(" "), 120);
  const message = `"${asked}" means ${found.length} findings: ${named.join(", ")}${more}`;
  throw new WaggleError("usage", `${message}; give the id of one, or say where.`);
}

/** As much as tells it from the others. */
function describe(one: TrackedFinding, all: readonly TrackedFinding[]): string {
  const whatOf = (each: TrackedFinding) => `${each.package} of ${shortPlace(each.workload)}`;
  const imageOf = (each: TrackedFinding) => each.imageReference || each.imageDigest;
  const isSame = (of: (each: TrackedFinding) => string) =>
    all.every((each) => of(each) === of(one));
  const twins = all.filter((each) => whatOf(each) === whatOf(one));
  const flaw = isSame(({ vulnerability }) => vulnerability) ? "" : `${one.vulnerability} in `;
  const image = twins.length > 1 && imageOf(one) !== "" ? `, ${imageOf(one)}` : "";
  const state = isSame(({ state: each }) => each) ? "" : `, ${one.state}`;
  return `${flaw}${whatOf(one)}${image}${state}`;
}

/** The whole text first: what follows a space is a place only where that names nothing. */
function nameFindings(
  all: readonly TrackedFinding[],
  { finding, place = [] }: FindingQuery,
): { readonly named: readonly TrackedFinding[]; readonly places: readonly string[] } {
  const asked = finding.trim();
  const whole = nameOnce(all, asked);
  if (whole.length > 0) return { named: whole, places: place };
  const [first = "", ...words] = asked.split(/\s+/);
  return { named: nameOnce(all, first), places: [...words, ...place] };
}

function nameOnce(all: readonly TrackedFinding[], name: string): readonly TrackedFinding[] {
  return byId(all, name) ?? byVulnerability(all, name);
}

function byId(all: readonly TrackedFinding[], name: string): readonly TrackedFinding[] | undefined {
  const exact = all.filter(({ id }) => id === name);
  if (exact.length > 0) return exact;
  if (name.length < shortestIdLength) return undefined;
  const started = all.filter(({ id }) => id.startsWith(name));
  return started.length > 0 ? started : undefined;
}

function byVulnerability(all: readonly TrackedFinding[], name: string): readonly TrackedFinding[] {
  const wanted = name.toLowerCase();
  return all.filter((one) =>
    [one.vulnerability, ...one.aliases].some((each) => each.toLowerCase() === wanted),
  );
}

function placeOf(one: TrackedFinding) {
  return { ...one, packages: [one.package, `${one.package}@${one.version}`] };
}

function unknown(all: readonly TrackedFinding[], query: FindingQuery): WaggleError {
  const asked = [query.finding, query.package ?? ""].filter((one) => one !== "").join(" of ");
  const ids = new Set(all.map(({ vulnerability }) => vulnerability));
  const name = query.finding.trim().split(/\s+/)[0] ?? "";
  const near = findNearNames(name.toLowerCase(), ids).map((one) => makeVisible(one, 120));
  const hint = near.length === 0 ? "" : ` Near: ${near.join(", ")}.`;
  const message = `"${makeVisible(asked, 120)}" is not in the history (${all.length} findings).`;
  const day = formatTime(query.keptFromUs ?? 0)?.slice(0, 10);
  const kept = day === undefined ? "" : ` What ended before ${day} is not kept.`;
  return new WaggleError("not-found", `${message}${hint}${kept}`);
}

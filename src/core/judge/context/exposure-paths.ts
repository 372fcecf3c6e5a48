/**
 * Holds the paths that show how a workload is reached: entry → … → workload.
 * In: steps of the walk, arrivals, ways that objects declare. Out: paths, the shortest first.
 */
import type { Workload } from "../../observe/fact.ts";
import type { Place } from "./context-scene.ts";
import type { Step } from "./exposure-graph.ts";
import type { AllowedWay } from "./judge-allowed.ts";
import type { Arrival } from "./judge-arrivals.ts";
import type { ExposureHop, ExposurePath, ObservedOrigin } from "./workload-context.ts";

const pathCountMax = 4;
const hopCountMax = 12;

export interface PathParts {
  readonly place: Place;
  readonly observed: ObservedOrigin;
  readonly arrivals: readonly Arrival[];
  readonly ways: readonly AllowedWay[];
  /** The shortest way through other workloads; undefined for none and for direct ones. */
  readonly step: Step | undefined;
  /** How the first workload of that way is reached. */
  readonly entryOf: (place: Place) => {
    readonly arrivals: readonly Arrival[];
    readonly ways: readonly AllowedWay[];
  };
}

/** Observed before allowed, those from the internet first, then the shortest; at most 4. */
export function listPaths(parts: PathParts): readonly ExposurePath[] {
  const { place, observed, arrivals, ways, step, entryOf } = parts;
  const through = step?.link === undefined ? undefined : ofStep(step, entryOf);
  const direct = arrivals
    .filter(({ origin, link }) => origin === observed && link !== step?.link)
    .map((one) => ofArrival(one, place));
  const all = [...direct, ...ways.map((one) => ofWay(one, place))];
  if (through !== undefined) all.push(through);
  const distinct = new Map<string, ExposurePath>();
  for (const path of all) {
    // Many clients take one way: the first stands for them.
    const key = JSON.stringify(path.hops.map(({ name, port, by }) => [name, port, by]));
    if (!distinct.has(key)) distinct.set(key, path);
  }
  return [...distinct.values()].sort((a, b) => rank(a) - rank(b)).slice(0, pathCountMax);
}

function rank({ basis, hops }: ExposurePath): number {
  const isFar = hops[0]?.name === internet && hops[0].workload === null;
  return (basis === "observed" ? 0 : 2 * rankStep) + (isFar ? 0 : rankStep) + hops.length;
}

/** More than the hops of any path. */
const rankStep = 100;
const internet = "internet";

function displayName({ namespace, name }: Workload): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

function entryHop(name: string, workload: Workload | null): ExposureHop {
  return { name, workload, port: 0, by: "entry", flow: "" };
}

function ofArrival({ link, origin, way }: Arrival, place: Place): ExposurePath {
  const { edge, from } = link;
  const last: ExposureHop = {
    name: displayName(place.workload),
    workload: place.workload,
    port: edge.port,
    by: "observed",
    flow: edge.id,
  };
  if (way !== undefined) {
    const before = viaHops(way);
    return { basis: "observed", hops: [...before, last] };
  }
  if (origin === "loopback") return { basis: "observed", hops: [entryHop("loopback", null), last] };
  if (from !== undefined) {
    return { basis: "observed", hops: [entryHop(displayName(from.workload), from.workload), last] };
  }
  const name = origin === internet ? internet : edge.from.name || edge.from.kind;
  return { basis: "observed", hops: [entryHop(name, null), last] };
}

function viaHops({ entry }: AllowedWay): readonly ExposureHop[] {
  const start = entryHop(entry.from === internet ? internet : "outside of the cluster", null);
  const via = entry.via.slice(0, hopCountMax).map((name): ExposureHop => {
    return { name, workload: null, port: 0, by: "allowed", flow: "" };
  });
  return [start, ...via];
}

function ofWay(way: AllowedWay, place: Place): ExposurePath {
  const { workload } = place;
  const last: ExposureHop = {
    name: displayName(workload),
    workload,
    port: way.entry.port,
    by: "allowed",
    flow: "",
  };
  return { basis: "allowed", hops: [...viaHops(way), last] };
}

/** From the internet to the first workload, then along what was seen. */
function ofStep(step: Step, entryOf: PathParts["entryOf"]): ExposurePath | undefined {
  const hops: ExposureHop[] = [];
  let at: Step | undefined = step;
  while (at?.link !== undefined && hops.length < hopCountMax) {
    const { edge } = at.link;
    const { workload } = at.place;
    const by = "observed" as const;
    hops.unshift({ name: displayName(workload), workload, port: edge.port, by, flow: edge.id });
    at = at.before;
  }
  if (at === undefined) return undefined;
  const { arrivals, ways } = entryOf(at.place);
  const seen = arrivals.find(({ origin }) => origin === "internet");
  const open = ways.find(({ isOpen }) => isOpen);
  const start =
    seen !== undefined
      ? ofArrival(seen, at.place)
      : open !== undefined
        ? ofWay(open, at.place)
        : undefined;
  if (start === undefined) return undefined;
  return { basis: start.basis, hops: [...start.hops, ...hops] };
}

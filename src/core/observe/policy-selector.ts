/**
 * Holds what one selector of a hook watches: paths, kinds of access, and what narrows it.
 * In: a selector and the arguments of its hook. Out: patterns and limits.
 * Must never widen: a filter that is not understood becomes a limit.
 */
import type { Sensor } from "./fact.ts";
import type { HookKind } from "./file-access.ts";
import { passesNumber, readPathFilter } from "./policy-filter.ts";
import { own, type Shape, type ShapeReader } from "./policy-shape.ts";

/** What a hook watches: files in one of several ways, or sockets. */
export type WatchKind = HookKind | "network";

export interface HookArguments {
  readonly kind: WatchKind;
  readonly isLsm: boolean;
  /** Index of the argument that carries the path; -1 when none does. */
  readonly pathIndex: number;
}

export interface SelectorScope {
  readonly sensors: readonly Sensor[];
  readonly paths: readonly string[];
  readonly limits: readonly string[];
  /** True when it takes events away instead of giving them (`NoPost`). */
  readonly drops: boolean;
}

/** Collects what the filters of a selector say; all of them must hold. */
class Narrowing {
  watched: readonly string[] | undefined;
  readonly excepted: string[] = [];
  readonly limits: string[] = [];
  sensors: readonly Sensor[];

  constructor(sensors: readonly Sensor[]) {
    this.sensors = sensors;
  }

  addPaths(operator: string, values: readonly string[]): void {
    const filter = readPathFilter(operator, values);
    this.excepted.push(...filter.excepted);
    if (!filter.isUnderstood || (filter.watched !== undefined && this.watched !== undefined)) {
      this.limits.push(`only paths by ${operator} ${listShort(values)}`);
    } else if (filter.watched !== undefined) {
      this.watched = filter.watched;
    }
  }

  /** Keeps the sensors whose sample passes; each sensor stands for one number. */
  addNumber(what: string, operator: string, values: readonly string[]): void {
    const answers = this.sensors.map((sensor) => {
      const sample = samples.get(`${what} ${sensor}`);
      return sample === undefined ? undefined : passesNumber(operator, values, sample);
    });
    if (answers.some((answer) => answer === undefined)) {
      this.limits.push(`only where ${what} is ${operator} ${listShort(values)}`);
    }
    this.sensors = this.sensors.filter((_, index) => answers[index] !== false);
  }
}

/** What the argument is in the use that a sensor is asked about. **Source**: linux/fs.h, mman.h */
const samples: ReadonlyMap<string, number> = new Map([
  ["access mask open", 4], // MAY_READ
  ["access mask write", 2], // MAY_WRITE
  ["protection mmap", 5], // PROT_READ and PROT_EXEC, as code is mapped
  ["mapping flags mmap", 2], // MAP_PRIVATE, as every loader of code maps
]);

export const sensorsOfKind: Readonly<Record<WatchKind, readonly Sensor[]>> = {
  open: ["open"],
  "open-call": ["open"],
  read: ["open"],
  permission: ["open", "write"],
  map: ["mmap"],
  write: ["write"],
  "change-names": ["write"],
  execute: ["other"],
  network: ["network"],
  none: ["other"],
};

export function readSelector(
  selector: Shape,
  hook: HookArguments,
  reader: ShapeReader,
): SelectorScope {
  const narrowing = new Narrowing(sensorsOfKind[hook.kind]);
  for (const filter of reader.objects(own(selector, "matchArgs"), "matchArgs")) {
    readArgumentFilter({ filter, hook, narrowing, reader });
  }
  narrowing.limits.push(...readProcessFilters(selector, reader), ...unknownFilters(selector));
  const actions = readActions(selector, reader);
  narrowing.limits.push(...(hook.kind === "none" ? [] : actions.limits));
  return {
    sensors: narrowing.sensors,
    paths: [...(narrowing.watched ?? [""]), ...narrowing.excepted.map((path) => `!${path}`)],
    limits: narrowing.limits,
    drops: actions.drops,
  };
}

interface FilterParts {
  readonly filter: Shape;
  readonly hook: HookArguments;
  readonly narrowing: Narrowing;
  readonly reader: ShapeReader;
}

function readArgumentFilter({ filter, hook, narrowing, reader }: FilterParts): void {
  const operator = reader.text(own(filter, "operator"), "an operator") ?? "";
  const values = reader.texts(own(filter, "values"), "the values of matchArgs");
  const indexes = reader.texts(own(filter, "index") ?? own(filter, "args"), "an index");
  const index = Number(indexes[0] ?? "0");
  if (hook.kind === "none") return;
  if (hook.kind === "network") narrowing.limits.push(...socketLimits(operator, values));
  else if (index === hook.pathIndex) narrowing.addPaths(operator, values);
  else narrowing.addNumber(nameNumber(hook, index), operator, values);
}

/** Sockets of other families, and listeners without a protocol of IP, are nobody's flows. */
function socketLimits(operator: string, values: readonly string[]): readonly string[] {
  const isPlain =
    (operator === "Family" && values.some((value) => /^(?:AF_)?INET$/.test(value))) ||
    (operator === "Protocol" && values.some((value) => /TCP$/.test(value)));
  return isPlain ? [] : [`only sockets by ${operator} ${listShort(values)}`];
}

/** **Source**: `security_mmap_file(file, prot, flags)`; the LSM hook: `reqprot` before `prot`. */
function nameNumber({ kind, isLsm }: HookArguments, index: number): string {
  if (kind === "permission" && index === 1) return "access mask";
  if (kind === "map") {
    if (index === 1 || (isLsm && index === 2)) return "protection";
    if (index === (isLsm ? 3 : 2)) return "mapping flags";
  }
  return `argument ${index}`;
}

/** Filters by process: each is a limit, but for those that no workload's own process meets. */
function readProcessFilters(selector: Shape, reader: ShapeReader): readonly string[] {
  const limits: string[] = [];
  for (const binaries of reader.objects(own(selector, "matchBinaries"), "matchBinaries")) {
    const operator = reader.text(own(binaries, "operator"), "an operator") ?? "";
    const values = reader.texts(own(binaries, "values"), "the values of matchBinaries");
    const onlySensor =
      operator === "NotIn" && values.every((value) => /\/tetra(?:gon)?$/.test(value));
    if (!onlySensor) limits.push(`only programs ${operator} ${listShort(values)}`);
  }
  for (const namespaces of reader.objects(own(selector, "matchNamespaces"), "matchNamespaces")) {
    const operator = reader.text(own(namespaces, "operator"), "an operator") ?? "";
    const name = reader.text(own(namespaces, "namespace"), "a namespace") ?? "";
    const values = reader.texts(own(namespaces, "values"), "the values of matchNamespaces");
    const outsideHost = operator === "NotIn" && values.length === 1 && values[0] === "host_ns";
    const always = outsideHost && name.toLowerCase() === "mnt";
    if (!always)
      limits.push(`only processes with ${name} namespace ${operator} ${listShort(values)}`);
  }
  for (const result of reader.objects(own(selector, "matchReturnArgs"), "matchReturnArgs")) {
    const operator = reader.text(own(result, "operator"), "an operator") ?? "";
    const values = reader.texts(own(result, "values"), "the values of matchReturnArgs");
    if (passesNumber(operator, values, 0) !== true) limits.push("only calls with certain results");
  }
  for (const [key, phrase] of processFilters) {
    if (reader.list(own(selector, key), key).length > 0) limits.push(phrase);
  }
  return limits;
}

const processFilters: readonly (readonly [string, string])[] = [
  ["matchPIDs", "only certain process ids"],
  ["matchParentBinaries", "only children of certain programs"],
  ["matchCapabilities", "only processes with certain capabilities"],
  ["matchCapabilityChanges", "only processes whose capabilities change"],
  ["matchNamespaceChanges", "only processes whose namespaces change"],
  ["matchWorkloads", "only certain workloads"],
  ["matchData", "only certain data"],
  ["macros", "only what its macros select"],
];

const knownFilters: ReadonlySet<string> = new Set([
  ...["matchArgs", "matchBinaries", "matchNamespaces", "matchReturnArgs"],
  ...["matchActions", "matchReturnActions"],
  ...processFilters.map(([key]) => key),
]);

/** Filters of a later Tetragon narrow in a way that is not known here. */
function unknownFilters(selector: Shape): readonly string[] {
  return Object.keys(selector)
    .filter((key) => key.startsWith("match") && !knownFilters.has(key))
    .map((key) => `only what ${key.slice(0, 60)} selects`);
}

function readActions(
  selector: Shape,
  reader: ShapeReader,
): { readonly limits: readonly string[]; readonly drops: boolean } {
  const limits: string[] = [];
  const actions = reader.objects(own(selector, "matchActions"), "matchActions");
  const names = actions.map((action) => reader.text(own(action, "action"), "an action") ?? "");
  for (const action of actions) {
    const rate = reader.text(own(action, "rateLimit"), "rateLimit");
    if (rate === undefined) continue;
    limits.push(`rate limit ${rate.slice(0, 20)}: long paths of equal length can hide each other`);
  }
  if (names.some((name) => /^(?:Un)?[Ff]ollowFD$|^CopyFD$/.test(name))) {
    limits.push("only follows file descriptors");
  }
  return { limits, drops: names.includes("NoPost") };
}

/** A few values as text for a limit. */
function listShort(values: readonly string[]): string {
  const shown = values.slice(0, 3).map((value) => value.slice(0, 80));
  const more = values.length > 3 ? ` and ${values.length - 3} more` : "";
  return shown.join(", ") + more;
}

/**
 * Holds the collecting of the objects of a cluster from any number of inputs.
 * In: parsed objects, one by one. Out: all that is kept of them, ordered, each once.
 * Must never keep an object whole, nor let a policy that it could not read count as none.
 * A new kind of object is one line in `kindTable`.
 */
import { compareText } from "../../event/compare-text.ts";
import type { Faults, JsonObject } from "../json-value.ts";
import { readText } from "../json-value.ts";
import type { ClusterObjects, ObjectName, OpaquePolicy } from "./cluster-objects.ts";
import { objectLimits } from "./cluster-objects.ts";
import {
  type DecodedObject,
  type Drawer,
  decodersOf,
  isKeptIn,
  isPolicyKind,
} from "./kind-table.ts";
import { readMetadata, readObjectName } from "./object-parts.ts";

/** **Unit**: kinds that are counted by name; the rest is counted together. */
const kindCountMax = 200;

export class ClusterCollector {
  private readonly drawers = new Map<Drawer, Map<string, Kept>>();
  private counts = new Map<string, number>();
  private hasPolicies = false;
  private hasServices = false;
  private hasRoutes = false;
  private usesCilium = false;
  private droppedCount = 0;
  private used = 0;

  /** `kind`: of the object or, where it does not say, of its list. */
  add(object: JsonObject, kind: string, faults: Faults): void {
    const version = readText(object, "apiVersion", faults);
    const group = version.includes("/") ? (version.split("/")[0] ?? "") : "";
    const name = /^[A-Za-z][A-Za-z0-9]{0,62}$/.test(kind) ? kind : "other";
    const counted = this.counts.has(name) || this.counts.size < kindCountMax ? name : "other";
    this.counts.set(counted, (this.counts.get(counted) ?? 0) + 1);
    if (group === "cilium.io") this.usesCilium = true;
    for (const { drawer, decode } of decodersOf(kind, version === "" ? undefined : group)) {
      const before = faults.first;
      faults.first = undefined;
      this.keep(object, drawer, readWhole(decode(object, faults), object, kind, faults));
      faults.first = before ?? faults.first;
    }
  }

  /** What a list says it is of, even when it is empty. */
  noteList(kind: string): void {
    const one = kind.replace(/List$/, "");
    if (isPolicyKind(one)) this.hasPolicies = true;
    if (isKeptIn(one, "services")) this.hasServices = true;
    if (isKeptIn(one, "routes")) this.hasRoutes = true;
  }

  /** By kind, of what came since it was asked before. **Order**: most first. */
  takeCounts(): readonly (readonly [string, number])[] {
    const counts = [...this.counts].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]));
    this.counts = new Map();
    return counts;
  }

  /** Objects that were of use so far, those that came twice counted twice. */
  get usedCount(): number {
    return this.used;
  }

  /** Objects beyond the bound. */
  get leftOutCount(): number {
    return this.droppedCount;
  }

  finish(): ClusterObjects {
    const opaquePolicies = this.list("opaquePolicies");
    const policies = this.list("policies");
    const services = this.list("services");
    const routes = this.list("routes");
    return {
      pods: this.list("pods"),
      services,
      endpoints: this.list("endpoints"),
      routes,
      gateways: this.list("gateways"),
      ingressClasses: this.list("ingressClasses"),
      nodes: this.list("nodes"),
      networks: [...new Set(this.list("networks").flat())].sort(compareText),
      namespaces: this.list("namespaces"),
      policies,
      opaquePolicies,
      hasPolicies: this.hasPolicies || policies.length > 0 || opaquePolicies.length > 0,
      hasServices: this.hasServices || services.length > 0,
      hasRoutes: this.hasRoutes || routes.length > 0,
      usesCilium: this.usesCilium,
      serviceAccounts: this.list("serviceAccounts"),
      roles: this.list("roles"),
      bindings: this.list("bindings"),
    };
  }

  private keep(object: JsonObject, drawer: Drawer, values: readonly Decoded[]): void {
    const revision = revisionOf(object);
    if (values.length > 0) this.used += 1;
    for (const [index, { drawer: own = drawer, value }] of values.entries()) {
      const kept = this.drawers.get(own) ?? new Map<string, Kept>();
      this.drawers.set(own, kept);
      const key = keyOf(object, index);
      const known = kept.get(key);
      if (known === undefined && kept.size >= objectLimits.objects) this.droppedCount += 1;
      else if (known === undefined || isNewer({ revision, value }, known)) {
        kept.set(key, { revision, value });
      }
    }
  }

  private list<Name extends Drawer>(drawer: Name): DecodedObject[Name][] {
    const kept = [...(this.drawers.get(drawer) ?? [])].sort((a, b) => compareText(a[0], b[0]));
    return kept.map(([, { value }]) => value as DecodedObject[Name]);
  }
}

interface Kept {
  readonly revision: number;
  readonly value: unknown;
}

interface Decoded {
  readonly drawer?: Drawer;
  readonly value: unknown;
}

/** A policy of which a part could not be read may let through anything, or nothing. */
function readWhole(
  values: readonly unknown[],
  object: JsonObject,
  kind: string,
  faults: Faults,
): readonly Decoded[] {
  const name: ObjectName | undefined = readObjectName(object, { first: undefined });
  if (!isPolicyKind(kind) || faults.first === undefined || name === undefined) {
    return values.map((value) => ({ value }));
  }
  const opaque: OpaquePolicy = { ...name, kind, narrowsOnly: false };
  return [{ drawer: "opaquePolicies", value: opaque }];
}

/** The kind is in it because several kinds share a drawer. */
function keyOf(object: JsonObject, index: number): string {
  const faults: Faults = { first: undefined };
  const { namespace = "", name = "" } = readObjectName(object, faults) ?? {};
  const kind = `${readText(object, "apiVersion", faults)} ${readText(object, "kind", faults)}`;
  return `${namespace}\0${name}\0${kind}\0${index}`;
}

function revisionOf(object: JsonObject): number {
  const faults: Faults = { first: undefined };
  const revision = Number(readText(readMetadata(object, faults), "resourceVersion", faults));
  return Number.isFinite(revision) ? revision : 0;
}

/** Of two readings of one object, whatever came first: the later by its revision. */
function isNewer(one: Kept, known: Kept): boolean {
  if (one.revision !== known.revision) return one.revision > known.revision;
  return compareText(textOf(one.value), textOf(known.value)) > 0;
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part instanceof Map ? [...part] : part));
}

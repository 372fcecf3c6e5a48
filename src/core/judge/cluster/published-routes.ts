/**
 * Holds the ways in that go through routes: Ingress, routes of gateways and their like.
 * In: routes and gateways, services, the direct ways to the pods that serve them. Out: entries.
 * A route without a known controller is still declared: then it counts as published.
 */
import type {
  ClusterObjects,
  GatewayObject,
  ObjectName,
  RouteObject,
  Selector,
} from "../../inventory/cluster/cluster-objects.ts";
import type { DeclaredEntry } from "./cluster-view.ts";
import { type EntryBook, joinReasons, narrow, originOf } from "./declared-entries.ts";
import { matchSelector } from "./match-selector.ts";
import { type ServiceEntry, type ServiceIndex, targetsOf } from "./service-index.ts";

/** What is before a route. */
interface Front extends Pick<DeclaredEntry, "from" | "narrowedBy"> {
  readonly via: readonly string[];
}

/** Adds to `book`, which holds the direct entries already. */
export function addRouteEntries(
  objects: ClusterObjects,
  services: ServiceIndex,
  book: EntryBook,
): void {
  const fronts = new FrontFinder(objects, services, book);
  const found = objects.routes.map((route) => ({ route, list: fronts.of(route) }));
  for (const { route, list } of found) addRoute(route, list, services, book);
}

function addRoute(
  route: RouteObject,
  fronts: readonly Front[],
  services: ServiceIndex,
  book: EntryBook,
): void {
  const name = `${route.kind} ${route.namespace}/${route.name}`;
  // Each path of a route names its backend anew.
  const backends = new Map(route.backends.map((one) => [JSON.stringify(one), one]));
  for (const backend of backends.values()) {
    const service = services.find(backend);
    if (service === undefined) continue;
    const last = `Service ${backend.namespace}/${backend.name}`;
    for (const front of fronts) {
      const { from, narrowedBy } = narrow(front.from, route.sourceRanges);
      if (book.isFull(service.pods, from)) continue;
      const entry = {
        from,
        kind: route.gateways === undefined ? route.kind : "Gateway",
        via: [...front.via, name, last],
        narrowedBy: joinReasons(front.narrowedBy, narrowedBy),
      };
      for (const target of targetsOf(service, backend.port)) {
        book.add(target.entry, { ...entry, port: target.port });
      }
    }
  }
}

class FrontFinder {
  private readonly gateways: ReadonlyMap<string, GatewayObject>;
  private readonly byClass = new Map<string, readonly Front[]>();
  private readonly byGateway = new Map<string, readonly Front[]>();
  private readonly objects: ClusterObjects;
  private readonly services: ServiceIndex;
  private readonly book: EntryBook;

  constructor(objects: ClusterObjects, services: ServiceIndex, book: EntryBook) {
    this.objects = objects;
    this.services = services;
    this.book = book;
    this.gateways = new Map(objects.gateways.map((one) => [gatewayKey(one), one]));
  }

  of(route: RouteObject): readonly Front[] {
    if (route.gateways !== undefined) {
      return route.gateways.flatMap((gateway) => this.ofGateway(gateway));
    }
    const told = originOf(route.published);
    const narrowedBy = route.published.isInternal ? "internal load balancer" : "";
    if (told !== undefined) return [{ from: told, narrowedBy, via: [] }];
    const found = this.ofClass(route.className);
    return found.length > 0 ? found : [{ from: "internet", narrowedBy, via: [] }];
  }

  private ofGateway(name: ObjectName): readonly Front[] {
    const key = gatewayKey(name);
    const known = this.byGateway.get(key);
    if (known !== undefined) return known;
    const last = `Gateway ${key}`;
    const gateway = this.gateways.get(key);
    const told = gateway === undefined ? undefined : originOf(gateway.published);
    const narrowedBy = gateway?.published.isInternal === true ? "internal gateway" : "";
    const found: readonly Front[] =
      told === undefined ? this.ofServices(this.servicesOf(name, gateway)) : [];
    const fronts: readonly Front[] =
      found.length > 0
        ? found.map((front) => ({ ...front, via: [...front.via, last] }))
        : [{ from: told ?? "internet", narrowedBy, via: [last] }];
    this.byGateway.set(key, fronts);
    return fronts;
  }

  /** Programs that serve gateways label the services that they make. */
  private servicesOf(
    { namespace, name }: ObjectName,
    gateway: GatewayObject | undefined,
  ): readonly ServiceEntry[] {
    const labels = ["gateway.networking.k8s.io/gateway-name", "istio.io/gateway-name"];
    const pods: Selector | undefined = gateway?.pods;
    return this.services.entries.filter((entry) => {
      const { service } = entry;
      if (pods !== undefined) {
        return entry.pods.some(({ label }) => matchSelector(pods, label) === true);
      }
      return (
        service.namespace === namespace && labels.some((key) => service.labels.get(key) === name)
      );
    });
  }

  private ofClass(className: string): readonly Front[] {
    const known = this.byClass.get(className);
    if (known !== undefined) return known;
    const names = controllerNames(className, this.objects);
    const fronts = this.ofServices(
      this.services.entries.filter(({ service }) =>
        names.has(service.labels.get("app.kubernetes.io/name") ?? ""),
      ),
    );
    this.byClass.set(className, fronts);
    return fronts;
  }

  /** The widest direct way into the pods of each service. */
  private ofServices(services: readonly ServiceEntry[]): readonly Front[] {
    return services.slice(0, 8).flatMap(({ service, pods }) => {
      const name = `Service ${service.namespace}/${service.name}`;
      const ways = pods.flatMap((pod) => this.book.of(pod));
      const direct = ways.filter(({ via }) => via.length === 0 || via[0] === name);
      const widest = direct.find(({ from }) => from === "internet") ?? direct[0];
      if (widest === undefined) return [];
      return [{ from: widest.from, narrowedBy: widest.narrowedBy, via: [name] }];
    });
  }
}

function gatewayKey({ namespace, name }: ObjectName): string {
  return `${namespace}/${name}`;
}

const tooCommon: ReadonlySet<string> = new Set([
  "",
  "k8s",
  "io",
  "com",
  "org",
  "net",
  "ingress",
  "controller",
  "ingress-controller",
]);

/** Where there is no IngressClass object. A bare `nginx` may as well be an application. */
const wellKnown: ReadonlyMap<string, string> = new Map([
  ["nginx", "ingress-nginx"],
  ["traefik", "traefik"],
  ["contour", "contour"],
]);

/** What the controller of a class is called, by its IngressClass: `k8s.io/ingress-nginx`. */
function controllerNames(className: string, objects: ClusterObjects): ReadonlySet<string> {
  const named = objects.ingressClasses.filter((one) =>
    className === "" ? one.isDefault : one.name === className,
  );
  const words = named.flatMap(({ controller }) => controller.split(/[/.]/));
  const own = named.length === 0 ? [wellKnown.get(className) ?? ""] : [];
  return new Set([...words, ...own].filter((word) => !tooCommon.has(word)));
}

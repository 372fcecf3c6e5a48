/**
 * Holds the decoding of what publishes services: Ingress, Gateway API, OpenShift Route, Traefik,
 * Contour and Istio, brought to one shape.
 * In: parsed objects. Out: routes to services, and the gateways that they hang on.
 * Must never follow a reference to anything but a Service.
 */
import type { Faults, JsonObject } from "../json-value.ts";
import { readObject, readText } from "../json-value.ts";
import type {
  GatewayObject,
  IngressClassObject,
  ObjectName,
  RouteBackend,
  RouteObject,
} from "./cluster-objects.ts";
import {
  readLabels,
  readMetadata,
  readNames,
  readObjectName,
  readParts,
  readPort,
  requireLabels,
} from "./object-parts.ts";
import { readPublishedAt, readSourceRanges } from "./published-at.ts";

interface RouteParts {
  readonly kind: string;
  readonly className?: string;
  readonly gateways?: readonly ObjectName[];
  readonly backends: readonly RouteBackend[];
}

function newRoute(
  object: JsonObject,
  name: ObjectName,
  { kind, className = "", gateways, backends }: RouteParts,
  faults: Faults,
): RouteObject {
  const metadata = readMetadata(object, faults);
  const status = readObject(object, "status", faults) ?? {};
  const distinct = new Map(backends.map((one) => [JSON.stringify(one), one]));
  return {
    ...name,
    kind,
    className,
    gateways,
    published: readPublishedAt(metadata, status, className, faults),
    sourceRanges: readSourceRanges(metadata),
    backends: [...distinct.values()].filter((one) => one.name !== ""),
  };
}

function specOf(object: JsonObject, faults: Faults): JsonObject {
  return readObject(object, "spec", faults) ?? {};
}

/** `networking.k8s.io/v1`, and the older shape of `v1beta1` and `extensions`. */
export function decodeIngress(object: JsonObject, faults: Faults): RouteObject | undefined {
  const name = readObjectName(object, faults);
  if (name === undefined) return undefined;
  const spec = specOf(object, faults);
  const annotations = readObject(readMetadata(object, faults), "annotations", faults) ?? {};
  const className =
    readText(spec, "ingressClassName", faults) ||
    readText(annotations, "kubernetes.io/ingress.class", { first: undefined });
  const paths = readParts(spec, "rules", faults).flatMap((rule) =>
    readParts(readObject(rule, "http", faults) ?? {}, "paths", faults),
  );
  const backends = [
    readObject(spec, "defaultBackend", faults),
    readObject(spec, "backend", faults),
    ...paths.map((path) => readObject(path, "backend", faults)),
  ].flatMap((backend) =>
    backend === undefined ? [] : [readIngressBackend(backend, name.namespace, faults)],
  );
  return newRoute(object, name, { kind: "Ingress", className, backends }, faults);
}

function readIngressBackend(backend: JsonObject, namespace: string, faults: Faults): RouteBackend {
  const service = readObject(backend, "service", faults);
  if (service === undefined) {
    const name = readText(backend, "serviceName", faults);
    return { namespace, name, port: readPort(backend, "servicePort", faults) };
  }
  const port = readObject(service, "port", faults) ?? {};
  const number = readPort(port, "number", faults);
  return {
    namespace,
    name: readText(service, "name", faults),
    port: number === 0 ? readText(port, "name", faults) || 0 : number,
  };
}

/** Which program serves the ingresses of a class. */
export function decodeIngressClass(
  object: JsonObject,
  faults: Faults,
): IngressClassObject | undefined {
  const name = readObjectName(object, faults);
  if (name === undefined) return undefined;
  const annotations = readObject(readMetadata(object, faults), "annotations", faults) ?? {};
  const key = "ingressclass.kubernetes.io/is-default-class";
  return {
    name: name.name,
    controller: readText(specOf(object, faults), "controller", faults),
    isDefault: readText(annotations, key, { first: undefined }) === "true",
  };
}

/** Gateway API: HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute. */
export function decodeGatewayRoute(
  kind: string,
): (object: JsonObject, faults: Faults) => RouteObject | undefined {
  return (object, faults) => {
    const name = readObjectName(object, faults);
    if (name === undefined) return undefined;
    const spec = specOf(object, faults);
    const gateways = readParts(spec, "parentRefs", faults)
      .filter((one) => (readText(one, "kind", faults) || "Gateway") === "Gateway")
      .map((one) => referTo(one, name.namespace, faults));
    const backends = readParts(spec, "rules", faults)
      .flatMap((rule) => readParts(rule, "backendRefs", faults))
      .filter((one) => (readText(one, "kind", faults) || "Service") === "Service")
      .map((one) => ({
        ...referTo(one, name.namespace, faults),
        port: readPort(one, "port", faults),
      }));
    return newRoute(object, name, { kind, gateways, backends }, faults);
  };
}

function referTo(one: JsonObject, namespace: string, faults: Faults): ObjectName {
  return {
    namespace: readText(one, "namespace", faults) || namespace,
    name: readText(one, "name", faults),
  };
}

/** A Gateway of the Gateway API. */
export function decodeGateway(object: JsonObject, faults: Faults): GatewayObject | undefined {
  const name = readObjectName(object, faults);
  if (name === undefined) return undefined;
  const className = readText(specOf(object, faults), "gatewayClassName", faults);
  const status = readObject(object, "status", faults) ?? {};
  const published = readPublishedAt(readMetadata(object, faults), status, className, faults);
  return { ...name, className, published, pods: undefined };
}

/** OpenShift; its routers publish every route. */
export function decodeOpenShiftRoute(object: JsonObject, faults: Faults): RouteObject | undefined {
  const name = readObjectName(object, faults);
  if (name === undefined) return undefined;
  const spec = specOf(object, faults);
  const target = readPort(readObject(spec, "port", faults) ?? {}, "targetPort", faults);
  const to = readObject(spec, "to", faults);
  const backends = [
    ...(to === undefined ? [] : [to]),
    ...readParts(spec, "alternateBackends", faults),
  ]
    .filter((one) => (readText(one, "kind", faults) || "Service") === "Service")
    .map((one) => ({ ...referTo(one, name.namespace, faults), port: target }));
  return newRoute(object, name, { kind: "Route", className: "openshift", backends }, faults);
}

/** Traefik's IngressRoute, IngressRouteTCP and IngressRouteUDP, and Contour's HTTPProxy. */
export function decodeServiceRoute(
  kind: string,
  className: string,
): (object: JsonObject, faults: Faults) => RouteObject | undefined {
  return (object, faults) => {
    const name = readObjectName(object, faults);
    if (name === undefined) return undefined;
    const spec = specOf(object, faults);
    const proxied = readObject(spec, "tcpproxy", faults);
    const backends = [...readParts(spec, "routes", faults), ...(proxied ? [proxied] : [])]
      .flatMap((route) => readParts(route, "services", faults))
      .filter((one) => (readText(one, "kind", faults) || "Service") === "Service")
      .map((one) => ({
        ...referTo(one, name.namespace, faults),
        port: readPort(one, "port", faults),
      }));
    return newRoute(object, name, { kind, className, backends }, faults);
  };
}

/** Where it can be reached is up to the services before the pods that serve it. */
export function decodeIstioGateway(object: JsonObject, faults: Faults): GatewayObject | undefined {
  const name = readObjectName(object, faults);
  if (name === undefined) return undefined;
  const labels = readLabels(specOf(object, faults), "selector", faults);
  const published = { addresses: [], hosts: [], isInternal: false };
  const pods = labels.size === 0 ? undefined : requireLabels(labels);
  return { ...name, className: "istio", published, pods };
}

/** Only what gateways publish: `mesh` is traffic within the cluster. */
export function decodeVirtualService(object: JsonObject, faults: Faults): RouteObject | undefined {
  const name = readObjectName(object, faults);
  if (name === undefined) return undefined;
  const spec = specOf(object, faults);
  const gateways = readNames(spec, "gateways", faults)
    .filter((gateway) => gateway !== "mesh")
    .map((gateway) => {
      const [first = "", second] = gateway.split("/");
      return second === undefined
        ? { namespace: name.namespace, name: first }
        : { namespace: first, name: second };
    });
  const backends = ["http", "tcp", "tls"]
    .flatMap((key) => readParts(spec, key, faults))
    .flatMap((rule) => readParts(rule, "route", faults))
    .map((route) => readObject(route, "destination", faults) ?? {})
    .map((destination) => {
      const [service = "", namespace] = readText(destination, "host", faults).split(".");
      const port = readObject(destination, "port", faults) ?? {};
      return {
        namespace: namespace ?? name.namespace,
        name: service,
        port: readPort(port, "number", faults),
      };
    });
  return newRoute(object, name, { kind: "VirtualService", gateways, backends }, faults);
}

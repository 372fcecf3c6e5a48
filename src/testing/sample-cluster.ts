/**
 * Holds how tests make objects of a cluster, and the view of them.
 * In: objects as `kubectl` writes them, short of what does not matter. Out: what is read of them.
 * Must never be imported by anything but tests.
 */
import { ClusterCollector } from "../core/inventory/cluster/cluster-collector.ts";
import type { ClusterObjects } from "../core/inventory/cluster/cluster-objects.ts";
import type { Faults, JsonObject } from "../core/inventory/json-value.ts";
import type { ClusterView, PolicyEnd } from "../core/judge/cluster/cluster-view.ts";
import { createClusterView } from "../core/judge/cluster/create-cluster-view.ts";

export interface Collected {
  readonly objects: ClusterObjects;
  /** The first fault of each object that has one. */
  readonly faults: readonly string[];
}

export function collect(items: readonly JsonObject[]): Collected {
  const collector = new ClusterCollector();
  const found: string[] = [];
  for (const item of items) {
    const faults: Faults = { first: undefined };
    collector.add(item, String(item["kind"]), faults);
    if (faults.first !== undefined) found.push(faults.first);
  }
  return { objects: collector.finish(), faults: found };
}

export function viewOf(items: readonly JsonObject[]): ClusterView {
  return createClusterView(collect(items).objects);
}

/** `name` is `namespace/name`, or a name alone for what has no namespace. */
export function objectOf(
  type: string,
  name: string,
  rest: JsonObject = {},
  metadata: JsonObject = {},
): JsonObject {
  const [apiVersion = "", kind = ""] = type.split(" ");
  const [first = "", second] = name.split("/");
  const names = second === undefined ? { name: first } : { namespace: first, name: second };
  return { apiVersion, kind, metadata: { ...names, ...metadata }, ...rest };
}

export interface PodParts {
  readonly labels?: JsonObject;
  readonly ip?: string;
  readonly node?: string;
  readonly spec?: JsonObject;
  readonly container?: JsonObject;
}

export function podOf(name: string, parts: PodParts = {}): JsonObject {
  const { labels = {}, ip = "", node = "", spec = {}, container = {} } = parts;
  const containers = [{ name: "c", image: "app:1", ...container }];
  const rest = { spec: { nodeName: node, containers, ...spec }, status: { podIP: ip } };
  return objectOf("v1 Pod", name, rest, { labels });
}

export function serviceOf(name: string, spec: JsonObject, more: JsonObject = {}): JsonObject {
  return objectOf("v1 Service", name, { spec, ...more });
}

export function networkPolicy(name: string, spec: JsonObject): JsonObject {
  return objectOf("networking.k8s.io/v1 NetworkPolicy", name, { spec });
}

/** Text with a slash is a pod, other text an address. */
export function endOf(text: string): PolicyEnd {
  const [namespace = "", pod] = text.split("/");
  return pod === undefined ? { kind: "address", address: text } : { kind: "pod", namespace, pod };
}

/** `web/a 10.0.0.1 80/tcp` → allowed or not; undefined where it cannot be told. */
export function canReach(view: ClusterView, question: string): boolean | undefined {
  const [from = "", to = "", port = "0"] = question.split(" ");
  const [number, protocol] = port.split("/");
  return view.canReach({
    from: endOf(from),
    to: endOf(to),
    port: Number(number),
    protocol: protocol === "udp" ? "udp" : "tcp",
  }).allowed;
}

/** A pod `n/app` with a port 8080 that is called `http`, on node `n0`. */
const publishedPod = podOf("n/app", {
  labels: { app: "a" },
  ip: "10.1.0.5",
  node: "n0",
  container: { ports: [{ name: "http", containerPort: 8080 }] },
});

/** Its ways in with these objects: `internet LoadBalancer Service n/s:8080 (narrowed by)`. */
export function entriesWith(...items: readonly JsonObject[]): readonly string[] {
  const view = viewOf([publishedPod, ...items]);
  return view.entriesOf({ namespace: "n", pod: "app" }).map((one) => {
    const reason = one.narrowedBy === "" ? "" : ` (${one.narrowedBy})`;
    return `${one.from} ${one.kind} ${one.via.join(" > ")}:${one.port}${reason}`;
  });
}

/** Of a service before that pod: its port 80, by the name `web`. */
export function publishingSpec(type: string, more: JsonObject = {}): JsonObject {
  const nodePort = type === "ClusterIP" ? 0 : 30080;
  const ports = [{ name: "web", port: 80, targetPort: "http", nodePort }];
  return { type, selector: { app: "a" }, ports, ...more };
}

/** A status that names where a load balancer is. */
export function balancedAt(...ingress: JsonObject[]): JsonObject {
  return { status: { loadBalancer: { ingress } } };
}

export function nodeOf(name: string, ...addresses: readonly string[]): JsonObject {
  const list = addresses.map((address) => ({ address }));
  return objectOf("v1 Node", name, { status: { addresses: list } });
}

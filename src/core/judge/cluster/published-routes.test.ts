/** Tests of `published-routes.ts`: ways in from outside by ingresses, gateways and their like. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  balancedAt as balanced,
  collect,
  entriesWith as entries,
  nodeOf,
  objectOf,
  podOf,
  serviceOf,
  publishingSpec as spec,
} from "../../../testing/sample-cluster.ts";
import type { JsonObject } from "../../inventory/json-value.ts";
import { EntryBook } from "./declared-entries.ts";
import { indexPods } from "./pod-index.ts";
import { addRouteEntries } from "./published-routes.ts";
import { indexServices } from "./service-index.ts";

const privateNode = nodeOf("n0", "192.168.0.1");
const http = (service: JsonObject) => ({ http: { paths: [{ backend: service }] } });
const ingress = (more: JsonObject, rest: JsonObject = {}) =>
  objectOf("networking.k8s.io/v1 Ingress", "n/i", { spec: more, ...rest });
const backend = (port: JsonObject) => ({ service: { name: "s", port } });
const inner = serviceOf("n/s", spec("ClusterIP"));

test("an ingress leads by service to pods, by number and name of its port", () => {
  const expected = ["internet Ingress Ingress n/i > Service n/s:8080"];
  const status = balanced({ ip: "203.0.113.9" });
  assert.deepEqual(
    entries(inner, ingress({ rules: [http(backend({ number: 80 }))] }, status)),
    expected,
  );
  assert.deepEqual(entries(inner, ingress({ rules: [http(backend({ name: "web" }))] })), expected);
  assert.deepEqual(entries(inner, ingress({ defaultBackend: backend({ number: 80 }) })), expected);
  assert.deepEqual(entries(inner, ingress({ rules: [http(backend({ number: 81 }))] })), []);
  const old = { rules: [http({ serviceName: "s", servicePort: "web" })] };
  assert.deepEqual(
    entries(inner, objectOf("extensions/v1beta1 Ingress", "n/i", { spec: old })),
    expected,
  );
  const elsewhere = objectOf("networking.k8s.io/v1 Ingress", "m/i", {
    spec: { defaultBackend: backend({ number: 80 }) },
  });
  assert.deepEqual(entries(inner, elsewhere), []);
});

test("an ingress is as public as its address, its annotations and its controller", () => {
  const rules = { rules: [http(backend({ number: 80 }))] };
  assert.match(entries(inner, ingress(rules, balanced({ ip: "10.0.0.3" })))[0] ?? "", /^outside/);
  const internal = ingress(rules, balanced({ hostname: "internal-a.elb.example.com" }));
  assert.match(entries(inner, internal)[0] ?? "", /^outside/);
  const listed = {
    ...ingress(rules),
    metadata: {
      namespace: "n",
      name: "i",
      annotations: {
        "nginx.ingress.kubernetes.io/whitelist-source-range": "198.51.100.0/24,10.0.0.0/8",
      },
    },
  };
  assert.match(entries(inner, listed)[0] ?? "", /^internet.*source ranges 198/);
  const controlled = [
    privateNode,
    objectOf("networking.k8s.io/v1 IngressClass", "edge", {
      spec: { controller: "k8s.io/ingress-nginx" },
    }),
    podOf("ing/c", { labels: { app: "ctl" }, node: "n0" }),
    {
      ...serviceOf("ing/ctl", spec("NodePort", { selector: { app: "ctl" } })),
      metadata: {
        namespace: "ing",
        name: "ctl",
        labels: { "app.kubernetes.io/name": "ingress-nginx" },
      },
    },
  ];
  assert.deepEqual(entries(inner, ...controlled, ingress({ ingressClassName: "edge", ...rules })), [
    "outside-cluster Ingress Service ing/ctl > Ingress n/i > Service n/s:8080",
  ]);
  assert.match(entries(inner, ...controlled, ingress({ ...rules }))[0] ?? "", /^internet/);
});

const gatewayType = "gateway.networking.k8s.io/v1";
const routeSpec = {
  parentRefs: [{ name: "gw", namespace: "edge" }],
  rules: [{ backendRefs: [{ name: "s", port: 80 }] }],
};

test("routes of a gateway are as public as the gateway", () => {
  const gateway = (...values: string[]) =>
    objectOf(`${gatewayType} Gateway`, "edge/gw", {
      spec: { gatewayClassName: "c" },
      status: { addresses: values.map((value) => ({ type: "IPAddress", value })) },
    });
  const chain = "Gateway Gateway edge/gw > HTTPRoute n/r > Service n/s:8080";
  const route = objectOf(`${gatewayType} HTTPRoute`, "n/r", { spec: routeSpec });
  assert.deepEqual(entries(inner, gateway("203.0.113.9"), route), [`internet ${chain}`]);
  assert.deepEqual(entries(inner, gateway("10.0.0.4"), route), [`outside-cluster ${chain}`]);
  assert.deepEqual(entries(inner, route), [`internet ${chain}`], "declared is published");
  const mesh = { ...routeSpec, parentRefs: [{ kind: "Service", name: "s" }] };
  assert.deepEqual(entries(inner, objectOf(`${gatewayType} GRPCRoute`, "n/r", { spec: mesh })), []);
  assert.deepEqual(
    entries(
      inner,
      gateway("203.0.113.9"),
      objectOf(`${gatewayType} TCPRoute`, "n/r", { spec: routeSpec }),
    ),
    [`internet ${chain.replace("HTTPRoute", "TCPRoute")}`],
  );
});

test("a gateway without an address is as public as the service made for it", () => {
  const front = [
    privateNode,
    podOf("edge/gw-1", { labels: { app: "gw" }, node: "n0" }),
    {
      ...serviceOf(
        "edge/gw-c",
        spec("LoadBalancer", { selector: { app: "gw" } }),
        balanced({ ip: "10.0.0.9" }),
      ),
      metadata: {
        namespace: "edge",
        name: "gw-c",
        labels: { "gateway.networking.k8s.io/gateway-name": "gw" },
      },
    },
  ];
  assert.deepEqual(
    entries(
      inner,
      ...front,
      objectOf(`${gatewayType} Gateway`, "edge/gw", {}),
      objectOf(`${gatewayType} HTTPRoute`, "n/r", { spec: routeSpec }),
    ),
    [
      "outside-cluster Gateway Service edge/gw-c > Gateway edge/gw > " +
        "HTTPRoute n/r > Service n/s:8080",
    ],
  );
});

test("routes of other projects lead in as well", () => {
  const openShift = { to: { kind: "Service", name: "s" }, port: { targetPort: "http" } };
  assert.deepEqual(
    entries(inner, objectOf("route.openshift.io/v1 Route", "n/r", { spec: openShift })),
    ["internet Route Route n/r > Service n/s:8080"],
  );
  const traefik = {
    routes: [
      {
        services: [
          { name: "s", port: 80 },
          { kind: "TraefikService", name: "x" },
        ],
      },
    ],
  };
  assert.deepEqual(
    entries(inner, objectOf("traefik.io/v1alpha1 IngressRoute", "n/r", { spec: traefik })),
    ["internet IngressRoute IngressRoute n/r > Service n/s:8080"],
  );
  const contour = { tcpproxy: { services: [{ name: "s", port: 80 }] } };
  assert.deepEqual(
    entries(inner, objectOf("projectcontour.io/v1 HTTPProxy", "n/r", { spec: contour })),
    ["internet HTTPProxy HTTPProxy n/r > Service n/s:8080"],
  );
});

test("a virtual service leads in by its gateways, and by the pods that serve them", () => {
  const type = "networking.istio.io/v1";
  const route = [
    { route: [{ destination: { host: "s.n.svc.cluster.local", port: { number: 80 } } }] },
  ];
  const virtual = (...gateways: string[]) =>
    objectOf(`${type} VirtualService`, "n/v", { spec: { gateways, http: route } });
  assert.deepEqual(entries(inner, virtual("mesh")), []);
  const parts = [
    objectOf(`${type} Gateway`, "n/g", { spec: { selector: { istio: "in" } } }),
    podOf("istio/in", { labels: { istio: "in" }, node: "n0" }),
    serviceOf(
      "istio/in",
      spec("LoadBalancer", { selector: { istio: "in" } }),
      balanced({ ip: "203.0.113.4" }),
    ),
  ];
  assert.deepEqual(entries(inner, ...parts, virtual("g", "mesh")), [
    "internet Gateway Service istio/in > Gateway n/g > VirtualService n/v > Service n/s:8080",
  ]);
});

test("a route to the same port by number and name is one way in", () => {
  const twice = { rules: [http(backend({ number: 80 })), http(backend({ name: "web" }))] };
  assert.equal(entries(inner, ingress(twice)).length, 1);
});

test("a route to a service that is not among the objects leads nowhere", () => {
  const { objects } = collect([ingress({ defaultBackend: backend({ number: 80 }) })]);
  const book = new EntryBook();
  addRouteEntries(objects, indexServices(objects, indexPods(objects)), book);
  assert.equal(objects.routes[0]?.backends.length, 1);
  assert.deepEqual(entries(ingress({ defaultBackend: backend({ number: 80 }) })), []);
});

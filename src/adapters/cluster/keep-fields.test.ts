/**
 * Tests of `keep-fields.ts`, `kept-objects.ts` and `watched-kinds.ts`: that decoders read nothing
 * of an object that is not kept, and that nothing is kept beyond.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ClusterCollector } from "../../core/inventory/cluster/cluster-collector.ts";
import { decodersOf } from "../../core/inventory/cluster/kind-table.ts";
import { decodePod, readOwner } from "../../core/inventory/decode-pod.ts";
import { type Faults, isObject, type JsonObject } from "../../core/inventory/json-value.ts";
import { clusterFixture } from "../../testing/cluster-fixture.ts";
import { type Keep, keepFields } from "./keep-fields.ts";
import { KeptObjects, keyOf } from "./kept-objects.ts";
import { nameOfKind, type WatchedKind, watchedKinds } from "./watched-kinds.ts";

function kindOf(name: string): WatchedKind {
  const found = watchedKinds.find((one) => nameOfKind(one) === name);
  assert.ok(found, name);
  return found;
}

/** Notes the path of each key that is read, and of each object whose keys are listed. */
function spy(value: unknown, path: string, read: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => spy(one, path, read));
  if (!isObject(value)) return value;
  return new Proxy(value, {
    get: (target, key) => {
      if (typeof key !== "string") return Reflect.get(target, key);
      const below = `${path}/${key.replaceAll("/", "~")}`;
      read.add(below);
      return spy(target[key], below, read);
    },
    ownKeys: (target) => {
      read.add(`${path}/*`);
      return Reflect.ownKeys(target);
    },
  });
}

/** Whether a tree keeps what is at a path. */
function isKept(keep: Keep | undefined, path: readonly string[]): boolean {
  const [key, ...below] = path;
  if (keep === undefined) return false;
  if (keep === true || key === undefined) return true;
  if (key === "*") return false;
  return isKept(keep[key.replaceAll("~", "/")], below);
}

const probe = { exec: { command: ["x"] } };
const container = {
  name: "c",
  image: "i",
  ports: [{ name: "p", containerPort: 1, protocol: "TCP", hostPort: 1, hostIP: "10.0.0.1" }],
  volumeMounts: [{ name: "v", mountPath: "/v", subPath: "s" }],
  env: [{ name: "E", value: "secret", valueFrom: { secretKeyRef: { name: "s" } } }],
  envFrom: [{ secretRef: { name: "s" } }],
  securityContext: { privileged: true, runAsUser: 1, capabilities: { add: ["X"] } },
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  lifecycle: { postStart: probe, preStop: probe },
};
const ran = { containerID: "x://aa", startedAt: "2026-01-01T00:00:00Z" };
const status = {
  name: "c",
  containerID: "containerd://ab",
  state: { running: ran },
  lastState: { terminated: ran },
};
const reference = { kind: "Service", namespace: "n", name: "s", port: 1 };
const backend = { service: { name: "s", port: { number: 0, name: "h" } } };
const destination = [{ route: [{ destination: { host: "s", port: { number: 1 } } }] }];

/** All parts that a decoder could go into, in one object: what a kind does not have is not read. */
const spec: JsonObject = {
  containers: [container],
  initContainers: [container],
  ephemeralContainers: [container],
  volumes: [
    { name: "v", secret: { secretName: "s" }, hostPath: { path: "/h" } },
    { name: "w", projected: { sources: [{ secret: { name: "s" } }, { serviceAccountToken: {} }] } },
    { name: "x", csi: { volumeAttributes: { secretProviderClass: "s" } } },
  ],
  securityContext: { runAsUser: 1 },
  ports: [{ name: "p", port: 1 }],
  selector: { app: "web" },
  defaultBackend: backend,
  backend: { serviceName: "s", servicePort: 1 },
  rules: [{ http: { paths: [{ backend }] }, backendRefs: [reference] }],
  parentRefs: [{ ...reference, kind: "Gateway" }],
  podSelector: {},
  policyTypes: ["Ingress"],
  ingress: [{ from: [{ podSelector: {} }] }],
  endpointSelector: {},
  ipam: { podCIDRs: ["10.0.0.0/8"] },
  to: reference,
  alternateBackends: [reference],
  port: { targetPort: 1 },
  routes: [{ services: [reference] }],
  tcpproxy: { services: [reference] },
  http: destination,
  tcp: destination,
  tls: destination,
  gateways: ["g"],
};

function sampleOf({ kind, group, versions }: WatchedKind): JsonObject {
  return {
    apiVersion: group === "" ? versions[0] : `${group}/${versions[0]}`,
    kind,
    metadata: {
      name: "o",
      namespace: "n",
      labels: { "kubernetes.io/service-name": "s" },
      annotations: { other: "x" },
      ownerReferences: [{ kind: "K", name: "k", controller: true }],
    },
    // An EndpointSlice has neither, and what policies have twice is read the same way.
    spec,
    status: {
      containerStatuses: [status],
      initContainerStatuses: [status],
      ephemeralContainerStatuses: [status],
      podIPs: [{ ip: "10.0.0.1" }],
      hostIPs: [{ ip: "10.0.0.1" }],
      addresses: [{ address: "10.0.0.1", value: "10.0.0.1" }],
      loadBalancer: { ingress: [{ ip: "10.0.0.1", hostname: "h" }] },
    },
    endpoints: [{ addresses: ["10.0.0.1"], targetRef: { kind: "Pod", name: "p" } }],
    ports: [{ name: "p", port: 1 }],
    rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["x"] }],
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] },
    roleRef: { kind: "Role", name: "r" },
    subjects: [{ kind: "ServiceAccount", namespace: "n", name: "a" }],
  };
}

/** What readers of owners take, beside the decoders of the table. */
function readAll(kind: WatchedKind, object: JsonObject): void {
  const faults: Faults = { first: undefined };
  for (const { decode } of decodersOf(kind.kind, kind.group)) decode(object, faults);
  if (kind.kind === "Pod") decodePod(object, "k8s", faults);
  if (kind.group === "apps" || kind.group === "batch") {
    readOwner(object["metadata"] as JsonObject, faults);
  }
}

for (const kind of watchedKinds) {
  test(`${nameOfKind(kind)}: all that is read of it is kept`, () => {
    const read = new Set<string>();
    readAll(kind, spy(sampleOf(kind), "", read) as JsonObject);
    assert.ok(read.size > 1, "it is read at all");
    const lost = [...read].filter((path) => !isKept(kind.keep, path.split("/").slice(1)));
    assert.deepEqual(lost, []);
    const decoders = decodersOf(kind.kind, kind.group);
    const isOwner = kind.group === "apps" || kind.group === "batch";
    assert.equal(decoders.length, isOwner ? 0 : 1, "a decoder stands behind each kind");
  });
}

test("values of variables, arguments, managed fields and other annotations are not kept", () => {
  const value = "c2VjcmV0";
  const kind = kindOf("Pod");
  const kept = keepFields(
    {
      metadata: {
        name: "p",
        managedFields: [{ value }],
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": value },
      },
      spec: { containers: [{ name: "c", args: [value], env: [{ name: "E", value }] }] },
      status: { conditions: [{ message: value }] },
    },
    kind.keep,
  );
  assert.deepEqual(kept, {
    metadata: { name: "p" },
    spec: { containers: [{ name: "c", env: [] }] },
    status: {},
  });
});

test("cutting twice changes nothing, and never fails, whatever an object is", () => {
  const keys = fc.constantFrom("metadata", "name", "spec", "containers", "env", "__proto__", "x");
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 5 },
      fc.string(),
      fc.constant(null),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(keys, tie("any"), { maxKeys: 4 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, fc.constantFrom(...watchedKinds), (object, { keep }) => {
      const once = keepFields(object, keep);
      assert.deepEqual(keepFields(once, keep), once);
    }),
  );
});

test("a recorded cluster decodes the same from what is kept of it", () => {
  const { items } = JSON.parse(new TextDecoder().decode(clusterFixture())) as {
    items: readonly JsonObject[];
  };
  const kept = new KeptObjects({ objectCountMax: 1000, textLengthMax: 1e7 });
  const whole = new ClusterCollector();
  for (const item of items) {
    whole.add(item, String(item["kind"]), { first: undefined });
    const kind = watchedKinds.find((one) => one.isNative && one.kind === item["kind"]);
    if (kind !== undefined) kept.put(kind, item);
  }
  const cut = new ClusterCollector();
  const again = JSON.parse(kept.toJson()) as { items: readonly JsonObject[] };
  for (const item of again.items) cut.add(item, String(item["kind"]), { first: undefined });
  const text = (collector: ClusterCollector) =>
    JSON.stringify(collector.finish(), (_, part) => (part instanceof Map ? [...part] : part));
  assert.equal(text(cut), text(whole));
});

test("the newest revision stands with an object; it alone is no change", () => {
  const kind = kindOf("Namespace");
  const kept = new KeptObjects({ objectCountMax: 10, textLengthMax: 10_000 });
  const namespace = (resourceVersion: string, labels = {}) => ({
    metadata: { name: '"metadata":{', resourceVersion, labels },
  });
  kept.put(kind, namespace("1"));
  kept.put(kind, namespace("2"));
  assert.equal(kept.version, 1);
  kept.put(kind, namespace("3", { a: "$&" }));
  assert.equal(kept.version, 2);
  assert.deepEqual(JSON.parse(kept.toJson()).items, [
    { apiVersion: "v1", kind: "Namespace", ...namespace("3", { a: "$&" }) },
  ]);
  assert.equal(kept.put(kind, { metadata: {} }), "");
  assert.equal(keyOf(namespace("1")), '/"metadata":{');
});

test("bounds hold whatever comes, and what was left out is let in by the next list", () => {
  const kind = kindOf("Namespace");
  const operation = fc.record({
    name: fc.constantFrom("a", "b", "c", "d"),
    label: fc.string({ maxLength: 200 }),
    isEnd: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
      const kept = new KeptObjects({ objectCountMax: 2, textLengthMax: 400 });
      for (const { name, label, isEnd } of operations) {
        const object = { metadata: { name, labels: { label } } };
        if (isEnd) kept.remove(kind, keyOf(object));
        else kept.put(kind, object);
        const texts = kept.textsOf("Namespace");
        assert.equal(texts.length, kept.objectCount);
        assert.ok(texts.length <= 2 && texts.join("").length <= 400);
      }
      kept.retain(kind, new Set());
      kept.beginList(kind);
      assert.equal(kept.objectCount, 0);
      assert.equal(kept.leftOutCount(kind), 0);
      kept.put(kind, { metadata: { name: "z" } });
      assert.equal(kept.objectCount, 1);
    }),
  );
});

/**
 * Tests of the watch over a cluster against a real server: what is seen, what is said when it is
 * not, and that nothing is lost on the way.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ProblemLog } from "../../core/event/problem.ts";
import { ClusterCollector } from "../../core/inventory/cluster/cluster-collector.ts";
import { readKubernetes } from "../../core/inventory/read-kubernetes.ts";
import type { ClusterSnapshot, ClusterWatch } from "../../ports/cluster-watch.ts";
import { clusterFixture } from "../../testing/cluster-fixture.ts";
import { inChunks } from "../../testing/inventory-fixtures.ts";
import {
  type ApiObject,
  KubernetesApi,
  lineOf,
  sendJson,
  sendStatus,
} from "../../testing/kubernetes-api.ts";
import { podOf } from "../../testing/sample-cluster.ts";
import { type ClusterWatchOptions, watchCluster } from "./watch-cluster.ts";
import { nameOfKind, watchedKinds } from "./watched-kinds.ts";

const pods = "/api/v1/pods";
const quick = { retryMs: 5, retryMaxMs: 20, refusedMs: 50, absentMs: 50, watchSeconds: 60 };

function pathOf(kind: string): string {
  const found = watchedKinds.find((one) => nameOfKind(one) === kind);
  assert.ok(found, kind);
  const root = found.group === "" ? "/api" : `/apis/${found.group}`;
  return `${root}/${found.versions[0]}/${found.resource}`;
}

async function startApi(t: TestContext): Promise<KubernetesApi> {
  const api = new KubernetesApi();
  await api.listen();
  t.after(() => api.close());
  for (const kind of watchedKinds.filter(({ isNative }) => isNative)) {
    api.serve(pathOf(nameOfKind(kind)));
  }
  return api;
}

async function watch(
  t: TestContext,
  api: KubernetesApi,
  options: ClusterWatchOptions = {},
): Promise<ClusterWatch> {
  const folder = await mkdtemp(join(tmpdir(), "waggle-watch-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "config");
  await writeFile(path, kubeconfig(`http://127.0.0.1:${api.port}`));
  const watching = await watchCluster(path, { ...options, pace: { ...quick, ...options.pace } });
  t.after(() => watching.stop());
  await watching.start();
  return watching;
}

function kubeconfig(server: string): string {
  return JSON.stringify({
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k" } }],
    clusters: [{ name: "k", cluster: { server } }],
  });
}

/** Fails with what it waited for; how long it takes is not looked at. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (let round = 0; !holds(); round += 1) {
    assert.ok(round < 4000, `waited for: ${what}`);
    await sleep(5);
  }
}

function namesIn(watching: ClusterWatch, kind = "Pod"): readonly string[] {
  const list = JSON.parse(watching.snapshot().json) as { items: ApiObject[] };
  return list.items
    .filter((one) => one["kind"] === kind)
    .map(({ metadata }) => metadata.name)
    .sort();
}

function pod(name: string, more: Parameters<typeof podOf>[1] = {}): ApiObject {
  return podOf(name, more) as ApiObject;
}

async function decode(bytes: Uint8Array): Promise<{ identities: unknown; objects: string }> {
  const collector = new ClusterCollector();
  const identities = await readKubernetes(inChunks(bytes), "k8s", new ProblemLog(), collector);
  const objects = JSON.stringify(collector.finish(), (_, part) =>
    part instanceof Map ? [...part] : part,
  );
  return {
    identities: [...identities].sort((a, b) => (a.containerId < b.containerId ? -1 : 1)),
    objects,
  };
}

test("a recorded cluster seen through the watch is the cluster that was recorded", async (t) => {
  const api = await startApi(t);
  const recorded = JSON.parse(new TextDecoder().decode(clusterFixture()));
  const paths = new Map(watchedKinds.filter((one) => one.isNative).map((one) => [one.kind, one]));
  for (const item of recorded.items) {
    const kind = paths.get(item.kind);
    if (kind !== undefined) api.put(pathOf(nameOfKind(kind)), item);
    else assert.equal(item.kind, "CronJob", "what no decoder reads is not watched");
  }
  api.pageCountMax = 3;
  const watching = await watch(t, api);
  const { json, missing }: ClusterSnapshot = watching.snapshot();
  const seen = await decode(Buffer.from(json));
  const kept = await decode(clusterFixture());
  assert.deepEqual(seen.identities, kept.identities);
  assert.equal(seen.objects, kept.objects);
  assert.equal(watching.status().state, "synced", watching.status().detail);
  const absent = watchedKinds.filter(({ isNative }) => !isNative).map(nameOfKind);
  assert.deepEqual([...missing.keys()].sort(), absent.sort());
  assert.match(missing.get("CiliumNetworkPolicy.cilium.io") ?? "", /has no such kind/);
  assert.ok(json.length < JSON.stringify(recorded).length, "whole objects are not kept");
});

test("secrets and config maps are never asked for, nor anything but read", async (t) => {
  const api = await startApi(t);
  await watch(t, api);
  for (const { path } of api.asked) assert.doesNotMatch(path, /secret|configmap/i);
  const served = new Set([...watchedKinds.map((one) => pathOf(nameOfKind(one))), "/apis"]);
  for (const { path } of api.asked) assert.ok(served.has(path), path);
  const sets = api.askedFor(pathOf("ReplicaSet"), false);
  assert.match(sets[0]?.accept ?? "", /^application\/json;as=PartialObjectMetadataList/);
});

test("what is added, changed and removed is seen; a heartbeat is no change", async (t) => {
  const api = await startApi(t);
  api.put(pods, pod("n/a"));
  const node = { metadata: { name: "w" }, status: { addresses: [{ address: "10.0.0.1" }] } };
  api.put(pathOf("Node"), node);
  const watching = await watch(t, api);
  await until("the watches", () => api.watchCount(pods) + api.watchCount(pathOf("Node")) === 2);
  const before = watching.version;
  assert.equal(before, watching.snapshot().version);
  const conditions = [{ type: "Ready", lastHeartbeatTime: "2026-01-01T00:00:00Z" }];
  api.put(pathOf("Node"), { ...node, status: { ...node.status, conditions } });
  api.put(pods, pod("n/b"));
  await until("the pod", () => namesIn(watching).includes("b"));
  assert.equal(watching.version, before + 1);
  api.put(pods, pod("n/b", { labels: { app: "web" } }));
  await until("the label", () => watching.snapshot().json.includes('"app":"web"'));
  api.remove(pods, "n/a");
  await until("the end of it", () => namesIn(watching).join() === "b");
  assert.equal(watching.version, before + 3);
});

test("a list in pages is taken anew when the server forgot where it was", async (t) => {
  const api = await startApi(t);
  for (let n = 0; n < 7; n += 1) api.put(pods, pod(`n/p${n}`));
  api.pageCountMax = 3;
  let refusals = 0;
  api.intercept = ({ path, query }, response) => {
    if (path !== pods || query.get("continue") !== "6" || refusals > 0) return false;
    refusals += 1;
    sendStatus(response, 410, "The provided continue parameter is too old");
    return true;
  };
  const watching = await watch(t, api);
  await until("all pods", () => namesIn(watching).length === 7);
  const asked = api.askedFor(pods, false).map(({ query }) => query.get("continue"));
  assert.deepEqual(asked, [null, "3", "6", null, "3", "6"]);
  assert.equal(api.askedFor(pods, false)[0]?.query.get("limit"), "100");
});

test("a watch goes on from the last bookmark", async (t) => {
  const api = await startApi(t);
  const watching = await watch(t, api);
  await until("the watch", () => api.watchCount(pods) === 1);
  api.put(pathOf("Service"), { metadata: { name: "s", namespace: "n" } });
  api.bookmark(pods);
  const asked = () => api.askedFor(pods, true);
  const first = Number(asked()[0]?.query.get("resourceVersion"));
  api.endWatches(pods);
  await until("the next watch", () => asked().length > 1);
  const { query } = asked()[1] ?? assert.fail();
  assert.ok(Number(query.get("resourceVersion")) > first);
  assert.equal(query.get("allowWatchBookmarks"), "true");
  assert.ok(Number(query.get("timeoutSeconds")) >= 60);
  assert.equal(api.askedFor(pods, false).length, 1, "it was not listed again");
  assert.equal(watching.status().state, "synced");
});

for (const way of ["as an answer", "within the watch"]) {
  test(`what expired is listed again, and what went meanwhile is gone: 410 ${way}`, async (t) => {
    const api = await startApi(t);
    api.put(pods, pod("n/old"));
    const watching = await watch(t, api);
    await until("the watch", () => api.watchCount(pods) === 1);
    api.forget(() => {
      api.remove(pods, "n/old");
      api.put(pods, pod("n/new"));
    });
    const status = { kind: "Status", code: 410, message: "too old resource version" };
    api.endWatches(pods, way === "within the watch" ? lineOf("ERROR", status) : "");
    await until("the new list", () => namesIn(watching).join() === "new");
  });
}

test("a watch that is cut in the midst of a line goes on with nothing lost", async (t) => {
  const api = await startApi(t);
  const watching = await watch(t, api);
  await until("the watch", () => api.watchCount(pods) === 1);
  const half = lineOf("ADDED", pod("n/half")).slice(0, 40);
  api.endWatches(pods, half, true);
  api.put(pods, pod("n/after"));
  await until("the next pod", () => namesIn(watching).join() === "after");
  assert.equal(api.askedFor(pods, false).length, 1, "it was not listed again");
  await until("the watch after", () => api.watchCount(pods) === 1);
  api.endWatches(pods, "this is no event\n");
  api.put(pods, pod("n/later"));
  await until("the pod after", () => namesIn(watching).join() === "after,later");
});

test("a kind without rights is told with the server's words, and asked for again", async (t) => {
  const api = await startApi(t);
  const roles = pathOf("ClusterRole");
  api.put(roles, { metadata: { name: "r" } });
  let isRefused = true;
  api.intercept = ({ path }, response) => {
    if (path === roles && isRefused) sendStatus(response, 403, "no \u001b[31mrights");
    return path === roles && isRefused;
  };
  const watching = await watch(t, api);
  const why = watching.snapshot().missing.get("ClusterRole") ?? "";
  assert.match(why, /may not list them \(HTTP 403: "no \\x1b\[31mrights"\)/);
  assert.match(watching.status().detail, /no rights for ClusterRole/);
  assert.equal(watching.status().state, "synced");
  const before = watching.version;
  isRefused = false;
  await until("the role", () => namesIn(watching, "ClusterRole").join() === "r");
  assert.equal(watching.snapshot().missing.has("ClusterRole"), false);
  assert.ok(watching.version > before + 1, "that a kind is there now is a change");
});

test("an account without any rights is a failure that says so", async (t) => {
  const api = await startApi(t);
  api.intercept = (_, response) => {
    sendStatus(response, 401, "Unauthorized");
    return true;
  };
  const watching = await watch(t, api);
  assert.equal(watching.status().state, "failing");
  assert.match(watching.status().detail, /HTTP 401: "Unauthorized"/);
});

test("kinds of other projects are found once they are there, in older versions too", async (t) => {
  const api = await startApi(t);
  const watching = await watch(t, api);
  const routes = "/apis/gateway.networking.k8s.io/v1beta1/httproutes";
  assert.equal(watching.snapshot().missing.has("HTTPRoute.gateway.networking.k8s.io"), true);
  api.put(routes, { metadata: { name: "r", namespace: "n" } });
  await until("the route", () => namesIn(watching, "HTTPRoute").join() === "r");
  assert.equal(
    api.asked.some(({ path }) => path.includes("cilium.io")),
    false,
    "groups that the server does not have are not asked for kind by kind",
  );
  api.drop(routes);
  api.endWatches(routes);
  await until("their end", () => namesIn(watching, "HTTPRoute").length === 0);
  assert.match(
    watching.snapshot().missing.get("HTTPRoute.gateway.networking.k8s.io") ?? "",
    /has no such kind/,
  );
});

test("while the API is away the last objects stay, and the status says so", async (t) => {
  const api = await startApi(t);
  api.put(pods, pod("n/a"));
  const watching = await watch(t, api);
  const { port } = api;
  const { version, missing } = watching.snapshot();
  await api.close();
  await until("the failure", () => watching.status().state === "failing");
  assert.match(watching.status().detail, /ECONNREFUSED|ECONNRESET|hang up|aborted/);
  await sleep(60);
  assert.deepEqual(namesIn(watching), ["a"]);
  assert.equal(watching.version, version, "an outage changes nothing that is known");
  assert.deepEqual([...watching.snapshot().missing.keys()], [...missing.keys()]);
  const next = new KubernetesApi();
  for (const kind of watchedKinds.filter(({ isNative }) => isNative)) {
    next.serve(pathOf(nameOfKind(kind)));
  }
  next.put(pods, pod("n/b"));
  next.forget(() => next.put(pods, pod("n/c")));
  await next.listen(port);
  t.after(() => next.close());
  await until("what came meanwhile", () => namesIn(watching).join() === "b,c");
  await until("a good end", () => watching.status().state === "synced");
});

test("a server that never answers is given up on, one that is slow is not", async (t) => {
  const api = await startApi(t);
  api.put(pods, pod("n/a"));
  let isSilent = true;
  api.intercept = ({ path, query }, response) => {
    if (path !== pods || query.has("watch")) return false;
    if (isSilent) return true;
    const text = JSON.stringify({ metadata: { resourceVersion: "999" }, items: [pod("n/slow")] });
    response.writeHead(200);
    response.write(text.slice(0, 20));
    setTimeout(() => response.end(text.slice(20)), 50);
    return true;
  };
  const watching = await watch(t, api, { timeoutMs: 200 });
  assert.match(watching.status().detail, /Pod: .*no answer within 0\.2 s/);
  assert.match(watching.snapshot().missing.get("Pod") ?? "", /no answer/);
  isSilent = false;
  await until("the slow page", () => namesIn(watching).join() === "slow");
});

test("a busy server is asked again no sooner than it says", async (t) => {
  const api = await startApi(t);
  let answers = 0;
  api.intercept = ({ path, query }, response) => {
    if (path !== pods || query.has("watch") || answers > 0) return false;
    answers += 1;
    response.setHeader("retry-after", "1");
    sendJson(response, 429, { message: "too many" });
    return true;
  };
  const watching = await watch(t, api);
  await sleep(100);
  assert.equal(api.askedFor(pods, false).length, 1);
  await until("the list", () => watching.status().state === "synced");
});

test("what does not fit the bounds is left out and said", async (t) => {
  const api = await startApi(t);
  for (let n = 0; n < 5; n += 1) api.put(pods, pod(`n/p${n}`));
  const watching = await watch(t, api, { bounds: { objectCountMax: 3 } });
  assert.equal(namesIn(watching).length, 3);
  assert.match(watching.snapshot().missing.get("Pod") ?? "", /^2 did not fit the bounds/);
  assert.match(watching.status().detail, /2 objects did not fit/);
  const small = await watch(t, api, { bounds: { textLengthMax: 300 } });
  assert.ok(namesIn(small).length < 3);
  assert.match(small.snapshot().missing.get("Pod") ?? "", /did not fit/);
});

test("a page that is larger than may be read is asked for in smaller ones", async (t) => {
  const api = await startApi(t);
  api.put(pods, pod("n/a"));
  api.intercept = ({ path, query }, response) => {
    if (path !== pods || Number(query.get("limit")) < 100) return false;
    response.writeHead(200);
    const block = Buffer.alloc(8 * 1024 * 1024, " ");
    for (let n = 0; n < 9; n += 1) response.write(block);
    response.end("{}");
    return true;
  };
  const watching = await watch(t, api);
  await until("the pod", () => namesIn(watching).join() === "a");
  assert.deepEqual(
    api.askedFor(pods, false).map(({ query }) => query.get("limit")),
    ["100", "10"],
  );
});

test("agents of Tetragon are found by their label, those that run", async (t) => {
  const api = await startApi(t);
  const labels = { "app.kubernetes.io/name": "tetragon" };
  const agent = (name: string, node: string, phase: string, podIP: string) => ({
    metadata: { name, namespace: "kube-system", labels },
    spec: { nodeName: node },
    status: { phase, podIP },
  });
  api.put(pods, agent("t-2", "node-b", "Running", "10.0.0.2"));
  api.put(pods, agent("t-1", "node-a", "Running", "fd00::1"));
  api.put(pods, agent("t-3", "node-c", "Pending", ""));
  api.put(pods, agent("t-4", "node-d", "Failed", "10.0.0.4"));
  api.put(pods, pod("n/other", { labels: { "app.kubernetes.io/name": "tetragon-operator" } }));
  const watching = await watch(t, api);
  assert.deepEqual(watching.tetragonPods(), [
    { node: "node-a", address: "[fd00::1]:54321" },
    { node: "node-b", address: "10.0.0.2:54321" },
  ]);
});

test("odd answers of a server are failures that are told, never a crash", async (t) => {
  const api = await startApi(t);
  const answers = ["", "[]", "null", '{"items":7}', '{"items":[1,{"metadata":7},{}]}', "\u0000"];
  const kinds = watchedKinds.filter(({ isNative }) => isNative);
  api.intercept = ({ path, query }, response) => {
    const at = kinds.findIndex((one) => path === pathOf(nameOfKind(one)));
    if (at < 0 || query.has("watch")) return false;
    response.end(answers[at % answers.length]);
    return true;
  };
  const watching = await watch(t, api);
  assert.equal(watching.status().state, "failing");
  assert.match(watching.status().detail, /not a JSON object/);
  assert.deepEqual(JSON.parse(watching.snapshot().json).items, []);
});

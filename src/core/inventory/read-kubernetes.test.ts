/** Tests that Kubernetes objects tell who a container is, what it may do and what probes it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtureBytes, inChunks } from "../../testing/inventory-fixtures.ts";
import { ProblemLog } from "../event/problem.ts";
import { decodePod } from "./decode-pod.ts";
import type { JsonObject } from "./json-value.ts";
import { readKubernetes } from "./read-kubernetes.ts";

const id = (letter: string) => letter.repeat(64);
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

async function read(value: unknown) {
  const log = new ProblemLog();
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const list = await readKubernetes(inChunks(new TextEncoder().encode(text), 97), "k8s", log);
  return { list, problems: log.list() };
}

function pod(metadata: JsonObject, spec: JsonObject = {}, status?: JsonObject): JsonObject {
  const containerStatuses = [{ name: "c", containerID: `containerd://${id("a")}`, imageID: "" }];
  return {
    kind: "Pod",
    metadata: { name: "p", namespace: "n", uid: "u", ...metadata },
    spec: { containers: [{ name: "c", image: "app:1" }], ...spec },
    status: status ?? { containerStatuses },
  };
}

const controlledBy = (kind: string, name: string) => ({
  ownerReferences: [{ kind, name, controller: true }],
});

test("the recorded cluster gives each container its workload, image and rights", async () => {
  const { list, problems } = await read(new TextDecoder().decode(fixtureBytes("cluster.json.gz")));
  assert.deepEqual(problems, []);
  assert.equal(list.length, 10);
  const owners = new Map(list.map((one) => [one.name, `${one.workloadKind}/${one.workload}`]));
  assert.equal(owners.get("redis"), "StatefulSet/redis");
  assert.equal(owners.get("nginx"), "Deployment/nginx");
  assert.equal(owners.get("cronjob"), "CronJob/cronjob");
  const redis = list.find(({ name }) => name === "redis");
  assert.deepEqual(redis?.hostMounts, ["/lab/hostdata:/host-data"]);
  assert.deepEqual(redis?.probeCommands, ["redis-cli ping"]);
  assert.deepEqual([redis?.privileged, redis?.hostPid, redis?.hostNetwork], [true, true, false]);
  assert.match(redis?.imageDigest ?? "", /^sha256:4a25bd25/);
  assert.equal(list.find(({ name }) => name === "pyapi")?.uid, 1000);
  assert.equal(redis?.startedUs, 1795355988000000);
});

test("owners are followed whatever the order of the objects", async () => {
  const owned = {
    kind: "ReplicaSet",
    metadata: { name: "app-1a", namespace: "n", ...controlledBy("Rollout", "app") },
  };
  const one = pod(controlledBy("ReplicaSet", "app-1a"));
  for (const items of [
    [one, owned],
    [owned, one],
  ]) {
    const { list } = await read({ items });
    assert.deepEqual([list[0]?.workloadKind, list[0]?.workload], ["Rollout", "app"]);
  }
  const elsewhere = { ...owned, metadata: { ...owned.metadata, namespace: "other" } };
  const { list } = await read({ items: [one, elsewhere] });
  assert.deepEqual([list[0]?.workloadKind, list[0]?.workload], ["ReplicaSet", "app-1a"]);
});

test("with pods alone the names of controllers tell Deployments and CronJobs", async () => {
  const deployed = pod({
    ...controlledBy("ReplicaSet", "web-6c9f"),
    labels: { "pod-template-hash": "6c9f" },
  });
  const scheduled = pod(controlledBy("Job", "backup-28712345"));
  const once = pod(controlledBy("Job", "migrate"));
  const names = [];
  for (const item of [deployed, scheduled, once, pod({}), pod(controlledBy("Node", "n1"))]) {
    const { list } = await read({ items: [item] });
    names.push(`${list[0]?.workloadKind}/${list[0]?.workload}`);
  }
  assert.deepEqual(names, ["Deployment/web", "CronJob/backup", "Job/migrate", "Pod/p", "Pod/p"]);
});

test("owners in a circle end", async () => {
  const a = {
    kind: "ReplicaSet",
    metadata: { name: "a", namespace: "n", ...controlledBy("Job", "b") },
  };
  const b = {
    kind: "Job",
    metadata: { name: "b", namespace: "n", ...controlledBy("ReplicaSet", "a") },
  };
  const { list } = await read({ items: [a, b, pod(controlledBy("ReplicaSet", "a"))] });
  assert.equal(list.length, 1);
});

test("init and ephemeral containers and those before a restart count", async () => {
  const status = {
    initContainerStatuses: [
      {
        name: "i",
        state: {
          terminated: { containerID: `containerd://${id("b")}`, startedAt: "2026-01-01T00:00:00Z" },
        },
      },
    ],
    containerStatuses: [
      {
        name: "c",
        containerID: `containerd://${id("a")}`,
        imageID: `docker-pullable://app@${digest("d")}`,
        state: { running: { startedAt: "2026-01-01T00:01:00Z" } },
        lastState: {
          terminated: { containerID: `containerd://${id("c")}`, startedAt: "2026-01-01T00:00:30Z" },
        },
      },
      { name: "later", state: { waiting: {} } },
    ],
    ephemeralContainerStatuses: [
      { name: "e", containerID: `containerd://${id("e")}`, imageID: digest("f") },
    ],
  };
  const { list, problems } = await read({ items: [pod({}, {}, status)] });
  assert.deepEqual(
    list.map(({ name, containerId, startedUs }) => [name, containerId.slice(0, 1), startedUs]),
    [
      ["c", "a", 1767225660000000],
      ["c", "c", 1767225630000000],
      ["i", "b", 1767225600000000],
      ["e", "e", 0],
    ],
  );
  assert.equal(list[0]?.imageDigest, digest("d"));
  assert.equal(list[3]?.imageId, digest("f"));
  assert.deepEqual(
    problems.map(({ code }) => code),
    ["container-not-started"],
  );
});

test("the container's security context goes over the pod's", () => {
  const spec = {
    hostNetwork: true,
    securityContext: { runAsUser: 1000 },
    containers: [
      {
        name: "c",
        securityContext: { runAsUser: 0, capabilities: { add: ["SYS_PTRACE", "NET_ADMIN"] } },
      },
    ],
  };
  const [one] = decodePod(pod({}, spec), "k8s", { first: undefined }).identities;
  assert.deepEqual(
    [one?.uid, one?.privileged, one?.hostPid, one?.hostNetwork],
    [0, false, false, true],
  );
  assert.deepEqual(one?.addedCapabilities, ["CAP_NET_ADMIN", "CAP_SYS_PTRACE"]);
  const shared = { ...spec, containers: [{ name: "c" }] };
  assert.equal(decodePod(pod({}, shared), "k8s", { first: undefined }).identities[0]?.uid, 1000);
});

test("host paths are found through the volume mounts, sub paths included", () => {
  const spec = {
    volumes: [
      { name: "h", hostPath: { path: "/srv" } },
      { name: "s", secret: { secretName: "x" } },
      { name: "sock", hostPath: { path: "/var/run/docker.sock" } },
    ],
    containers: [
      {
        name: "c",
        volumeMounts: [
          { name: "h", mountPath: "/data", subPath: "a/b" },
          { name: "s", mountPath: "/secret" },
          { name: "sock", mountPath: "/docker.sock" },
        ],
      },
    ],
  };
  const [one] = decodePod(pod({}, spec), "k8s", { first: undefined }).identities;
  assert.deepEqual(one?.hostMounts, ["/srv/a/b:/data", "/var/run/docker.sock:/docker.sock"]);
});

test("commands of probes and hooks, each once; other probes have none", () => {
  const exec = (...command: string[]) => ({ exec: { command } });
  const spec = {
    containers: [
      {
        name: "c",
        startupProbe: { httpGet: { path: "/" } },
        livenessProbe: exec("sh", "-c", "curl -f localhost"),
        readinessProbe: exec("sh", "-c", "curl -f localhost"),
        lifecycle: { postStart: exec("/init"), preStop: exec("sleep", "5") },
      },
    ],
  };
  const [one] = decodePod(pod({}, spec), "k8s", { first: undefined }).identities;
  assert.deepEqual(one?.probeCommands, ["sh -c curl -f localhost", "/init", "sleep 5"]);
});

test("a single pod, and a list whose items do not say their kind", async () => {
  const single = pod({});
  assert.equal((await read(single)).list.length, 1);
  const { kind: _, ...bare } = single;
  assert.equal((await read({ kind: "PodList", items: [bare] })).list.length, 1);
});

test("what was read before a break is kept, and the break is reported", async () => {
  const whole = JSON.stringify({ items: [pod({}), pod({ name: "q" })] });
  const { list, problems } = await read(whole.slice(0, -20));
  assert.equal(list.length, 1);
  assert.equal(problems[0]?.code, "kubernetes-unreadable");
  assert.match(problems[0]?.message ?? "", /kubectl get/);
});

test("other input gives no containers and says what was expected", async () => {
  for (const text of ["", "apiVersion: v1\nkind: List\n", "[]", "{}", '{"items":[]}']) {
    const { list, problems } = await read(text);
    assert.deepEqual(list, []);
    assert.match(problems.map(({ message }) => message).join(), /kubectl get/, text);
  }
});

test("objects of wrong types are left out and counted", async () => {
  const { list, problems } = await read({
    items: [1, null, pod({}, { volumes: 5 }), { kind: "Pod", spec: "x" }],
  });
  assert.equal(list.length, 1);
  assert.equal(problems.find(({ code }) => code === "element-left-out")?.count, 2);
  assert.equal(problems.find(({ code }) => code === "field-wrong-type")?.count, 2);
});

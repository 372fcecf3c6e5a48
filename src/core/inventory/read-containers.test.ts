/** Tests that lists of containers of all runtimes are read, and odd rows counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtureBytes } from "../../testing/inventory-fixtures.ts";
import { ProblemLog } from "../event/problem.ts";
import { readTable } from "./container-table.ts";
import { decodeRuntimeContainer } from "./decode-runtime-container.ts";
import type { ContainerIdentity } from "./image.ts";
import { readContainers } from "./read-containers.ts";

const id = "945d78906d5d138bc02584ee1e3c052475309eaf285e24d32758fd25cc28a091";
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

function read(text: string) {
  const log = new ProblemLog();
  return { list: readContainers(text, "list", log), problems: log.list() };
}

function one(value: unknown): ContainerIdentity {
  const { list, problems } = read(typeof value === "string" ? value : JSON.stringify(value));
  assert.deepEqual(problems, []);
  return list[0] ?? assert.fail("nothing was read");
}

test("the recorded table gives names, image and rights", () => {
  const { list, problems } = read(new TextDecoder().decode(fixtureBytes("containers.tsv")));
  assert.deepEqual(problems, []);
  assert.equal(list.length, 10);
  const redis = list.find(({ name }) => name === "redis");
  assert.equal(redis?.containerId, id);
  assert.deepEqual(
    [redis?.namespace, redis?.pod, redis?.workloadKind],
    ["data", "redis-0", "StatefulSet"],
  );
  assert.equal(redis?.imageReference, "registry.lab.example/data/redis:6.0");
  assert.match(redis?.imageDigest ?? "", /^sha256:4a25bd25/);
  assert.deepEqual([redis?.privileged, redis?.hostPid, redis?.uid], [true, true, 0]);
  assert.deepEqual(redis?.hostMounts, ["/lab/hostdata:/host-data"]);
  const nginx = list.find(({ name }) => name === "nginx");
  assert.deepEqual([nginx?.privileged, nginx?.hostMounts], [false, []]);
});

test("a table needs four columns and ignores the rest", () => {
  const header = "container_id\tname\timage\timage_digest\tcolour";
  const text = `${header}\n${id}\tr\tredis:6\t${digest("a")}\tred\n`;
  const found = one(text);
  assert.deepEqual(
    [found.containerId, found.name, found.imageReference, found.imageDigest],
    [id, "r", "redis:6", digest("a")],
  );
  assert.equal(found.privileged, undefined);
  const commas = `\ufeffimage,container_id,name\n"redis:6","${id}","a ""b"", c"\r\n`;
  assert.equal(one(commas).name, 'a "b"');
});

test("rows without an id, with missing cells and repeated ones are counted with their line", () => {
  const rows = [`${id}\ta\tx`, "short\tb\ty", `${id}\tc\tz`, "", "onlyid", "0123456789ab\td\tw"];
  const { list, problems } = read(`container_id\tname\timage\n${rows.join("\n")}\n`);
  assert.deepEqual(
    list.map(({ name }) => name),
    ["a", "d"],
  );
  const left = problems.find(({ code }) => code === "container-row-left-out");
  assert.deepEqual([left?.count, left?.first.line], [2, 3]);
  assert.equal(problems.find(({ code }) => code === "container-duplicate")?.count, 1);
});

test("docker ps as a table, with its columns aligned and ports empty", () => {
  const found = one(
    [
      "CONTAINER ID   IMAGE       COMMAND       CREATED       STATUS       PORTS      NAMES",
      '945d78906d5d   redis:6.0   "docker-e…"   2 hours ago   Up 2 hours              my-redis',
    ].join("\n"),
  );
  assert.deepEqual(
    [found.containerId, found.imageReference, found.name],
    ["945d78906d5d", "redis:6.0", "my-redis"],
  );
  assert.equal(found.startedUs, 0);
});

test("crictl ps as a table", () => {
  const found = one(
    [
      "CONTAINER       IMAGE   CREATED   STATE     NAME    ATTEMPT   POD ID   POD       NAMESPACE",
      "945d78906d5d1   redis   3 hours   Running   redis   0         2f5f5a   redis-0   data",
    ].join("\n"),
  );
  assert.deepEqual(
    [found.containerId, found.name, found.pod, found.namespace],
    ["945d78906d5d1", "redis", "redis-0", "data"],
  );
});

test("docker ps and nerdctl ps as JSON lines", () => {
  const docker = {
    ID: "945d78906d5d",
    Image: "redis:6.0",
    Names: "my-redis",
    Labels: "a=b,c=d",
    State: "running",
    Mounts: "/data,/x",
  };
  assert.equal(one(`${JSON.stringify(docker)}\n`).name, "my-redis");
  const nerdctl = { ...docker, ID: "0123456789ab", Names: "k8s://data/redis-0/redis" };
  const { list } = read(`${JSON.stringify(docker)}\n${JSON.stringify(nerdctl)}\n`);
  assert.deepEqual(
    list.map(({ name, pod }) => [name, pod]),
    [
      ["my-redis", ""],
      ["redis", "redis-0"],
    ],
  );
  const broken = read(`${JSON.stringify(docker)}\n{"ID": \n`);
  assert.equal(broken.list.length, 1);
  assert.equal(broken.problems[0]?.code, "container-row-left-out");
});

const inspected = {
  Id: id,
  Name: "/my-redis",
  Image: digest("c"),
  State: { StartedAt: "2026-11-22T13:59:48.5Z" },
  Config: {
    Image: "redis:6.0",
    User: "999:999",
    Labels: {},
    Healthcheck: { Test: ["CMD-SHELL", "redis-cli ping"] },
  },
  HostConfig: { Privileged: true, PidMode: "host", NetworkMode: "bridge", CapAdd: ["NET_ADMIN"] },
  Mounts: [
    { Type: "bind", Source: "/srv", Destination: "/data" },
    { Type: "volume", Source: "/var/lib/docker/volumes/v", Destination: "/v" },
  ],
};

test("docker inspect tells rights, bind mounts and the health check", () => {
  const found = one([inspected]);
  assert.deepEqual(
    [found.name, found.imageReference, found.imageId],
    ["my-redis", "redis:6.0", digest("c")],
  );
  assert.deepEqual([found.privileged, found.hostPid, found.hostNetwork], [true, true, false]);
  assert.deepEqual(found.addedCapabilities, ["CAP_NET_ADMIN"]);
  assert.deepEqual(found.hostMounts, ["/srv:/data"]);
  assert.deepEqual(found.probeCommands, ["/bin/sh -c redis-cli ping"]);
  assert.deepEqual([found.uid, found.startedUs], [999, 1795355988500000]);
});

test("newer docker tells the manifest, nerdctl puts a reference where docker has an id", () => {
  const newer = { ...inspected, ImageManifestDescriptor: { digest: digest("d") } };
  assert.equal(one([newer]).imageDigest, digest("d"));
  const nerdctl = { Id: id, Name: "x", Image: "docker.io/library/redis:6", State: {} };
  assert.equal(one([nerdctl]).imageReference, "docker.io/library/redis:6");
  assert.equal(one([nerdctl]).privileged, undefined);
});

test("podman ps", () => {
  const found = one([
    {
      Id: id,
      Image: "quay.io/x:1",
      ImageID: "e".repeat(64),
      Names: ["p1"],
      Labels: null,
      Mounts: ["/data"],
      StartedAt: 1795355988,
    },
  ]);
  assert.deepEqual(
    [found.name, found.imageReference, found.imageId, found.startedUs],
    ["p1", "quay.io/x:1", digest("e"), 1795355988000000],
  );
});

const criLabels = {
  "io.kubernetes.container.name": "redis",
  "io.kubernetes.pod.name": "redis-0",
  "io.kubernetes.pod.namespace": "data",
  "io.kubernetes.pod.uid": "a2aac60e",
};

test("crictl ps -o json", () => {
  const found = one({
    containers: [
      {
        id,
        podSandboxId: "f".repeat(64),
        metadata: { name: "redis", attempt: 0 },
        image: { image: digest("c"), userSpecifiedImage: "redis:6.0" },
        imageRef: `docker.io/library/redis@${digest("a")}`,
        state: "CONTAINER_RUNNING",
        createdAt: "1795355988123456789",
        labels: criLabels,
      },
    ],
  });
  assert.deepEqual(
    [found.name, found.pod, found.namespace, found.podUid],
    ["redis", "redis-0", "data", "a2aac60e"],
  );
  assert.deepEqual(
    [found.imageReference, found.imageDigest, found.imageId],
    ["redis:6.0", digest("a"), digest("c")],
  );
  assert.equal(found.startedUs, 1795355988123456);
  assert.equal(found.privileged, undefined);
});

test("crictl inspect tells what the kubelet asked for", () => {
  const context = {
    privileged: true,
    namespace_options: { pid: 2, network: 0 },
    capabilities: { add_capabilities: ["SYS_TIME"] },
    run_as_user: { value: 0 },
  };
  const found = decodeRuntimeContainer(
    {
      status: {
        id,
        metadata: { name: "redis" },
        image: { image: "redis:6" },
        labels: criLabels,
        startedAt: "2026-11-22T13:59:48Z",
        mounts: [
          { hostPath: "/lab", containerPath: "/host" },
          { hostPath: "/var/lib/kubelet/pods/x/etc-hosts", containerPath: "/etc/hosts" },
        ],
      },
      info: { config: { linux: { security_context: context } } },
    },
    "list",
    { first: undefined },
  );
  assert.deepEqual(
    [found?.privileged, found?.hostPid, found?.hostNetwork, found?.uid],
    [true, true, false, 0],
  );
  assert.deepEqual(found?.hostMounts, ["/lab:/host"]);
  assert.deepEqual(found?.addedCapabilities, ["CAP_SYS_TIME"]);
});

test("Kubernetes objects are taken, too", () => {
  const { list } = read(new TextDecoder().decode(fixtureBytes("cluster.json.gz")));
  assert.equal(list.length, 10);
  assert.equal(list.find(({ name }) => name === "boot")?.workloadKind, "Deployment");
});

test("text of another kind gives no containers and says what was expected", () => {
  for (const text of ["", "hello world", "a\tb\n1\t2\n", "NAME IMAGE\nx y\n"]) {
    const { list, problems } = read(text);
    assert.deepEqual(list, []);
    assert.equal(problems[0]?.code, "containers-unreadable");
    assert.match(problems[0]?.message ?? "", /docker inspect/);
  }
  assert.equal(readTable("nothing here"), undefined);
});

test("the inspection of an image is told from that of a container", () => {
  const { list, problems } = read(JSON.stringify([{ Id: digest("a"), RepoTags: ["redis:6"] }]));
  assert.deepEqual(list, []);
  assert.match(problems[0]?.message ?? "", /\[0\]: Id: .* found the id of an image; it was left/);
});

test("elements of wrong types are left out and counted", () => {
  const { list, problems } = read(
    JSON.stringify([1, { Id: 5 }, { Id: id, Mounts: 7, Config: "x" }]),
  );
  assert.equal(list.length, 1);
  assert.equal(problems.find(({ code }) => code === "container-row-left-out")?.count, 2);
  assert.equal(problems.find(({ code }) => code === "field-wrong-type")?.count, 1);
});

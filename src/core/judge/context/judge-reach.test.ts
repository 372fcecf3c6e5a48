/** Tests what whoever controls a workload could talk to and use. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  networkFacts,
  noCluster,
  sampleCluster,
  sampleContexts,
  sampleEdge,
  sampleJudged,
  samplePort,
} from "../../../testing/sample-context.ts";
import { sampleStartUs } from "../../../testing/sample-facts.ts";
import type { FileUseFact } from "../../observe/fact.ts";
import type { Privilege } from "../verdict.ts";
import { credentialOf } from "./credential-files.ts";
import type { Credential } from "./workload-context.ts";

const pods = { "shop/api-1": {}, "data/db-1": {}, "data/cache-1": {}, "web/site-1": {} };
const containers = ["shop/api", "data/db", "data/cache", "web/site"].map((one) =>
  sampleJudged(one),
);
const ports = {
  "shop/api": [samplePort(3000, "/usr/bin/node")],
  "data/db": [samplePort(5432, "/usr/bin/postgres")],
  "data/cache": [samplePort(6379, "/usr/bin/redis-server")],
  "web/site": [samplePort(80, "/usr/sbin/nginx")],
};
const shop = { containers, ports, edges: [sampleEdge("shop/api", "data/cache", 6379)] };

test("observed ends, and allowed ones with a sensitive role, are reached", () => {
  const { reach } = sampleContexts({ ...shop, cluster: sampleCluster({ pods }) }).of("api");
  assert.deepEqual(
    reach.workloads.map(({ workload, how, ports: used, role }) => [workload.name, how, used, role]),
    [
      ["db", "allowed", [5432], "database"],
      ["cache", "observed", [6379], "cache"],
    ],
  );
  assert.deepEqual([reach.allowedCount, reach.internet, reach.metadata], [3, "allowed", "allowed"]);
  assert.ok((reach.workloads[1]?.evidence.length ?? 0) > 0);
});

test("policies deny workloads, the internet and the metadata service", () => {
  const denies = (from: string, to: string) =>
    from === "shop/api-1" && to !== "data/cache-1" ? "NetworkPolicy shop/out" : undefined;
  const { reach } = sampleContexts({ ...shop, cluster: sampleCluster({ pods, denies }) }).of("api");
  assert.deepEqual(
    reach.workloads.map(({ workload }) => workload.name),
    ["cache"],
  );
  assert.deepEqual([reach.allowedCount, reach.internet, reach.metadata], [1, "denied", "denied"]);
});

test("what is closed to a few networks alone is not closed to the internet", () => {
  const denies = (_from: string, to: string) =>
    to.startsWith("203.0.113.") || to.startsWith("198.51.100.")
      ? "NetworkPolicy shop/out"
      : undefined;
  const { reach } = sampleContexts({ ...shop, cluster: sampleCluster({ pods, denies }) }).of("api");
  assert.equal(reach.internet, "allowed");
});

test("without objects or policies what was not seen is unknown", () => {
  const silent = sampleCluster({ pods, given: { hasPolicies: false } });
  for (const cluster of [noCluster, silent]) {
    const { reach } = sampleContexts({ ...shop, cluster }).of("api");
    assert.deepEqual(
      [reach.allowedCount, reach.internet, reach.metadata],
      [null, "unknown", "unknown"],
    );
    assert.deepEqual(
      reach.workloads.map(({ workload }) => workload.name),
      ["cache"],
    );
  }
});

test("the internet and the metadata service that were talked to are observed", () => {
  const edges = [
    sampleEdge("shop/api", "internet 203.0.113.9", 443),
    sampleEdge("shop/api", "metadata 169.254.169.254", 80),
  ];
  const { reach } = sampleContexts({ ...shop, edges }).of("api");
  assert.deepEqual([reach.internet, reach.metadata], ["observed", "observed"]);
  assert.deepEqual(
    reach.credentials.map(({ kind }) => kind),
    ["cloud-metadata"],
  );
  const failed = edges.map((edge) => ({ ...edge, connectionCount: 0, failedCount: 3 }));
  assert.equal(sampleContexts({ ...shop, edges: failed }).of("api").reach.internet, "unknown");
});

function read(path: string, given: Partial<FileUseFact> = {}): FileUseFact {
  return {
    ...{ kind: "file-use", container: "shop/api", path, how: "read", actor: "service" },
    ...{ origin: "service", actorReason: "", count: 1, afterWrite: false, sensors: ["open"] },
    ...{ firstSeenUs: sampleStartUs, lastSeenUs: sampleStartUs, binaries: [], citations: [] },
    ...given,
  };
}

test("credential files that the service itself read are its credentials, by name", () => {
  const facts = networkFacts();
  facts.add(read("/root/.aws/credentials"));
  facts.add(read("/run/secrets/kubernetes.io/serviceaccount/..2024_01_01_00_00_00.1/token"));
  facts.add(read("/run/secrets/db_password"));
  facts.add(read("/root/.kube/config", { actor: "operator" }));
  const { reach } = sampleContexts({ ...shop, facts }).of("api");
  assert.deepEqual(
    reach.credentials.map(({ kind, name }) => [kind, name]),
    [
      ["secret-mount", "/root/.aws/credentials"],
      ["secret-mount", "db_password"],
      ["service-account", "token of the pod"],
    ],
  );
  const account: Credential = {
    kind: "service-account",
    name: "shop/api",
    rights: [],
    powerful: true,
  };
  const cluster = sampleCluster({ pods, given: { credentialsOf: () => [account] } });
  const told = sampleContexts({ ...shop, facts, cluster }).of("api").reach.credentials;
  assert.deepEqual(told[0], account, "objects name the account, and the powerful come first");
  assert.equal(told.filter(({ kind }) => kind === "service-account").length, 1);
});

test("files of the node are told by the mount they were read through", () => {
  assert.deepEqual(credentialOf("/host/etc/shadow", ["/:/host"]), {
    kind: "host-file",
    name: "/etc/shadow",
  });
  assert.deepEqual(credentialOf("/k/config.json", ["/var/lib/kubelet:/k"]), {
    kind: "host-file",
    name: "/var/lib/kubelet/config.json",
  });
  assert.equal(credentialOf("/host/etc/hostname", ["/:/host"]), undefined);
  assert.equal(
    credentialOf("/etc/shadow", []),
    undefined,
    "its own file, without hashes of people",
  );
});

test("rights that give the node are said in words, a privileged container's not twice", () => {
  const right = (privilege: Privilege["privilege"], detail = ""): Privilege => {
    return { privilege, detail, source: "seen", evidence: [] };
  };
  const of = (...privileges: readonly Privilege[]) => {
    const api = sampleJudged("shop/api", { privileges });
    return sampleContexts({ containers: [api] }).of("api").reach.hostAccess;
  };
  assert.deepEqual(of(right("capability", "CAP_SYS_ADMIN"), right("capability", "CAP_CHOWN")), [
    "holds CAP_SYS_ADMIN",
  ]);
  assert.deepEqual(of(right("privileged"), right("capability", "CAP_SYS_ADMIN")), [
    "runs privileged: it has the node",
  ]);
  assert.deepEqual(of(right("host-mount", "/var/run/docker.sock:/s.sock")), [
    "mounts /var/run/docker.sock of the node",
  ]);
  assert.deepEqual(of({ ...right("host-pid"), source: "denied" }), []);
});

/** Tests what a workload is, by what it runs, listens on, is called, and whom it talks to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  networkFacts,
  sampleContexts,
  sampleEdge,
  sampleJudged,
  samplePort,
} from "../../../testing/sample-context.ts";
import { sampleStartUs } from "../../../testing/sample-facts.ts";
import type { Actor, FileUseFact } from "../../observe/fact.ts";
import type { FlowEdge } from "../flows/flow-edge.ts";
import { bestByRole } from "./role-claim.ts";
import { sensitiveRoles, storePorts } from "./role-rules.ts";
import { plainProgram } from "./role-signals.ts";
import type { ListeningPort, RoleName } from "./workload-context.ts";

const name = "shop/thing";

function use(path: string, given: Partial<FileUseFact> = {}): FileUseFact {
  return {
    ...{ kind: "file-use", container: name, path, how: "executed", actor: "service" },
    ...{ origin: "service", actorReason: "", count: 1, afterWrite: false },
    ...{ firstSeenUs: sampleStartUs, lastSeenUs: sampleStartUs },
    ...{ binaries: [path], sensors: ["exec"], citations: [] },
    ...given,
  };
}

interface Sketch {
  readonly programs?: readonly string[];
  readonly uses?: readonly FileUseFact[];
  readonly ports?: readonly ListeningPort[];
  readonly edges?: readonly FlowEdge[];
  readonly image?: string;
  readonly kind?: string;
  readonly pins?: ReadonlyMap<string, readonly RoleName[]>;
}

function rolesOf({ programs = [], uses = [], ports = [], edges = [], ...rest }: Sketch) {
  const { image = "", kind = "Deployment", pins } = rest;
  const facts = networkFacts();
  for (const one of [...programs.map((path) => use(path)), ...uses]) facts.add(one);
  const container = sampleJudged(`${name} ${kind}`, {}, { container: name, imageName: image });
  const roles = pins === undefined ? {} : { roles: pins };
  const sketch = { containers: [container], edges, ports: { [name]: ports }, facts, ...roles };
  return sampleContexts(sketch).of("thing").roles;
}

function said(sketch: Sketch): readonly string[] {
  return rolesOf(sketch).map(({ role, confidence }) => `${role} ${confidence}`);
}

test("programs that listen say what they are, as distributions call them", () => {
  const cases: readonly (readonly [string, number, RoleName])[] = [
    ["/usr/lib/postgresql/16/bin/postgres", 5432, "database"],
    ["/usr/sbin/mariadbd", 3306, "database"],
    ["/usr/sbin/mysqld", 3307, "database"],
    ["/usr/bin/mongod", 27017, "database"],
    ["/opt/mssql/bin/sqlservr", 1433, "database"],
    ["/usr/bin/clickhouse", 9000, "database"],
    ["/usr/local/bin/etcd", 2379, "database"],
    ["/usr/bin/redis-check-rdb", 6379, "cache"],
    ["/usr/local/bin/valkey-server", 6379, "cache"],
    ["/usr/bin/memcached", 11211, "cache"],
    ["/nats-server", 4222, "queue"],
    ["/usr/sbin/mosquitto", 1883, "queue"],
    ["/usr/sbin/nginx", 8080, "web-server"],
    ["/usr/sbin/apache2", 80, "web-server"],
    ["/usr/sbin/httpd", 80, "web-server"],
    ["/usr/local/bin/envoy", 15001, "proxy"],
    ["/usr/sbin/haproxy", 5000, "proxy"],
    ["/bin/prometheus", 9090, "monitoring"],
    ["/fluent-bit/bin/fluent-bit", 2020, "logging"],
    ["/usr/bin/dockerd", 2375, "build"],
    ["/usr/bin/minio", 9000, "storage"],
    ["/coredns", 53, "dns"],
    ["/usr/sbin/slapd", 389, "identity"],
    ["/bin/vault", 8200, "secrets"],
    ["/usr/sbin/sshd", 22, "admin-tool"],
    ["/usr/local/bin/kube-apiserver", 6443, "control-plane"],
  ];
  for (const [program, port, role] of cases) {
    const [first] = rolesOf({ programs: [program], ports: [samplePort(port, program)] });
    assert.deepEqual([first?.role, first?.confidence], [role, "high"], program);
    assert.ok((first?.evidence.length ?? 0) > 0, program);
  }
});

test("servers on the Java machine are told by their jars", () => {
  const cases: readonly (readonly [string, number, RoleName])[] = [
    ["/opt/kafka/libs/kafka_2.13-3.7.0.jar", 9092, "queue"],
    ["/usr/share/elasticsearch/lib/elasticsearch-8.13.0.jar", 9200, "database"],
    ["/opt/cassandra/lib/apache-cassandra-4.1.4.jar", 9042, "database"],
    ["/usr/share/jenkins/jenkins.war", 8080, "ci"],
    ["/opt/keycloak/lib/lib/main/org.keycloak.keycloak-services-24.0.1.jar", 8080, "identity"],
  ];
  for (const [jar, port, role] of cases) {
    const uses = [use("/usr/bin/java"), use(jar, { how: "read", binaries: ["/usr/bin/java"] })];
    const [first] = rolesOf({ uses, ports: [samplePort(port, "/usr/bin/java")] });
    assert.equal(first?.role, role, jar);
    assert.notEqual(first?.confidence, "low", jar);
  }
});

test("a name of an image alone is low, with its port medium", () => {
  assert.deepEqual(said({ image: "docker.io/bitnami/postgresql-repmgr:16" }), ["database low"]);
  const ports = [samplePort(5432, "/opt/start")];
  assert.ok(said({ image: "registry.example/x/postgres:1", ports }).includes("database medium"));
  assert.deepEqual(said({ image: "quay.io/acme/redisinsight-like:1" }), []);
});

test("a web server that calls other servers is a proxy; one with a database is not", () => {
  const nginx = "/usr/sbin/nginx";
  const base = { programs: [nginx], ports: [samplePort(80, nginx)] };
  const inbound = sampleEdge("internet 203.0.113.9", name, 80);
  const proxy = said({ ...base, edges: [inbound, sampleEdge(name, "shop/other", 3000)] });
  assert.deepEqual(proxy, ["web-server high", "proxy high"]);
  const site = said({ ...base, edges: [inbound, sampleEdge(name, "data/db", 3306)] });
  assert.deepEqual(site, ["web-server high"]);
  const byHand = sampleEdge(name, "shop/other", 3000, { actors: ["operator"] });
  assert.deepEqual(said({ ...base, edges: [inbound, byHand] }), ["web-server high"]);
});

test("an application that is called is an API; surer with a known runtime", () => {
  const edges = [sampleEdge("shop/other", name, 9000)];
  const of = (program: string) =>
    said({ programs: [program], ports: [samplePort(9000, program)], edges });
  assert.deepEqual(of("/usr/bin/node"), ["api high"]);
  assert.deepEqual(of("/usr/bin/python3.11"), ["api high"]);
  assert.deepEqual(of("/usr/sbin/php-fpm8.2"), ["api high"]);
  assert.deepEqual(of("/app/server"), ["api medium"]);
  assert.deepEqual(said({ programs: ["/app/server"], ports: [samplePort(9000, "/app/server")] }), [
    "api low",
  ]);
  const probed = [sampleEdge("node 10.0.0.1", name, 9000)];
  const python = { programs: ["/usr/bin/python3"], ports: [samplePort(9000, "/usr/bin/python3")] };
  assert.deepEqual(said({ ...python, edges: probed }), ["api medium"], "a probe is no caller");
});

test("who listens to nobody and works on a queue is a worker, a job is batch", () => {
  const edges = [sampleEdge(name, "data/broker", 5672)];
  assert.deepEqual(said({ programs: ["/usr/bin/python3"], edges }), ["worker medium"]);
  assert.deepEqual(said({ programs: ["/usr/bin/python3"], edges, kind: "CronJob" }), [
    "batch high",
  ]);
});

test("only shells and sleep is idle, until it talks", () => {
  const programs = ["/bin/sh", "/usr/bin/sleep"];
  assert.deepEqual(said({ programs }), ["idle high"]);
  assert.deepEqual(said({ programs, edges: [sampleEdge(name, "internet 203.0.113.9", 443)] }), []);
  assert.deepEqual(said({ programs: [...programs, "/app/tool"] }), []);
});

test("what probes, operators and scanners run says nothing", () => {
  for (const actor of ["probe", "operator", "bulk-reader", "runtime"] satisfies Actor[]) {
    assert.deepEqual(said({ uses: [use("/usr/sbin/mysqld", { actor })] }), [], actor);
  }
});

test("what a person pinned wins over all, by any name of the workload", () => {
  const nginx = { programs: ["/usr/sbin/nginx"], ports: [samplePort(80, "/usr/sbin/nginx")] };
  for (const key of ["thing", "shop/thing", "thing-1", "shop/thing-1", "Deployment/thing"]) {
    const pins = new Map([[key, ["secrets"] as const]]);
    assert.deepEqual(said({ ...nginx, pins }), ["secrets pinned"], key);
  }
  const other = new Map([["data/thing", ["secrets"] as const]]);
  assert.deepEqual(said({ ...nginx, pins: other }), ["web-server high"]);
});

test("versions are no part of a program's name", () => {
  const names = ["/usr/bin/python3.11", "php-fpm8.2", "/usr/bin/node", "/usr/sbin/apache2", "h2o"];
  assert.deepEqual(names.map(plainProgram), ["python", "php-fpm", "node", "apache", "h2o"]);
});

test("several claims of one role are one, as sure as the surest", () => {
  const claim = (role: RoleName, confidence: "high" | "low", reason: string) => {
    return { role, confidence, because: [reason], evidence: [reason] };
  };
  const told = bestByRole([
    claim("cache", "low", "a"),
    claim("api", "low", "b"),
    claim("cache", "high", "c"),
  ]);
  assert.deepEqual(told[0], {
    role: "cache",
    confidence: "high",
    because: ["c", "a"],
    evidence: ["c", "a"],
  });
});

test("ports of stores are no web ports, and sensitive roles are few", () => {
  for (const port of [5432, 3306, 6379, 9092, 27017, 53]) assert.ok(storePorts.has(port));
  for (const port of [80, 443, 8080, 3000, 8000]) assert.ok(!storePorts.has(port));
  assert.ok(!sensitiveRoles.includes("api") && sensitiveRoles.includes("database"));
});

test("a port that somebody tried and nothing listens on is no service", () => {
  const tried = sampleEdge("shop/scanner", name, 81, { seenBy: ["from"] });
  const programs = ["/usr/bin/python3"];
  assert.ok(
    !said({ programs, edges: [tried] })
      .join()
      .includes("api"),
  );
  const answered = { ...tried, seenBy: ["from", "to"] as const };
  assert.match(said({ programs, edges: [answered] }).join(), /api/);
});

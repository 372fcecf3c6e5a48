/** Tests roles that only conduct tells, and what lies ready as credentials. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  networkFacts,
  noCluster,
  type SceneSketch,
  sampleCluster,
  sampleEdge,
  sampleJudged,
  samplePort,
  sampleScene,
} from "../../../testing/sample-context.ts";
import { sampleUse } from "../../../testing/sample-image.ts";
import { FactSet } from "../../observe/fact-set.ts";
import { gatherCredentials } from "./gather-credentials.ts";
import { judgeConduct } from "./judge-conduct.ts";
import type { RoleClaim } from "./role-claim.ts";
import { gatherSignals } from "./role-signals.ts";

function conductOf(
  sketch: SceneSketch,
  products: readonly RoleClaim[] = [],
  facts = networkFacts(),
) {
  const scene = sampleScene(sketch);
  const [place] = scene.places;
  assert.ok(place);
  return judgeConduct(gatherSignals(place, scene, facts), products).map(
    ({ role, confidence }) => `${role} ${confidence}`,
  );
}

const server: RoleClaim = { role: "web-server", confidence: "high", because: [], evidence: [] };

test("a web server whose callers could not be seen is a likely proxy", () => {
  const containers = [sampleJudged("a/site")];
  const edges = [sampleEdge("a/site", "service 10.96.0.9", 3000)];
  const ports = { "a/site": [samplePort(80, "/usr/sbin/nginx")] };
  assert.deepEqual(conductOf({ containers, edges, ports }, [server]), ["proxy medium"]);
  assert.deepEqual(conductOf({ containers, edges }, [server]), []);
  const out = [sampleEdge("a/site", "internet 203.0.113.9", 443)];
  assert.deepEqual(
    conductOf({ containers, edges: out, ports }, [server]),
    [],
    "it renews a certificate",
  );
});

test("an application server beside the web server is an API of its own", () => {
  const containers = [sampleJudged("a/site")];
  const edges = [sampleEdge("internet 203.0.113.9", "a/site", 80)];
  const nginx = samplePort(80, "/usr/sbin/nginx");
  const both = { "a/site": [nginx, samplePort(9000, "/usr/sbin/php-fpm8.2")] };
  assert.deepEqual(conductOf({ containers, edges, ports: both }, [server]), ["api high"]);
  assert.deepEqual(conductOf({ containers, edges, ports: { "a/site": [nginx] } }, [server]), []);
});

test("a node is no application, whatever runs on it", () => {
  const ports = { host: [samplePort(8000, "/usr/bin/python3")] };
  assert.deepEqual(conductOf({ containers: [], ports }), []);
});

test("one on every node with the node's rights may be anybody's tool", () => {
  const right = { privilege: "privileged", detail: "", source: "declared", evidence: [] } as const;
  const agent = sampleJudged("kube-system/agent DaemonSet", { privileges: [right] });
  assert.deepEqual(conductOf({ containers: [agent] }), ["admin-tool low"]);
  assert.deepEqual(conductOf({ containers: [sampleJudged("kube-system/agent DaemonSet")] }), []);
});

test("credentials of objects come once, powerful first, and are bounded", () => {
  const many = Array.from({ length: 80 }, (_, at) => {
    const name = `secret-${String(at).padStart(2, "0")}`;
    return { kind: "secret-mount" as const, name, rights: [], powerful: at === 79 };
  });
  const cluster = sampleCluster({
    pods: { "a/site-1": {} },
    given: { credentialsOf: () => [...many, ...many] },
  });
  const [place] = sampleScene({ containers: [sampleJudged("a/site")], cluster }).places;
  assert.ok(place);
  const about = { facts: networkFacts(), hasMetadata: false };
  const found = gatherCredentials(place, { ...about, cluster });
  assert.deepEqual([found.length, found[0]?.name], [50, "secret-79"]);
  assert.deepEqual(gatherCredentials(place, { ...about, cluster: noCluster }), []);
});

test("without a sensor of the network nothing is idle for sure, and a server is still one", () => {
  const use = (path: string) =>
    sampleUse({ path, container: "a/site", how: "executed", binaries: [path] });
  const of = (path: string, isWatched: boolean) => {
    const facts = isWatched ? networkFacts() : new FactSet();
    facts.add(use(path));
    return conductOf({ containers: [sampleJudged("a/site")] }, [], facts);
  };
  assert.deepEqual(of("/usr/bin/sleep", true), ["idle high"]);
  assert.deepEqual(of("/usr/bin/sleep", false), ["idle low"]);
  assert.deepEqual(of("/app/venv/bin/gunicorn", false), ["api medium"]);
  assert.deepEqual(of("/app/venv/bin/gunicorn", true), [], "nothing listens, as was seen");
});
